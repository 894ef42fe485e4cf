// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One poll: what is written to it becomes the body of one answer. It is answered at the first flush after something was
 * written, or when its hold time is over; without a hold time at the first flush. Confined to its exchange's loop.
 */
public final class PollConnection implements Connection {

    private static final int COPIED_BELOW = 2048;
    private static final int ROOM_FOR_HEADS = 64 * 1024;

    private final HttpExchange exchange;
    private final String transport;
    private final ReadingRequest request;
    private final List<ByteBuf> written = new ArrayList<>(4);
    private long hold;
    private final long grace;
    private int size;
    private boolean hasNews;
    private @Nullable ConnectionListener listener;
    private Loop.@Nullable Timer timer;
    private boolean isGrace;
    private boolean flushed;
    private boolean ended;

    private PollConnection(
            HttpExchange exchange, String transport, ReadingRequest request, Duration hold, Duration grace) {
        this.exchange = exchange;
        this.transport = transport;
        this.request = request;
        long longest = exchange.context().config().get(CoreKeys.LOST_AFTER).toNanos() / 2;
        this.hold = Math.min(hold.toNanos(), longest);
        this.grace = grace.toNanos();
    }

    /**
     * Answers an exchange with what there is to read: of a channel, or of the topics that are named.
     *
     * @param transport the transport's name
     * @param hold how long to wait for news, but no longer than half of {@code wherry.lost-after}; zero to answer at once
     * @throws WherryException when it is refused
     */
    public static void answer(HttpExchange exchange, String transport, ReadingRequest request, Duration hold) {
        if (hold.isZero() && !request.isChannel()) {
            @Nullable Position upToDate = exchange.context().acceptor().upToDate(request.reading(exchange));
            if (upToDate != null) {
                new PollAnswer(exchange, request, upToDate, List.of()).respond();
                return;
            }
        }
        begin(exchange, transport, request, hold, Duration.ZERO);
    }

    /**
     * Begins to answer likewise.
     *
     * @param grace how long news waits, within the hold time, for {@link #release}
     */
    static PollConnection begin(
            HttpExchange exchange, String transport, ReadingRequest request, Duration hold, Duration grace) {
        PollConnection poll = new PollConnection(exchange, transport, request, hold, grace);
        try {
            poll.open(
                    request.isChannel()
                            ? exchange.context().acceptor().attach(request.attachment(exchange), poll)
                            : exchange.context().acceptor().read(request.reading(exchange), poll));
        } catch (RuntimeException e) {
            poll.releaseWritten();
            poll.ended = true;
            throw e;
        }
        return poll;
    }

    private void open(ConnectionListener to) {
        listener = to;
        exchange.onGone(() -> end(null));
        if (ended) {
            to.closed(null);
        } else if (flushed) {
            flush();
        }
    }

    /** Adds something that is no reason to answer. */
    void add(Envelope envelope) {
        ByteBuf bytes = loop().alloc().buffer(64);
        framing().encode(envelope, bytes);
        take(bytes);
        bytes.release();
    }

    /** Ends the hold time: there is nothing more to wait for. */
    void release() {
        hold = 0;
        if (flushed) {
            flush();
        }
    }

    /** The exchange was answered otherwise. */
    void abandon() {
        end(null);
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public Loop loop() {
        return exchange.loop();
    }

    @Override
    public Framing framing() {
        if (request.isChannel()) {
            return Delimiter.LF.batch();
        }
        return plainFraming(request);
    }

    /** The framing of polls for readers without a library; in JSON it needs {@link #array} around it. */
    static Framing plainFraming(ReadingRequest request) {
        return request.isJson() ? Delimiter.COMMA.json() : RawFraming.withoutGaps(request.delimiter());
    }

    /** Makes an array of items: each has a comma after it, and the last comma becomes the end. */
    static ByteBuf array(ByteBuf items) {
        items.setByte(items.writerIndex() - 1, ']');
        return Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {'['}), items);
    }

    @Override
    public boolean isWritable() {
        return !ended
                && (size == 0
                        || size + (long) exchange.context().limits().message() + ROOM_FOR_HEADS
                                <= exchange.context().limits().batch());
    }

    @Override
    public void write(ByteBuf envelopes) {
        hasNews |= envelopes.isReadable();
        take(envelopes);
    }

    private void take(ByteBuf bytes) {
        if (!ended && bytes.isReadable()) {
            written.add(bytes.retainedDuplicate());
            size += bytes.readableBytes();
        }
    }

    @Override
    public void flush() {
        flushed = true;
        if (ended || listener == null) {
            return;
        }
        if (hold == 0 || (hasNews && grace == 0)) {
            answer();
        } else if (hasNews && !isGrace) {
            isGrace = true;
            answerIn(grace);
        } else if (timer == null) {
            answerIn(hold);
        }
    }

    private void answerIn(long nanos) {
        if (timer != null) {
            timer.cancel();
        }
        timer = exchange.hold(nanos, this::answer);
    }

    @Override
    public void heartbeat() {
        // The answer is the sign of life, and comes in time for one.
    }

    @Override
    public void readable(boolean readable) {
        // Nothing comes in on a poll.
    }

    @Override
    public void close(@Nullable WherryException reason) {
        if (ended) {
            return;
        }
        if (reason == null || reason.code() == ErrorCode.SUPERSEDED || hasNews) {
            answer();
        } else {
            exchange.problem(reason);
            end(null);
        }
    }

    private void answer() {
        if (ended) {
            return;
        }
        @Nullable ConnectionListener told = request.isChannel() ? null : listener;
        PollAnswer answer = new PollAnswer(
                exchange, request, told == null ? null : told.position(), told == null ? List.of() : told.gaps());
        if (size == 0) {
            answer.respond();
        } else {
            ByteBuf body = body();
            answer.respond(body);
            body.release();
        }
        end(null);
    }

    private ByteBuf body() {
        if (!request.isChannel() && request.isJson()) {
            return array(joined());
        }
        if (written.size() == 1) {
            return written.get(0).retain();
        }
        if (size < COPIED_BELOW) {
            return joined();
        }
        CompositeByteBuf body = loop().alloc().compositeBuffer(written.size());
        written.forEach(piece -> body.addComponent(true, piece.retain()));
        return body;
    }

    private ByteBuf joined() {
        ByteBuf body = loop().alloc().buffer(size);
        written.forEach(piece -> body.writeBytes(piece, piece.readerIndex(), piece.readableBytes()));
        return body;
    }

    private void end(@Nullable Throwable cause) {
        if (ended) {
            return;
        }
        ended = true;
        if (timer != null) {
            timer.cancel();
        }
        releaseWritten();
        if (listener != null) {
            listener.closed(cause);
        }
    }

    private void releaseWritten() {
        written.forEach(ByteBuf::release);
        written.clear();
        size = 0;
    }
}
