// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.util.Locale;

/** The servers that are compared. */
enum ServerKind {
    /** Netty alone: {@link NettyBroadcast}. */
    NETTY(false),
    /** Wherry, with readers that get bare payloads, as a browser does: the same bytes as Netty's. */
    WHERRY(false),
    /** Wherry, with channels: each message in its envelope, with its position. */
    CHANNELS(true);

    private final boolean channel;

    ServerKind(boolean channel) {
        this.channel = channel;
    }

    /** Whether subscribers ask for the sub-protocol of channels. */
    boolean isChannel() {
        return channel;
    }

    BroadcastServer start() {
        return this == NETTY ? new NettyBroadcast() : new WherryBroadcast();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
