// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.channel.TransportChoice.Named;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client's channel, from the attempt to its end. Confined to the channel's loop.
 *
 * <p>It is open when its welcome has come, and works when a message has made the round trip on it. What takes too long for
 * either ends it.
 */
final class Attempt implements ClientListener {

    private final Owner owner;
    private final Named transport;
    private final long number;
    private final boolean standby;
    private final Loop loop;
    private final long patienceNanos;
    private final long startedNanos;
    private @Nullable ClientConnection connection;
    private Loop.@Nullable Timer deadline;
    private boolean open;
    private boolean works;
    private boolean askedToTakeOver;
    private boolean carried;
    private boolean isClosing;
    private boolean isClosed;
    private long lastHeardNanos;
    private long lastSentNanos;
    private long lastAskedNanos;
    private @Nullable Runnable whenClosed;

    /** Who is told what happens. */
    interface Owner {

        /** The welcome has come. */
        void welcomed(Attempt attempt, Envelope welcome);

        /** Something other than the first welcome has come. */
        void received(Attempt attempt, Envelope envelope);

        /** No more envelopes are at hand. */
        void receiveComplete(Attempt attempt);

        /** The connection is writable again. */
        void writable(Attempt attempt);

        /** The connection could not be made, or has ended. Called once. */
        void ended(Attempt attempt, @Nullable Throwable cause);

        /** The position up to which the channel has received. */
        @Nullable Position position();
    }

    /**
     * Makes one that has not begun.
     *
     * @param number which of the channel's connections it is
     * @param standby whether it is to take over from another connection, which carries the channel meanwhile
     * @param patienceNanos how long the welcome may take, and then a round trip
     */
    Attempt(Owner owner, Named transport, long number, boolean standby, Loop loop, long patienceNanos) {
        this.owner = owner;
        this.transport = transport;
        this.number = number;
        this.standby = standby;
        this.loop = loop;
        this.patienceNanos = patienceNanos;
        this.startedNanos = loop.nanoTime();
        this.lastHeardNanos = startedNanos;
        this.lastSentNanos = startedNanos;
        this.lastAskedNanos = startedNanos;
    }

    Named transport() {
        return transport;
    }

    String transportName() {
        return transport.name();
    }

    long number() {
        return number;
    }

    @Nullable ClientConnection connection() {
        return connection;
    }

    /** Whether the welcome has come. */
    boolean isOpen() {
        return open;
    }

    /** Whether a message has made the round trip. */
    boolean works() {
        return works;
    }

    /** Whether the server was asked to give the channel to this connection. */
    boolean isAskedToTakeOver() {
        return askedToTakeOver;
    }

    /** Whether it has carried more than what belongs to connecting: coming back at once would not go on for ever. */
    boolean hasCarried() {
        return carried;
    }

    long lastHeardNanos() {
        return lastHeardNanos;
    }

    long lastSentNanos() {
        return lastSentNanos;
    }

    long lastAskedNanos() {
        return lastAskedNanos;
    }

    long livedNanos() {
        return loop.nanoTime() - startedNanos;
    }

    /**
     * Connects, as soon as the client's credentials have been asked for.
     *
     * @param target where to, as of then
     */
    void connect(RealClient client, Supplier<Target> target) {
        startDeadline("no welcome");
        client.credentials().renew(loop, failure -> {
            if (failure != null) {
                closed(failure);
            } else if (!isClosing && !isClosed) {
                connect(client.context(), target.get());
            }
        });
    }

    private void connect(ClientContext context, Target target) {
        ClientConnection made;
        try {
            made = transport.transport().connect(context, target, this);
        } catch (RuntimeException e) {
            closed(new WherryException(
                    WherryException.from(e).code(), transportName() + ": failed to connect: " + e.getMessage(), e));
            return;
        }
        connection = made;
        if (isClosed) {
            made.close();
        }
    }

    private void startDeadline(String missing) {
        stopDeadline();
        deadline = loop.schedule(
                () -> giveUp(
                        missing + " within " + Duration.ofNanos(patienceNanos).toMillis() + " ms"),
                patienceNanos);
    }

    private void stopDeadline() {
        Loop.Timer running = deadline;
        deadline = null;
        if (running != null) {
            running.cancel();
        }
    }

    /** Asks for a sign of life that makes the round trip. Flushed by the caller. */
    void ask() {
        startDeadline("no answer to what was sent");
        askAgain();
    }

    /** Asks for a sign of life, which need not come. Flushed by the caller. */
    void askAgain() {
        lastAskedNanos = loop.nanoTime();
        send(Envelope.control(Kind.HEARTBEAT, ServerMessages.QUESTION, Long.toString(number)));
    }

    /** Asks the server to give the channel to this connection. */
    void takeOver(Position after) {
        askedToTakeOver = true;
        startDeadline("the channel was not given to it");
        send(Envelope.control(Kind.TAKE, Long.toString(number), after.toString()));
        flush();
    }

    /** A message has made the round trip. */
    void worked() {
        works = true;
        stopDeadline();
    }

    void send(Envelope envelope) {
        ClientConnection made = connection;
        if (made != null) {
            lastSentNanos = loop.nanoTime();
            made.send(envelope);
        }
    }

    void flush() {
        ClientConnection made = connection;
        if (made != null) {
            made.flush();
        }
    }

    /** Something was sent on its connection. */
    void sent() {
        lastSentNanos = loop.nanoTime();
    }

    void readable(boolean readable) {
        ClientConnection made = connection;
        if (made != null) {
            made.readable(readable);
        }
    }

    /** Ends it for a reason of this side's. */
    void giveUp(String why) {
        end(new WherryException(ErrorCode.TIMEOUT, transportName() + ": " + why));
    }

    private void end(WherryException why) {
        closed(why);
        ClientConnection made = connection;
        if (made != null) {
            made.close();
        }
    }

    /** Closes the connection after what was sent; its owner hears of the end. */
    void close() {
        isClosing = true;
        stopDeadline();
        ClientConnection made = connection;
        if (made != null) {
            made.close();
        } else {
            loop.execute(() -> closed(null));
        }
    }

    /** Closes the connection after what was sent, and tells when it is closed, or has taken too long for that. */
    void close(Runnable then, long boundNanos) {
        Loop.Timer bound = loop.schedule(this::tellClosed, boundNanos);
        whenClosed = () -> {
            bound.cancel();
            then.run();
        };
        if (isClosed) {
            tellClosed();
        } else {
            close();
        }
    }

    private void tellClosed() {
        Runnable action = whenClosed;
        whenClosed = null;
        if (action != null) {
            action.run();
        }
    }

    @Override
    public void received(Envelope envelope) {
        lastHeardNanos = loop.nanoTime();
        answered(envelope);
    }

    @Override
    public void answered(Envelope envelope) {
        if (isClosed) {
            return;
        }
        if (open) {
            carried |= switch (envelope.kind()) {
                case ACK, CREDENTIALS, HEARTBEAT, TAKE, WELCOME -> false;
                default -> true;
            };
            owner.received(this, envelope);
        } else if (envelope.kind() == Kind.WELCOME && envelope.position() != null) {
            open = true;
            owner.welcomed(this, envelope);
        } else if (envelope.kind() == Kind.END) {
            owner.received(this, envelope);
        } else {
            end(new WherryException(
                    ErrorCode.BAD_REQUEST,
                    transportName() + ": " + envelope.kind() + " came first (expected: a welcome with a position)"));
        }
    }

    @Override
    public void receiveComplete() {
        if (open && !isClosed) {
            owner.receiveComplete(this);
        }
    }

    @Override
    public void alive() {
        lastHeardNanos = loop.nanoTime();
    }

    @Override
    public void writable() {
        if (open && !isClosed) {
            owner.writable(this);
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        if (isClosed) {
            return;
        }
        isClosed = true;
        stopDeadline();
        owner.ended(this, cause);
        tellClosed();
    }

    @Override
    public @Nullable Position position() {
        return owner.position();
    }

    @Override
    public String toString() {
        return "Attempt[" + number + ", " + transportName() + (standby ? ", standby]" : "]");
    }
}
