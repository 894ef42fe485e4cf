// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** As much of JSON (RFC 8259) as the plain formats and the problems need. */
final class JsonText {

    private static final int MAX_DEPTH = 512;

    private JsonText() {}

    /** Appends a string with its quotes. */
    static void writeString(String value, ByteBuf out) {
        writeString(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), out);
    }

    /** Appends a string that is there in UTF-8, with its quotes. */
    static void writeString(ByteBuffer utf8, ByteBuf out) {
        out.writeByte('"');
        int limit = utf8.limit();
        for (int i = utf8.position(); i < limit; i++) {
            byte b = utf8.get(i);
            if (b == '"' || b == '\\') {
                out.writeByte('\\').writeByte(b);
            } else if (b >= 0 && b < ' ') {
                writeControl(b, out);
            } else {
                out.writeByte(b);
            }
        }
        out.writeByte('"');
    }

    private static void writeControl(byte b, ByteBuf out) {
        switch (b) {
            case '\n' -> ByteBufUtil.writeAscii(out, "\\n");
            case '\r' -> ByteBufUtil.writeAscii(out, "\\r");
            case '\t' -> ByteBufUtil.writeAscii(out, "\\t");
            default -> {
                ByteBufUtil.writeAscii(out, "\\u00");
                out.writeByte(Character.forDigit(b >> 4, 16)).writeByte(Character.forDigit(b & 0xf, 16));
            }
        }
    }

    /** Whether some bytes are exactly one value, so that they can stand inside another. */
    static boolean isValue(ByteBuffer utf8) {
        return new Checker(utf8.duplicate()).isDocument();
    }

    /** Walks over one value. Confined to one call. */
    private static final class Checker {

        private final ByteBuffer in;

        Checker(ByteBuffer in) {
            this.in = in;
        }

        boolean isDocument() {
            boolean good = value(0);
            skipSpace();
            return good && !in.hasRemaining();
        }

        private boolean value(int depth) {
            skipSpace();
            if (depth > MAX_DEPTH) {
                return false;
            }
            int c = next();
            return switch (c) {
                case '{' -> members(depth);
                case '[' -> elements(depth);
                case '"' -> stringRest();
                case 't' -> rest("rue");
                case 'f' -> rest("alse");
                case 'n' -> rest("ull");
                default -> c == '-' ? number(next()) : number(c);
            };
        }

        private boolean members(int depth) {
            if (takes('}')) {
                return true;
            }
            do {
                skipSpace();
                if (next() != '"' || !stringRest() || !takes(':') || !value(depth + 1)) {
                    return false;
                }
            } while (takes(','));
            return takes('}');
        }

        private boolean elements(int depth) {
            if (takes(']')) {
                return true;
            }
            do {
                if (!value(depth + 1)) {
                    return false;
                }
            } while (takes(','));
            return takes(']');
        }

        private boolean stringRest() {
            while (in.hasRemaining()) {
                int c = next();
                if (c == '"') {
                    return true;
                }
                if ((c >= 0 && c < ' ') || (c == '\\' && !escapeRest())) {
                    return false;
                }
            }
            return false;
        }

        private boolean escapeRest() {
            int c = next();
            if (c != 'u') {
                return c > 0 && "\"\\/bfnrt".indexOf(c) >= 0;
            }
            for (int i = 0; i < 4; i++) {
                if (Character.digit(next(), 16) < 0) {
                    return false;
                }
            }
            return true;
        }

        private boolean number(int first) {
            if (!isDigit(first) || (first != '0' ? !digits(true) : isDigit(peek()))) {
                return false;
            }
            if (peek() == '.') {
                next();
                if (!digits(false)) {
                    return false;
                }
            }
            if (peek() == 'e' || peek() == 'E') {
                next();
                if (peek() == '+' || peek() == '-') {
                    next();
                }
                return digits(false);
            }
            return true;
        }

        private boolean digits(boolean mayBeNone) {
            boolean some = mayBeNone;
            while (isDigit(peek())) {
                next();
                some = true;
            }
            return some;
        }

        private static boolean isDigit(int c) {
            return c >= '0' && c <= '9';
        }

        private boolean rest(String expected) {
            for (int i = 0; i < expected.length(); i++) {
                if (next() != expected.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private boolean takes(char expected) {
            skipSpace();
            if (peek() == expected) {
                next();
                return true;
            }
            return false;
        }

        private void skipSpace() {
            while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
                next();
            }
        }

        /** The next byte; 0, which no token begins with, at the end. */
        private int peek() {
            return in.hasRemaining() ? in.get(in.position()) : 0;
        }

        private int next() {
            return in.hasRemaining() ? in.get() : 0;
        }
    }
}
