// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import java.time.Duration;

/**
 * Every limit on what a peer may do. Immutable; the keys {@code wherry.limits.*}, where each is described.
 *
 * @param message the largest payload, in bytes
 * @param batch the largest body of one POST or poll answer, in bytes
 * @param header the largest request line, and header section, in bytes
 * @param channels how many channels a server has
 * @param channelsPerAddress how many channels one IP address may open
 * @param subscriptions how many topics one reader reads
 * @param history how many messages of history one subscription gets
 * @param unacknowledged how many bytes sent to one channel may wait for its acknowledgement
 * @param outboundHigh from how many unacknowledged bytes on a channel is not writable
 * @param inbound from how many bytes that wait for handlers on a socket is not read
 * @param asked how many messages of peers without a channel are with handlers at a time
 * @param handshakeTime how long a peer may take for TLS, and to send one request
 * @param idleTime how long a kept-alive connection may stay without a request
 * @param decompressed the largest message after decompression, in bytes
 */
public record Limits(
        int message,
        int batch,
        int header,
        int channels,
        int channelsPerAddress,
        int subscriptions,
        int history,
        int unacknowledged,
        int outboundHigh,
        int inbound,
        int asked,
        Duration handshakeTime,
        Duration idleTime,
        int decompressed) {

    /** The limits of a configuration. */
    public static Limits of(Config config) {
        return new Limits(
                config.get(CoreKeys.MAX_MESSAGE),
                config.get(CoreKeys.MAX_BATCH),
                config.get(CoreKeys.MAX_HEADER),
                config.get(CoreKeys.MAX_CHANNELS),
                config.get(CoreKeys.MAX_CHANNELS_PER_ADDRESS),
                config.get(CoreKeys.MAX_SUBSCRIPTIONS),
                config.get(CoreKeys.MAX_HISTORY),
                config.get(CoreKeys.MAX_UNACKNOWLEDGED),
                config.get(CoreKeys.OUTBOUND_HIGH),
                config.get(CoreKeys.MAX_INBOUND),
                config.get(CoreKeys.MAX_ASKED),
                config.get(CoreKeys.HANDSHAKE_TIMEOUT),
                config.get(CoreKeys.IDLE_TIMEOUT),
                config.get(CoreKeys.MAX_DECOMPRESSED));
    }
}
