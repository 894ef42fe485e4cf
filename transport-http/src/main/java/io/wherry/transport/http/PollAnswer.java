// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a poll, but for its body.
 *
 * @param position the position with which to go on, null where none is told: to a channel its envelopes say it
 * @param gaps what the reader is told to be missing
 */
record PollAnswer(
        HttpExchange exchange,
        ReadingRequest request,
        @Nullable Position position,
        List<Envelope> gaps) {

    /** Answers that there is nothing. */
    void respond() {
        respond(Unpooled.EMPTY_BUFFER);
    }

    /**
     * Answers.
     *
     * @param body what there is, perhaps nothing; lent
     */
    void respond(ByteBuf body) {
        if (respondAsToOthers(body)) {
            return;
        }
        HttpHeaders headers = HttpExchange.newHeaders();
        boolean isKnown = position != null && addPosition(headers, position, body.isReadable());
        if (body.isReadable()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, mediaType());
            exchange.respond(HttpResponseStatus.OK, headers, body);
        } else {
            exchange.respond(
                    isKnown ? HttpResponseStatus.NOT_MODIFIED : HttpResponseStatus.NO_CONTENT,
                    headers,
                    Unpooled.EMPTY_BUFFER);
        }
    }

    /** Answers with what all others at this position are given, where nothing makes this peer another; returns whether it has. */
    private boolean respondAsToOthers(ByteBuf body) {
        if (!gaps.isEmpty() || !exchange.isCommon()) {
            return false;
        }
        @Nullable String wanted = position == null ? null : exchange.headers().get(HttpHeaderNames.IF_NONE_MATCH);
        if (wanted != null) {
            AnswerHead same = AnswerHead.of(HttpResponseStatus.NOT_MODIFIED, null, position, 0);
            if (body.isReadable() || !wanted.equals(same.etag())) {
                return false;
            }
            exchange.respond(same, Unpooled.EMPTY_BUFFER);
        } else if (body.isReadable()) {
            exchange.respond(AnswerHead.of(HttpResponseStatus.OK, mediaType(), position, body.readableBytes()), body);
        } else {
            exchange.respond(AnswerHead.of(HttpResponseStatus.NO_CONTENT, null, position, 0), Unpooled.EMPTY_BUFFER);
        }
        return true;
    }

    /** Adds where to go on, and what is missing; returns whether the peer's entity tag says that it has it all. */
    private boolean addPosition(HttpHeaders headers, Position at, boolean hasNews) {
        HttpTransport.addPosition(headers, at);
        for (Envelope gap : gaps) {
            headers.add(HttpTransport.GAP_HEADER, HttpTransport.gapHeader(gap));
        }
        if (exchange.hasTag(headers.get(HttpHeaderNames.ETAG))) {
            return true;
        }
        // Other topics may have moved the log on: the peer has all of its own, and may keep the tag that says so.
        String asked = request.after() == null ? "" : HttpTransport.etag(request.after());
        if (!hasNews && exchange.hasTag(asked)) {
            headers.set(HttpHeaderNames.ETAG, asked);
            return true;
        }
        return false;
    }

    private String mediaType() {
        return request.isChannel() ? BatchFraming.MEDIA_TYPE : mediaType(request);
    }

    /** The content type of polls for readers without a library. */
    static String mediaType(ReadingRequest request) {
        return request.isJson() ? "application/json" : "text/plain; charset=utf-8";
    }
}
