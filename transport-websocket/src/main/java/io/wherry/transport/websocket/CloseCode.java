// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The close codes of RFC 6455, section 7.4, and the rules for what may travel. */
final class CloseCode {

    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int UNSUPPORTED_DATA = 1003;
    /** A close frame without a code; never travels. */
    static final int NO_CODE = 1005;
    /** The socket ended without a close frame; never travels. */
    static final int ABNORMAL = 1006;

    /** What is no code; never travels. */
    static final int INVALID = -1;

    static final int INVALID_PAYLOAD = 1007;
    static final int TOO_BIG = 1009;
    static final int INTERNAL = 1011;

    /** What a control frame carries at most, less the code. */
    private static final int MAX_REASON_LENGTH = 123;

    /** Before the milliseconds after which to come back, in the reason of a close. */
    static final String RETRY_AFTER = "retry-after=";

    private static final Pattern COME_BACK = Pattern.compile(RETRY_AFTER + "(\\d{1,12})");

    private CloseCode() {}

    /** Whether a close frame may carry this code: registered ones that are not reserved, and those of libraries and applications. */
    static boolean mayTravel(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }

    /** The code in the body of a close frame, {@link #NO_CODE} for an empty one, {@link #INVALID} for one that must not travel. */
    static int ofBody(ByteBuf body) {
        if (!body.isReadable()) {
            return NO_CODE;
        }
        if (body.readableBytes() == 1) {
            return INVALID;
        }
        int code = body.getUnsignedShort(body.readerIndex());
        return mayTravel(code) ? code : INVALID;
    }

    /** The reason in the body of a close frame; null when it is not UTF-8. */
    static @Nullable String reasonOfBody(ByteBuf body) {
        if (body.readableBytes() <= 2) {
            return "";
        }
        int start = body.readerIndex() + 2;
        int length = body.readableBytes() - 2;
        return ByteBufUtil.isText(body, start, length, StandardCharsets.UTF_8)
                ? body.toString(start, length, StandardCharsets.UTF_8)
                : null;
    }

    /** The code with which this side tells a failure; null is an orderly end that invites to come back. */
    static int of(@Nullable WherryException reason) {
        if (reason == null) {
            return GOING_AWAY;
        }
        int code = reason.code().closeCode();
        return mayTravel(code) ? code : INTERNAL;
    }

    /** The code for a reader that knows no codes of ours: going away where it is to come back later, else as {@link #of}. */
    static int ofPlain(@Nullable WherryException reason) {
        return reason == null || reason.retryAfter() != null ? GOING_AWAY : of(reason);
    }

    /** The reason that goes with the code: where it is known, only after how many milliseconds to come back. */
    static String text(@Nullable WherryException reason) {
        if (reason == null) {
            return "";
        }
        Duration comeBack = reason.retryAfter();
        return comeBack == null ? reason.getMessage() : RETRY_AFTER + comeBack.toMillis();
    }

    /** A reason as it fits a close frame: cut at the end of a character, at most 123 bytes of UTF-8. */
    static String fit(String reason) {
        if (ByteBufUtil.utf8Bytes(reason) <= MAX_REASON_LENGTH) {
            return reason;
        }
        int length = 0;
        int end = 0;
        while (end < reason.length()) {
            int next = reason.offsetByCodePoints(end, 1);
            length += ByteBufUtil.utf8Bytes(reason, end, next);
            if (length > MAX_REASON_LENGTH) {
                break;
            }
            end = next;
        }
        return reason.substring(0, end);
    }

    /** What a client is told that was closed with a code. */
    static WherryException failure(int code, String reason) {
        @Nullable ErrorCode known = ErrorCode.ofCloseCode(code);
        ErrorCode error = known == null ? ErrorCode.UNAVAILABLE : known;
        String said = reason.isEmpty() ? "closed" : WherryException.quote(reason);
        WherryException failure = new WherryException(error, "websocket: " + said + " (close code " + code + ")");
        Matcher comeBack = COME_BACK.matcher(reason);
        return comeBack.matches()
                ? failure.withRetryAfter(Duration.ofMillis(Long.parseLong(comeBack.group(1))))
                : failure;
    }
}
