// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.concurrent.FastThreadLocal;
import io.wherry.Position;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The status line and headers of an answer to a poll, as they travel: all who poll at the same position get the same, so that it
 * is made for the first of them, in the version of HTTP that is asked for. Confined to a thread.
 *
 * <p>It is an answer that leaves the connection open, to a peer that is no web page of another origin ({@link
 * HttpExchange#isCommon}).
 */
final class AnswerHead {

    private static final int KNOWN = 32;
    private static final FastThreadLocal<@Nullable AnswerHead[]> LAST = new FastThreadLocal<>() {
        @Override
        protected @Nullable AnswerHead[] initialValue() {
            return new AnswerHead[KNOWN];
        }
    };

    private final HttpResponseStatus status;
    private final @Nullable String mediaType;
    private final @Nullable Position position;
    private final int length;
    private final String etag;
    private byte @Nullable [] http1;
    private @Nullable Http2Headers http2;

    private AnswerHead(HttpResponseStatus status, @Nullable String mediaType, @Nullable Position position, int length) {
        this.status = status;
        this.mediaType = mediaType;
        this.position = position;
        this.length = length;
        this.etag = position == null ? "" : HttpTransport.etag(position);
    }

    private HttpHeaders headers() {
        HttpHeaders headers = HttpExchange.newHeaders();
        if (position != null) {
            HttpTransport.addPosition(headers, position);
        }
        if (mediaType != null) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, mediaType);
            headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
        }
        HttpServerConnection.addCommon(headers);
        Origins.addVary(headers);
        return headers;
    }

    private byte[] http1() {
        byte @Nullable [] known = http1;
        if (known == null) {
            known = makeHttp1();
            http1 = known;
        }
        return known;
    }

    private byte[] makeHttp1() {
        StringBuilder text = new StringBuilder("HTTP/1.1 ")
                .append(status.codeAsText())
                .append(' ')
                .append(status.reasonPhrase())
                .append("\r\n");
        for (Map.Entry<String, String> header : headers()) {
            text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * A head; the same one as before, if it is among the last that this thread asked for.
     *
     * @param mediaType the content type, null for an answer without content
     * @param position the position with which to go on, null for none
     * @param length how long the content is
     */
    static AnswerHead of(
            HttpResponseStatus status, @Nullable String mediaType, @Nullable Position position, int length) {
        @Nullable AnswerHead[] known = LAST.get();
        long mix = status.code() + 31L * length + (position == null ? 0 : 7 * position.sequence() + position.sub());
        int index = (int) (mix & (KNOWN - 1));
        @Nullable AnswerHead head = known[index];
        if (head == null || !head.is(status, mediaType, position, length)) {
            head = new AnswerHead(status, mediaType, position, length);
            known[index] = head;
        }
        return head;
    }

    private boolean is(HttpResponseStatus wanted, @Nullable String type, @Nullable Position at, int contentLength) {
        return status.equals(wanted)
                && length == contentLength
                && Objects.equals(mediaType, type)
                && Objects.equals(position, at);
    }

    /** The entity tag, empty for none. */
    String etag() {
        return etag;
    }

    /** How long it is in HTTP/1.1. */
    int size() {
        return http1().length;
    }

    /** Appends it, as HTTP/1.1 has it. */
    void writeTo(ByteBuf out) {
        out.writeBytes(http1());
    }

    /** The same in HTTP/2; not to be changed. */
    Http2Headers http2() {
        Http2Headers known = http2;
        if (known == null) {
            known = Http2Wire.head(status, headers());
            http2 = known;
        }
        return known;
    }
}
