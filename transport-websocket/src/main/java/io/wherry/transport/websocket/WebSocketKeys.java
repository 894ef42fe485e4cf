// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.wherry.config.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The configuration keys of this transport. */
final class WebSocketKeys {

    /** Whether messages may be compressed. */
    static final ConfigKey<Boolean> COMPRESSION = ConfigKey.flag(
            "wherry.websocket.compression",
            false,
            "Whether permessage-deflate (RFC 7692) is offered by a client and accepted by a server; only messages of topics are compressed, once for all readers.");

    /** From which size on a message is compressed. */
    static final ConfigKey<Integer> COMPRESSION_THRESHOLD = ConfigKey.size(
                    "wherry.websocket.compression-threshold",
                    "1KiB",
                    "The smallest payload that is worth compressing; smaller ones go as they are.")
            .forServer();

    /** How many fragments a message may have. */
    static final ConfigKey<Integer> MAX_FRAGMENTS = ConfigKey.number(
            "wherry.websocket.max-fragments",
            65_536,
            1,
            Integer.MAX_VALUE,
            "How many fragments one message may come in, empty ones counted; the default lets 4 MiB pass in pieces of 64 bytes.");

    /** How long a close waits for its answer. */
    static final ConfigKey<Duration> CLOSE_TIMEOUT = ConfigKey.duration(
            "wherry.websocket.close-timeout",
            "2s",
            "How long a side that closes waits for the other's close frame, or for the end of the socket, before it cuts.");

    private WebSocketKeys() {}

    /** All of them. */
    static List<ConfigKey<?>> all() {
        return List.of(COMPRESSION, COMPRESSION_THRESHOLD, MAX_FRAGMENTS, CLOSE_TIMEOUT);
    }
}
