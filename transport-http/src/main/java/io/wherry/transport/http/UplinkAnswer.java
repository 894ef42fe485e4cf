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
 * The answer to a POST of a channel: the acknowledgement, once there is room for more; with {@code after} a poll that waits
 * for the replies to what was asked. Confined to its exchange's loop.
 */
final class UplinkAnswer {

    /** How long news waits for replies, so that these need no request of their own. */
    private static final Duration GRACE = Duration.ofMillis(50);

    private final HttpExchange exchange;
    private final @Nullable PollConnection poll;
    private Loop.@Nullable Timer timer;
    private boolean acknowledged;
    private boolean replied;

    private UplinkAnswer(HttpExchange exchange, @Nullable PollConnection poll) {
        this.exchange = exchange;
        this.poll = poll;
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
        Uplink uplink =
                exchange.context().acceptor().uplink(exchange.principal(), channelId, request.connection(), batch);
        boolean isLast = batch.stream().anyMatch(envelope -> envelope.kind() == Kind.END);
        @Nullable PollConnection poll = request.after() == null || isLast
                ? null
                : PollConnection.begin(exchange, HttpTransport.NAME, request, hold, GRACE);
        UplinkAnswer answer = new UplinkAnswer(exchange, poll);
        if (poll == null) {
            answer.timer = exchange.hold(hold.toNanos(), answer::late);
            exchange.onGone(answer::stopTimer);
        }
        uplink.acknowledged()
                .whenComplete((number, failure) -> exchange.run(() -> answer.acknowledged(number, failure)));
        uplink.replied().whenComplete((nothing, failure) -> exchange.run(answer::replied));
    }

    private void acknowledged(@Nullable Long number, @Nullable Throwable failure) {
        stopTimer();
        if (failure != null) {
            refused(WherryException.from(failure));
            return;
        }
        if (number == null) {
            return;
        }
        acknowledged = true;
        Envelope ack = Envelope.control(Kind.ACK, number.toString(), null);
        if (poll != null) {
            poll.add(ack);
            releaseWhenReady();
        } else {
            ByteBuf body = Unpooled.buffer(32);
            Delimiter.LF.batch().encode(ack, body);
            if (exchange.isCommon()) {
                exchange.respond(
                        AnswerHead.of(HttpResponseStatus.OK, BatchFraming.MEDIA_TYPE, null, body.readableBytes()),
                        body);
            } else {
                exchange.respond(HttpResponseStatus.OK, HttpExchange.newHeaders(BatchFraming.MEDIA_TYPE), body);
            }
        }
    }

    /** The answer is the refusal, whatever the poll has already: that is read again after the same position. */
    private void refused(WherryException refusal) {
        exchange.problem(refusal);
        if (poll != null) {
            poll.abandon();
        }
    }

    private void replied() {
        replied = true;
        releaseWhenReady();
    }

    private void releaseWhenReady() {
        if (poll != null && acknowledged && replied) {
            poll.release();
        }
    }

    /** There was no room for so long. */
    private void late() {
        exchange.respond(HttpResponseStatus.NO_CONTENT);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
