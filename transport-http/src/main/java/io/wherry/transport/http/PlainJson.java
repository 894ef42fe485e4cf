// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.wherry.Format;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * The JSON object that a reader without a library gets with {@code format=json} for a message, and in any case for a gap and an
 * error ({@code docs/protocol.md}, section 6).
 */
public final class PlainJson {

    private PlainJson() {}

    /** Whether a reader without a library is shown the payload of an envelope. */
    public static boolean isPayload(Envelope envelope) {
        return switch (envelope.kind()) {
            case MESSAGE, HISTORY, DIRECT, REPLY -> true;
            default -> false;
        };
    }

    /**
     * Appends the object of an envelope.
     *
     * @return whether there is one: false for envelopes that are neither payload nor gap nor error
     */
    public static boolean write(Envelope envelope, ByteBuf out) {
        if (envelope.kind() == Kind.GAP) {
            writeGap(envelope, out);
            return true;
        }
        if (envelope.kind() == Kind.ERROR) {
            writeError(envelope, out);
            return true;
        }
        if (!isPayload(envelope)) {
            return false;
        }
        ByteBufUtil.writeAscii(out, "{\"topic\":");
        JsonText.writeString(envelope.name(), out);
        if (envelope.position() != null) {
            ByteBufUtil.writeAscii(out, ",\"position\":\"");
            ByteBufUtil.writeAscii(out, envelope.position().toString());
            out.writeByte('"');
        }
        if (envelope.kind() == Kind.MESSAGE && envelope.argument() != null) {
            ByteBufUtil.writeAscii(out, ",\"key\":");
            JsonText.writeString(envelope.argument(), out);
        }
        writeData(envelope.message().format(), envelope.message().buffer(), out);
        out.writeByte('}');
        return true;
    }

    private static void writeError(Envelope error, ByteBuf out) {
        ByteBufUtil.writeAscii(out, "{\"error\":");
        JsonText.writeString(error.argumentOrEmpty(), out);
        ByteBufUtil.writeAscii(out, ",\"detail\":");
        JsonText.writeString(error.message().text(), out);
        out.writeByte('}');
    }

    private static void writeData(Format format, ByteBuffer payload, ByteBuf out) {
        if (format == Format.JSON && JsonText.isValue(payload)) {
            ByteBufUtil.writeAscii(out, ",\"data\":");
            writeOnOneLine(payload, out);
        } else if (format.isText()) {
            ByteBufUtil.writeAscii(out, ",\"data\":");
            JsonText.writeString(payload, out);
        } else {
            ByteBufUtil.writeAscii(out, ",\"base64\":\"");
            out.writeBytes(Base64.getEncoder().encode(payload)).writeByte('"');
        }
    }

    /** Line breaks in JSON are white space between tokens; a delimiter may be one. */
    private static void writeOnOneLine(ByteBuffer payload, ByteBuf out) {
        int start = out.writerIndex();
        out.writeBytes(payload);
        for (int i = start; i < out.writerIndex(); i++) {
            byte b = out.getByte(i);
            if (b == '\n' || b == '\r') {
                out.setByte(i, ' ');
            }
        }
    }

    private static void writeGap(Envelope envelope, ByteBuf out) {
        String argument = envelope.argumentOrEmpty();
        int space = argument.indexOf(' ');
        ByteBufUtil.writeAscii(out, "{\"gap\":");
        JsonText.writeString(envelope.name(), out);
        ByteBufUtil.writeAscii(out, ",\"reason\":");
        JsonText.writeString(space < 0 ? argument : argument.substring(0, space), out);
        if (space >= 0) {
            ByteBufUtil.writeAscii(out, ",\"upTo\":");
            JsonText.writeString(argument.substring(space + 1), out);
        }
        out.writeByte('}');
    }
}
