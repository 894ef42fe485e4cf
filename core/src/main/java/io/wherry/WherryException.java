// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of Wherry: a code and a message that names the thing, its value and what was expected.
 *
 * <p>Stages that fail, fail with it; methods throw it for what can be known at once.
 */
public final class WherryException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int QUOTED_LENGTH = 80;

    private final ErrorCode code;
    private final @Nullable Duration retryAfter;

    /** Makes an exception. */
    public WherryException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** Makes an exception with a cause. */
    public WherryException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(code, message, cause, null);
    }

    private WherryException(
            ErrorCode code, @Nullable String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
        this.retryAfter = retryAfter;
    }

    /** This exception, with the time after which to come back. An authenticator or handler may tell it, too. */
    public WherryException withRetryAfter(Duration time) {
        WherryException told = new WherryException(code, super.getMessage(), getCause(), time);
        told.setStackTrace(getStackTrace());
        return told;
    }

    /** What went wrong. */
    public ErrorCode code() {
        return code;
    }

    /** After what time to come back, where the other side has said so; otherwise null, and the code's advice holds. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** The message; never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), code.text());
    }

    /** Code and message. */
    @Override
    public String toString() {
        return "WherryException[" + code.text() + "]: " + getMessage();
    }

    /** Shortens a value of a peer's for a message, and replaces by {@code ?} what could forge or turn around a line of a log. */
    public static String quote(String value) {
        int length = Math.min(value.length(), QUOTED_LENGTH);
        StringBuilder quoted = new StringBuilder(length + 1);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            quoted.append(isPlain(c) ? c : '?');
        }
        return value.length() > QUOTED_LENGTH ? quoted.append('…').toString() : quoted.toString();
    }

    private static boolean isPlain(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** The exception behind a failure: itself, the cause of a wrapper of futures, or one of {@link ErrorCode#INTERNAL}. */
    public static WherryException from(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof java.util.concurrent.CompletionException
                        || cause instanceof java.util.concurrent.ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof WherryException known) {
            return known;
        }
        return new WherryException(ErrorCode.INTERNAL, "failed: " + cause, cause);
    }
}
