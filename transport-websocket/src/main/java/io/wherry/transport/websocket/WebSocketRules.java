// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;

/**
 * What an open WebSocket goes by; one for many.
 *
 * @param server whether this is the server's side: it takes masked frames, sends unmasked ones, and ends the socket
 * @param compression whether permessage-deflate was agreed on
 * @param maxMessage the largest message, in bytes, before and after decompression
 * @param maxFragments how many fragments a message may have
 * @param closeTimeoutMillis how long a close may take
 * @param decoding what Netty's decoder goes by
 */
record WebSocketRules(
        boolean server,
        boolean compression,
        int maxMessage,
        int maxFragments,
        long closeTimeoutMillis,
        WebSocketDecoderConfig decoding) {

    WebSocketRules(boolean server, boolean compression, int maxMessage, int maxFragments, long closeTimeoutMillis) {
        this(
                server,
                compression,
                maxMessage,
                maxFragments,
                closeTimeoutMillis,
                WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(server)
                        .allowExtensions(compression)
                        .maxFramePayloadLength(maxMessage)
                        .closeOnProtocolViolation(false)
                        .build());
    }
}
