// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.transport.http.PlainJson;

/** What of an envelope becomes the payload of a WebSocket message. */
enum Rendering {

    /** The envelope, for a channel. */
    ENVELOPE {
        @Override
        ByteBuf render(Envelope envelope) {
            ByteBuf head = Unpooled.buffer(HEAD_LENGTH);
            envelope.writeHead(head, "");
            return withPayload(head, envelope);
        }

        @Override
        boolean isText(Envelope envelope) {
            return envelope.message().format().isText();
        }
    },

    /** The payload as it is, and gaps and errors as objects, for a reader without a library. */
    RAW {
        @Override
        ByteBuf render(Envelope envelope) {
            return PlainJson.isPayload(envelope)
                    ? Unpooled.wrappedBuffer(envelope.message().buffer())
                    : JSON.render(envelope);
        }

        @Override
        boolean isText(Envelope envelope) {
            return envelope.message().format().isText();
        }

        @Override
        boolean shows(Envelope envelope) {
            return JSON.shows(envelope);
        }
    },

    /** An object for each message, gap and error, for a reader without a library. */
    JSON {
        @Override
        ByteBuf render(Envelope envelope) {
            ByteBuf out = Unpooled.buffer(HEAD_LENGTH + envelope.message().size());
            PlainJson.write(envelope, out);
            return out;
        }

        @Override
        boolean isText(Envelope envelope) {
            return true;
        }

        @Override
        boolean shows(Envelope envelope) {
            return PlainJson.isPayload(envelope) || envelope.kind() == Kind.GAP || envelope.kind() == Kind.ERROR;
        }
    };

    private static final int HEAD_LENGTH = 64;

    /** The payload of the message; a buffer that need not be released. */
    abstract ByteBuf render(Envelope envelope);

    /** Whether the message is text. */
    abstract boolean isText(Envelope envelope);

    /** Whether there is a message for an envelope. */
    boolean shows(Envelope envelope) {
        return true;
    }

    private static ByteBuf withPayload(ByteBuf head, Envelope envelope) {
        return envelope.message().size() == 0
                ? head
                : Unpooled.wrappedBuffer(
                        head, Unpooled.wrappedBuffer(envelope.message().buffer()));
    }
}
