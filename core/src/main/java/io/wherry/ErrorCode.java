// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, with the HTTP status and the advice that go with it ({@code docs/protocol.md}, section 5).
 */
public enum ErrorCode {
    /** A request that is malformed or asks for something impossible. */
    BAD_REQUEST(400, Advice.NEVER),
    /** Credentials are missing or wrong. */
    UNAUTHORIZED(401, Advice.NEVER),
    /** The principal, or the origin, may not do this. */
    FORBIDDEN(403, Advice.NEVER),
    /** The server has no such topic. */
    UNKNOWN_TOPIC(404, Advice.NEVER),
    /** The other side has no handler of this name. */
    UNKNOWN_HANDLER(404, Advice.NEVER),
    /** An HTTP method that this path does not take. */
    METHOD_NOT_ALLOWED(405, Advice.NEVER),
    /** No answer within the time allowed. */
    TIMEOUT(408, Advice.NOW),
    /** A newer connection of the same channel has taken over. */
    SUPERSEDED(409, Advice.NEVER),
    /** The server does not know the channel, or not for this principal. */
    UNKNOWN_CHANNEL(410, Advice.NOW),
    /** A message, batch or head over a limit. */
    TOO_LARGE(413, Advice.NEVER),
    /** A path that speaks WebSocket only, or another version of it. */
    UPGRADE_REQUIRED(426, Advice.NEVER),
    /** A limit on a number (channels, subscriptions, requests, bytes in flight) is reached. */
    TOO_MANY(429, Advice.LATER),
    /** A handler failed, or Wherry itself. */
    INTERNAL(500, Advice.LATER),
    /** The connection could not be made or broke, or the server is stopping. */
    UNAVAILABLE(503, Advice.LATER),
    /** The channel, client or server is closed. */
    CLOSED(503, Advice.NEVER);

    /** Whether, and when, to come back. */
    public enum Advice {
        /** Try again at once. */
        NOW,
        /** Try again after a back-off. */
        LATER,
        /** The same attempt will fail again. */
        NEVER
    }

    private final int httpStatus;
    private final Advice advice;
    private final String text;

    ErrorCode(int httpStatus, Advice advice) {
        this.httpStatus = httpStatus;
        this.advice = advice;
        this.text = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The HTTP status (RFC 9110, section 15) that goes with this code. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The WebSocket close code: 4000 + the HTTP status, but 1000 for {@link #CLOSED}. */
    public int closeCode() {
        return this == CLOSED ? 1000 : 4000 + httpStatus;
    }

    /** Whether to come back. */
    public Advice advice() {
        return advice;
    }

    /** The code as it travels, such as {@code unknown-topic}. */
    public String text() {
        return text;
    }

    /** Finds a code by its text; null when there is none. */
    public static @Nullable ErrorCode ofText(String text) {
        for (ErrorCode code : values()) {
            if (code.text.equals(text)) {
                return code;
            }
        }
        return null;
    }

    /** Finds the code that goes with an HTTP status: the first of that status, else by its class. */
    public static ErrorCode ofHttpStatus(int status) {
        for (ErrorCode code : values()) {
            if (code.httpStatus == status) {
                return code;
            }
        }
        return status >= 500 ? UNAVAILABLE : BAD_REQUEST;
    }

    /** Finds the code that goes with a WebSocket close code (RFC 6455, section 7.4); null when it says nothing of ours. */
    public static @Nullable ErrorCode ofCloseCode(int closeCode) {
        if (closeCode >= 4400 && closeCode < 4600) {
            return ofHttpStatus(closeCode - 4000);
        }
        return switch (closeCode) {
            case 1000 -> CLOSED;
            case 1001, 1006, 1012, 1013 -> UNAVAILABLE;
            case 1002, 1003, 1007 -> BAD_REQUEST;
            case 1008 -> FORBIDDEN;
            case 1009 -> TOO_LARGE;
            case 1011 -> INTERNAL;
            default -> null;
        };
    }
}
