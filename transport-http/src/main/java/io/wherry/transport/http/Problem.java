// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An error as it travels in an HTTP response (RFC 9457). */
public final class Problem {

    /** The content type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final int MAX_DETAIL_LENGTH = 500;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,7}");
    private static final Pattern CODE = Pattern.compile("\"code\"\\s*:\\s*\"([a-z-]{1,40})\"");
    private static final Pattern DETAIL = Pattern.compile("\"detail\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.){0,500})");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u([0-9a-fA-F]{4})|.)");

    private Problem() {}

    /** The JSON of an error; a new buffer that need not be released. */
    static ByteBuf write(int status, ErrorCode code, String detail) {
        ByteBuf out = Unpooled.buffer(256);
        ByteBufUtil.writeAscii(out, "{\"type\":\"about:blank\",\"title\":\"" + title(code) + "\",\"status\":" + status);
        ByteBufUtil.writeAscii(out, ",\"code\":\"" + code.text() + "\",\"detail\":");
        JsonText.writeString(detail, out);
        out.writeByte('}');
        return out;
    }

    private static String title(ErrorCode code) {
        String text = code.text().replace('-', ' ');
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** A time as it stands in {@code Retry-After}: whole seconds, rounded up. */
    static String seconds(@Nullable Duration time, Duration otherwise) {
        return Long.toString((time == null ? otherwise : time).plusMillis(999).toSeconds());
    }

    /**
     * The error that a response tells: by the problem in its body, else by its status; with what it says of when to come back.
     *
     * @param body lent
     */
    public static WherryException read(int status, HttpHeaders headers, ByteBuf body) {
        WherryException told = read(status, body);
        @Nullable Duration retryAfter = retryAfter(headers.get(HttpHeaderNames.RETRY_AFTER));
        return retryAfter == null || told.code().advice() != ErrorCode.Advice.LATER
                ? told
                : told.withRetryAfter(retryAfter);
    }

    /** The time of a {@code Retry-After} in seconds (RFC 9110, section 10.2.3); null for none, and for a date, which needs a clock. */
    private static @Nullable Duration retryAfter(@Nullable String value) {
        if (value == null || !SECONDS.matcher(value.trim()).matches()) {
            return null;
        }
        return Duration.ofSeconds(Long.parseLong(value.trim()));
    }

    private static WherryException read(int status, ByteBuf body) {
        String text = body.toString(StandardCharsets.UTF_8);
        @Nullable String codeText = find(CODE, text);
        @Nullable ErrorCode code = codeText == null ? null : ErrorCode.ofText(codeText);
        @Nullable String detail = find(DETAIL, text);
        return new WherryException(
                code == null ? ErrorCode.ofHttpStatus(status) : code,
                detail == null ? "HTTP status: " + status + " (expected: 200)" : unescape(detail));
    }

    private static @Nullable String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static String unescape(String text) {
        String plain = ESCAPE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(unescape(match)));
        return plain.length() > MAX_DETAIL_LENGTH ? plain.substring(0, MAX_DETAIL_LENGTH) : plain;
    }

    private static String unescape(java.util.regex.MatchResult match) {
        @Nullable String hex = match.group(2);
        if (hex != null) {
            return String.valueOf((char) Integer.parseInt(hex, 16));
        }
        return switch (match.group(1)) {
            case "n" -> "\n";
            case "r" -> "\r";
            case "t" -> "\t";
            case "b" -> "\b";
            case "f" -> "\f";
            default -> match.group(1);
        };
    }
}
