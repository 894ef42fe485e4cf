// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Acceptor.Uplink;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import io.wherry.testkit.simulation.SimulatedTransport.Kind;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to one poll, or to one batch on its way up. Confined to its loop. */
final class PollServer implements Connection, Wire.Events {

    private static final long HOLD_NANOS = 1200 * Weather.MILLIS;
    private static final long GRACE_NANOS = 50 * Weather.MILLIS;
    private static final int ANSWER_BYTES = 8192;

    private final SimulatedPort port;
    private final Wire.End end;
    private final Hello hello;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private @Nullable ConnectionListener listener;
    private Loop.@Nullable Timer timer;
    /** What is waited for before the answer may go. */
    private int awaited;

    private boolean hasNews;
    /** Whether the channel has written what there was. */
    private boolean flushed;

    private boolean ended;

    PollServer(SimulatedPort port, Wire.End end, Hello hello) {
        this.port = port;
        this.end = end;
        this.hello = hello;
        end.events(this);
    }

    /** Hands a batch over, and answers with the acknowledgement, or with nothing when there is no room for a while. */
    static void post(SimulatedPort port, Wire.End end, List<Envelope> batch, String channelId, long connection) {
        Uplink uplink = port.acceptor().uplink(null, channelId, connection, batch);
        end.events(new PostEvents(port, end));
        Loop.Timer late = end.loop().schedule(() -> end.close(null), HOLD_NANOS);
        uplink.acknowledged()
                .whenComplete((number, failure) -> end.loop().execute(() -> {
                    late.cancel();
                    if (number != null) {
                        end.send(SimulatedTransport.encode(
                                Envelope.control(Envelope.Kind.ACK, Long.toString(number), null)));
                    }
                    end.close(failure == null ? null : WherryException.from(failure));
                }));
    }

    /** Lets the answer wait for what becomes of a batch. */
    void waitFor(Uplink uplink) {
        awaited = 2;
        uplink.acknowledged()
                .whenComplete((number, failure) -> end.loop().execute(() -> {
                    if (failure != null && !ended) {
                        end.close(WherryException.from(failure));
                        over(null);
                    } else if (number != null) {
                        answer.writeBytes(SimulatedTransport.encode(
                                Envelope.control(Envelope.Kind.ACK, Long.toString(number), null)));
                    }
                    arrived();
                }));
        uplink.replied().whenComplete((nothing, failure) -> end.loop().execute(this::arrived));
    }

    private void arrived() {
        awaited--;
        if (awaited == 0 && flushed) {
            flush();
        }
    }

    /** Begins, for a listener. */
    void open(ConnectionListener to) {
        listener = to;
        if (end.isClosed()) {
            end.loop().execute(() -> closed(null));
        }
    }

    /** Begins without a channel to be read: it has ended. */
    void openAlone() {
        timer = loop().schedule(this::answer, GRACE_NANOS);
    }

    @Override
    public String transport() {
        return hello.transport();
    }

    @Override
    public Loop loop() {
        return end.loop();
    }

    @Override
    public Framing framing() {
        return (hello.what() == Hello.What.LONG_POLL ? Kind.LONGPOLL : Kind.POLL).framing();
    }

    @Override
    public boolean isWritable() {
        return !ended && answer.size() < ANSWER_BYTES;
    }

    @Override
    public void write(ByteBuf envelopes) {
        if (!ended) {
            byte[] bytes = new byte[envelopes.readableBytes()];
            envelopes.getBytes(envelopes.readerIndex(), bytes);
            answer.writeBytes(bytes);
            hasNews = true;
        }
    }

    @Override
    public void flush() {
        flushed = true;
        if (ended) {
            return;
        }
        if (awaited > 0) {
            answerIn(hasNews ? GRACE_NANOS : HOLD_NANOS);
        } else if (hasNews || hello.what() == Hello.What.POLL) {
            answer();
        } else {
            answerIn(HOLD_NANOS);
        }
    }

    private void answerIn(long nanos) {
        if (timer != null) {
            timer.cancel();
        }
        timer = loop().schedule(this::answer, nanos);
    }

    @Override
    public void heartbeat() {
        // The answer is the sign of life.
    }

    @Override
    public void readable(boolean readable) {
        // Nothing comes in on a poll.
    }

    @Override
    public void close(@Nullable WherryException reason) {
        if (reason == null || reason.code() == ErrorCode.SUPERSEDED || hasNews) {
            answer();
        } else if (!ended) {
            end.close(reason);
            over(null);
        }
    }

    private void answer() {
        if (ended) {
            return;
        }
        if (answer.size() > 0) {
            end.send(answer.toByteArray());
        }
        end.close(null);
        over(null);
    }

    private void over(@Nullable WherryException cause) {
        if (ended) {
            return;
        }
        ended = true;
        if (timer != null) {
            timer.cancel();
        }
        port.ended(end);
        if (listener != null) {
            listener.closed(cause);
        }
    }

    @Override
    public void received(byte[] bytes, boolean whole) {
        // All was said in the beginning.
    }

    @Override
    public void receiveComplete() {
        // Nothing was received.
    }

    @Override
    public void writable() {
        // An answer is one piece.
    }

    @Override
    public void closed(@Nullable WherryException cause) {
        over(cause);
    }

    /** What the end of a batch on its way up hears. */
    private record PostEvents(SimulatedPort port, Wire.End end) implements Wire.Events {

        @Override
        public void received(byte[] bytes, boolean whole) {
            // All was said in the beginning.
        }

        @Override
        public void receiveComplete() {
            // Nothing was received.
        }

        @Override
        public void writable() {
            // An answer is one piece.
        }

        @Override
        public void closed(@Nullable WherryException cause) {
            port.ended(end);
        }
    }
}
