// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.wherry.transport.http.Deflation;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A message that is put together from fragments (RFC 6455, section 5.4), or is compressed (RFC 7692). A message that is neither needs
 * none of this. Confined to its event loop.
 */
final class MessageAssembly {

    private final WebSocketRules rules;
    private final boolean isText;
    private final boolean isCompressed;
    private @Nullable ByteBuf joined;
    private int fragments;
    /** Up to where the joined bytes are UTF-8. */
    private int checked;

    /** Why a message cannot be taken: what the connection is closed with. */
    static final class Fault extends Exception {

        private static final long serialVersionUID = 1;

        private final int code;
        private final String reason;

        Fault(int code, String reason) {
            super(reason, null, false, false);
            this.code = code;
            this.reason = reason;
        }

        int code() {
            return code;
        }

        String reason() {
            return reason;
        }
    }

    /** Begins with a message's first frame, which is still to be added. */
    MessageAssembly(WebSocketRules rules, boolean isText, boolean isCompressed) {
        this.rules = rules;
        this.isText = isText;
        this.isCompressed = isCompressed;
    }

    boolean isText() {
        return isText;
    }

    /**
     * Adds a fragment.
     *
     * @param content lent
     * @param isLast whether the message ends with it
     * @return the message, for the caller to release; null while it is not whole
     */
    @Nullable ByteBuf add(ByteBuf content, boolean isLast, ByteBufAllocator alloc) throws Fault {
        if (isLast && joined == null) { // compressed: others that are whole at once need no assembly
            return inflated(content.retain(), alloc);
        }
        fragments++;
        int size = content.readableBytes() + (joined == null ? 0 : joined.readableBytes());
        if (fragments > rules.maxFragments()) {
            throw new Fault(CloseCode.TOO_BIG, "message: over " + rules.maxFragments() + " fragments");
        }
        if (size > rules.maxMessage() || size < 0) {
            throw new Fault(CloseCode.TOO_BIG, "message: over " + rules.maxMessage() + " bytes");
        }
        ByteBuf all = joined;
        if (all == null) {
            all = alloc.buffer(Math.max(256, 2 * content.readableBytes()));
            joined = all;
        }
        all.writeBytes(content);
        if (isText && !isCompressed) {
            checked = Utf8Bytes.check(all, checked);
            if (checked == Utf8Bytes.MALFORMED) {
                throw noUtf8();
            }
        }
        if (!isLast) {
            return null;
        }
        if (isText && !isCompressed && checked != all.writerIndex()) {
            throw noUtf8();
        }
        joined = null;
        return isCompressed ? inflated(all, alloc) : all;
    }

    /** Inflates all the bytes of a compressed message, which are given. */
    private ByteBuf inflated(ByteBuf bytes, ByteBufAllocator alloc) throws Fault {
        ByteBuf message = alloc.buffer(Math.max(256, 2 * bytes.readableBytes()));
        boolean isGood = false;
        try {
            Deflation.decompress(bytes, message, rules.maxMessage());
            isGood = !isText || Utf8Bytes.isWellFormed(message);
        } catch (DataFormatException e) {
            throw new Fault(CloseCode.INVALID_PAYLOAD, "compressed message: malformed");
        } catch (Deflation.TooBigException e) {
            throw new Fault(CloseCode.TOO_BIG, String.valueOf(e.getMessage()));
        } finally {
            bytes.release();
            if (!isGood) {
                message.release();
            }
        }
        if (!isGood) {
            throw noUtf8();
        }
        return message;
    }

    static Fault noUtf8() {
        return new Fault(CloseCode.INVALID_PAYLOAD, "bytes are not UTF-8");
    }

    /** Lets go of what was put together. */
    void release() {
        ByteBuf held = joined;
        joined = null;
        if (held != null) {
            held.release();
        }
    }
}
