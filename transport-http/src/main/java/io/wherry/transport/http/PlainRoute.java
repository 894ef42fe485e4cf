// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.ServerContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers {@code /wherry/http}: single requests, polls, and the POSTs by which clients send. Immutable. */
final class PlainRoute implements HttpRoute {

    private final ServerContext context;
    private final Duration replyHold;

    PlainRoute(ServerContext context) {
        this.context = context;
        this.replyHold = context.config().get(HttpKeys.REPLY_HOLD);
    }

    @Override
    public void handle(HttpExchange exchange) {
        ReadingRequest request = ReadingRequest.of(exchange);
        if (exchange.method().equals(HttpMethod.POST)) {
            post(exchange, request);
        } else if (request.isChannel() || request.after() != null || request.last() > 0) {
            PollConnection.answer(exchange, HttpTransport.NAME, request, Duration.ZERO);
        } else {
            latest(exchange, request);
        }
    }

    private void post(HttpExchange exchange, ReadingRequest request) {
        if (request.channelId() != null) {
            UplinkAnswer.begin(exchange, request, request.channelId(), replyHold);
        } else if (request.to() != null) {
            String to = request.to();
            then(
                    exchange,
                    context.acceptor().ask(exchange.handshake(), exchange.principal(), to, message(exchange)),
                    messages -> answers(exchange, request, to, messages));
        } else if (request.topics().size() == 1) {
            then(
                    exchange,
                    context.acceptor()
                            .publish(
                                    exchange.principal(),
                                    request.topics().get(0),
                                    message(exchange).withKey(exchange.parameter("key"))),
                    position -> published(exchange, position));
        } else {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "POST: " + request.topics().size()
                            + " topics (expected: one of channel=ID, to=HANDLER, or topic=NAME once)");
        }
    }

    /** Goes on, on the exchange's loop, with what a stage gives; at once where it has. */
    private static <T> void then(HttpExchange exchange, CompletionStage<T> stage, Consumer<T> next) {
        if (stage instanceof CompletableFuture<T> done && done.isDone() && !done.isCompletedExceptionally()) {
            next.accept(done.join());
            return;
        }
        stage.whenComplete((value, failure) -> exchange.run(() -> {
            if (failure != null) {
                throw WherryException.from(failure);
            }
            next.accept(value);
        }));
    }

    private Message message(HttpExchange exchange) {
        ByteBuf body = exchange.body();
        int max = context.limits().message();
        if (!body.isReadable()) {
            return Message.empty();
        }
        if (body.readableBytes() > max) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE, "message: " + body.readableBytes() + " bytes (expected: at most " + max + ")");
        }
        Format format = Format.ofMediaType(exchange.headers().get(HttpHeaderNames.CONTENT_TYPE));
        if (format.isText() && !ByteBufUtil.isText(body, StandardCharsets.UTF_8)) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "body: not well-formed UTF-8 (expected: UTF-8, or another Content-Type)");
        }
        return Message.wrap(format, ByteBufUtil.getBytes(body));
    }

    private static void published(HttpExchange exchange, Position position) {
        HttpHeaders headers = HttpExchange.newHeaders().set(HttpTransport.POSITION_HEADER, position.toString());
        exchange.respond(HttpResponseStatus.NO_CONTENT, headers, Unpooled.EMPTY_BUFFER);
    }

    private void latest(HttpExchange exchange, ReadingRequest request) {
        List<Envelope> found = new ArrayList<>();
        @Nullable Position newest = null;
        for (String topic : request.requireTopics()) {
            @Nullable Envelope latest = context.acceptor().latest(exchange.principal(), topic);
            if (latest != null) {
                found.add(latest);
                newest = newer(newest, latest.position());
            }
        }
        if (newest != null && request.topics().size() == 1 && !request.isJson() && exchange.isCommon()) {
            Message message = found.get(0).message();
            @Nullable String wanted = exchange.headers().get(HttpHeaderNames.IF_NONE_MATCH);
            if (wanted == null) {
                exchange.respond(
                        AnswerHead.of(HttpResponseStatus.OK, message.format().mediaType(), newest, message.size()),
                        Unpooled.wrappedBuffer(message.buffer()));
                return;
            }
            AnswerHead same = AnswerHead.of(HttpResponseStatus.NOT_MODIFIED, null, newest, 0);
            if (wanted.equals(same.etag())) {
                exchange.respond(same, Unpooled.EMPTY_BUFFER);
                return;
            }
        }
        HttpHeaders headers = HttpExchange.newHeaders();
        if (newest != null) {
            HttpTransport.addPosition(headers, newest);
            if (exchange.hasTag(headers.get(HttpHeaderNames.ETAG))) {
                exchange.respond(HttpResponseStatus.NOT_MODIFIED, headers, Unpooled.EMPTY_BUFFER);
                return;
            }
        }
        respond(exchange, request, headers, found, request.topics().size() == 1);
    }

    private static @Nullable Position newer(@Nullable Position one, @Nullable Position other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }

    private static void answers(HttpExchange exchange, ReadingRequest request, String to, List<Message> messages) {
        if (messages.isEmpty() && exchange.isCommon()) {
            exchange.respond(AnswerHead.of(HttpResponseStatus.NO_CONTENT, null, null, 0), Unpooled.EMPTY_BUFFER);
            return;
        }
        if (messages.size() == 1 && !request.isJson() && exchange.isCommon()) {
            Message message = messages.get(0);
            exchange.respond(
                    AnswerHead.of(HttpResponseStatus.OK, message.format().mediaType(), null, message.size()),
                    Unpooled.wrappedBuffer(message.buffer()));
            return;
        }
        List<Envelope> envelopes = messages.stream()
                .map(message -> Envelope.at(message.position(), Kind.DIRECT, to, null, message))
                .toList();
        respond(exchange, request, HttpExchange.newHeaders(), envelopes, messages.size() == 1);
    }

    private static void respond(
            HttpExchange exchange,
            ReadingRequest request,
            HttpHeaders headers,
            List<Envelope> envelopes,
            boolean isSingle) {
        if (envelopes.isEmpty()) {
            exchange.respond(HttpResponseStatus.NO_CONTENT, headers, Unpooled.EMPTY_BUFFER);
            return;
        }
        if (isSingle && !request.isJson()) {
            Message message = envelopes.get(0).message();
            headers.set(HttpHeaderNames.CONTENT_TYPE, message.format().mediaType());
            exchange.respond(HttpResponseStatus.OK, headers, Unpooled.wrappedBuffer(message.buffer()));
            return;
        }
        ByteBuf body = Unpooled.buffer();
        envelopes.forEach(envelope -> PollConnection.plainFraming(request).encode(envelope, body));
        headers.set(HttpHeaderNames.CONTENT_TYPE, PollAnswer.mediaType(request));
        exchange.respond(HttpResponseStatus.OK, headers, request.isJson() ? PollConnection.array(body) : body);
    }
}
