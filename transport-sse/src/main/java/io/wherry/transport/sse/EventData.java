// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.wherry.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes the {@code data} lines of an event. */
final class EventData {

    private static final byte[] FIELD = "data: ".getBytes(StandardCharsets.US_ASCII);

    private EventData() {}

    /** Appends the begin of a line. */
    static void begin(ByteBuf out) {
        out.writeBytes(FIELD);
    }

    /** Appends text, a line for each of its own; CR, LF and CRLF end a line. The text is left as it is. */
    static void write(ByteBuffer text, ByteBuf out) {
        int limit = text.limit();
        int start = text.position();
        for (int i = start; i < limit; i++) {
            byte b = text.get(i);
            if (b == '\n' || b == '\r') {
                line(text, start, i, out);
                if (b == '\r' && i + 1 < limit && text.get(i + 1) == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        line(text, start, limit, out);
    }

    private static void line(ByteBuffer text, int start, int end, ByteBuf out) {
        begin(out);
        out.writeBytes(text.slice(start, end - start));
        out.writeByte('\n');
    }

    /** Appends a field of one line. */
    static void field(String name, String value, ByteBuf out) {
        ByteBufUtil.writeAscii(out, name);
        out.writeByte(':').writeByte(' ');
        ByteBufUtil.writeUtf8(out, value);
        out.writeByte('\n');
    }

    /** Whether there is a CR, which an event stream cannot carry. */
    static boolean hasCr(ByteBuffer text) {
        for (int i = text.position(); i < text.limit(); i++) {
            if (text.get(i) == '\r') {
                return true;
            }
        }
        return false;
    }

    /** The payload in base64. */
    static ByteBuffer base64(Message message) {
        return Base64.getEncoder().encode(message.buffer());
    }
}
