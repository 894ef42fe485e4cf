// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.WherryException;
import io.wherry.spi.Acceptor.Uplink;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a POST of a channel: the acknowledgement, once there is room for more; with {@code after} also the replies to
 * what was asked, and whatever else is new. Confined to its exchange's loop.
 */
final class UplinkAnswer {

    private final HttpExchange exchange;
    private final ReadingRequest request;
    private final boolean waitsForReplies;
    private Loop.@Nullable Timer timer;
    private @Nullable Long acknowledged;
    private boolean replied;
    private boolean done;

    private UplinkAnswer(HttpExchange exchange, ReadingRequest request) {
        this.exchange = exchange;
        this.request = request;
        this.waitsForReplies = request.after() != null;
    }

    /**
     * Hands a batch over, and answers when it is time.
     *
     * @param hold how long to wait at most
     */
    @SuppressWarnings("FutureReturnValueIgnored") // The end of the chain takes success and failure.
    static void begin(HttpExchange exchange, ReadingRequest request, String channelId, Duration hold) {
        List<Envelope> batch = new ArrayList<>();
        BatchFraming.read(exchange.body(), exchange.context().limits().message(), batch::add);
        Uplink uplink = exchange.context().acceptor().uplink(exchange.principal(), channelId, batch);
        UplinkAnswer answer = new UplinkAnswer(exchange, request);
        uplink.acknowledged()
                .whenComplete((number, failure) -> exchange.run(() -> answer.acknowledged(number, failure)));
        uplink.replied().whenComplete((nothing, failure) -> exchange.run(answer::replied));
        if (!answer.done) {
            exchange.onGone(answer::end);
            answer.timer = exchange.loop().schedule(() -> exchange.run(answer::answer), hold.toNanos());
        }
    }

    private void acknowledged(@Nullable Long number, @Nullable Throwable failure) {
        if (done) {
            return;
        }
        if (failure != null) {
            end();
            throw WherryException.from(failure);
        }
        acknowledged = number;
        answerWhenReady();
    }

    private void replied() {
        replied = true;
        answerWhenReady();
    }

    private void answerWhenReady() {
        if (acknowledged != null && (replied || !waitsForReplies)) {
            answer();
        }
    }

    private void answer() {
        if (done) {
            return;
        }
        end();
        ByteBuf first = Unpooled.EMPTY_BUFFER;
        if (acknowledged != null) {
            first = Unpooled.buffer();
            Delimiter.LF.batch().encode(Envelope.control(Kind.ACK, acknowledged.toString(), null), first);
        }
        if (waitsForReplies) {
            PollConnection.answer(exchange, HttpTransport.NAME, request, Duration.ZERO, first);
        } else if (first.isReadable()) {
            exchange.respond(HttpResponseStatus.OK, HttpExchange.newHeaders(BatchFraming.MEDIA_TYPE), first);
        } else {
            exchange.respond(HttpResponseStatus.NO_CONTENT);
        }
    }

    private void end() {
        done = true;
        if (timer != null) {
            timer.cancel();
        }
    }
}
