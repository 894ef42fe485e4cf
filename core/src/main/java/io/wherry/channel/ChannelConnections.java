// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.WherryException;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of its client's connections a channel of the server has: the newest, but for one that stands by until the client says
 * that it takes over ({@code docs/protocol.md}, sections 3.2 and 3.3). Confined to the channel's mailbox, except for what is
 * volatile.
 */
final class ChannelConnections {

    private static final Logger log = LoggerFactory.getLogger(ChannelConnections.class);

    private final ServerChannel channel;
    private final Liveness liveness;
    /** Which of its client's connections the channel has, or had last; 0 while the client does not count. */
    private volatile long connectionNumber;

    private @Nullable Standby standby;
    /** Whether the client is still to be told that its connection has taken over. */
    private boolean takeoverUntold;
    /** Whether the client has asked for a sign of life that could not be given yet. */
    private boolean answerDue;

    private long detachedNanos;

    /** Makes what a channel without a connection has. */
    ChannelConnections(ServerChannel channel, long nowNanos) {
        this.channel = channel;
        this.detachedNanos = nowNanos;
        this.liveness = new Liveness(nowNanos);
    }

    /** Takes a new channel's first connection. On the home loop. */
    void first(long number, Connection connection, @Nullable String welcome, @Nullable Envelope gap) {
        connectionNumber = number;
        connected(connection, welcome, gap);
    }

    // ---- numbers

    /** Refuses what is left of a connection that the client has given up for a newer one. Any thread. */
    void requireNotSuperseded(long number) {
        if (isSuperseded(number)) {
            throw superseded();
        }
    }

    private boolean isSuperseded(long number) {
        return number > 0 && number < connectionNumber;
    }

    /** Whether a connection is older than the one that stands by, and newer than the one that the channel has. */
    private boolean isGivenUpFor(@Nullable Standby waiting, long number) {
        return waiting != null && number > connectionNumber && number < waiting.number();
    }

    static WherryException superseded() {
        return new WherryException(ErrorCode.SUPERSEDED, "superseded: a newer connection of the channel took over");
    }

    // ---- taking connections

    /** Takes another connection: goes on over it, or lets it stand by. In a task of the mailbox. */
    void attach(Attachment attachment, Connection connection, Position after) {
        long number = attachment.connection();
        Standby waiting = standby;
        if (isSuperseded(number) || isGivenUpFor(waiting, number)) {
            connection.loop().execute(() -> connection.close(superseded()));
        } else if (!channel.hasEnded() && number > connectionNumber && waiting != null && waiting.number() == number) {
            standBy(waiting, attachment, connection);
        } else if (!channel.hasEnded() && number > connectionNumber && attachment.standby()) {
            dropStandby(superseded());
            standBy(new Standby(number), attachment, connection);
        } else {
            if (number > connectionNumber) {
                connectionNumber = number;
                takeoverUntold = false;
            }
            if (waiting != null && waiting.number() <= connectionNumber) {
                dropStandby(superseded());
            }
            attach(connection, after, attachment.welcome());
        }
    }

    private void standBy(Standby next, Attachment attachment, Connection connection) {
        standby = next;
        next.attach(connection, attachment.welcome() ? welcome("resumed") : null, now());
    }

    /** Ends the connection that stands by, if there is one. */
    void dropStandby(@Nullable WherryException reason) {
        Standby waiting = standby;
        standby = null;
        if (waiting != null) {
            waiting.close(reason);
        }
    }

    /**
     * A connection takes over that stood by until now: the one before is ended, and what comes after a position is given on the
     * new one, or on its next poll.
     */
    void takeOver(long number, Position after) {
        if (channel.hasEnded() || number <= connectionNumber) {
            return;
        }
        if (!after.epoch().equals(channel.server().log().epoch())) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "after: " + after + " (expected: a position of the channel)");
        }
        channel.reader().requireKnownStart(Start.after(after));
        connectionNumber = number;
        takeoverUntold = true;
        Standby waiting = standby;
        standby = null;
        Connection next = waiting == null || waiting.number() != number ? null : waiting.connection();
        if (next != null) {
            attach(next, after, false);
            return;
        }
        if (waiting != null) {
            waiting.close(superseded());
        }
        detachSuperseded();
        detachedNanos = now();
        channel.goBackTo(after);
    }

    /**
     * The client has confirmed on one of its connections what it was given there. Only on the one that was to take over does
     * that say that it knows: what was sent on the one before may come late.
     */
    void takeoverTold(long number) {
        takeoverUntold &= number > 0 && number != connectionNumber;
    }

    private void detachSuperseded() {
        Connection old = connection();
        if (old != null) {
            channel.reader().detach();
            old.close(superseded());
        }
    }

    /** Goes on over another connection; moves to its loop. In a task of the mailbox. */
    private void attach(Connection connection, Position after, boolean welcome) {
        if (channel.isEndTold()) {
            channel.farewell().tellAgain(connection);
            return;
        }
        detachSuperseded();
        ServerLoop next = channel.server().loop(connection.loop());
        if (next == channel.home()) {
            resume(connection, after, welcome);
            return;
        }
        channel.moveTo(next, () -> {
            if (channel.isEndTold()) {
                // What came with the wish to move has ended the channel.
                channel.farewell().tellAgain(connection);
                return;
            }
            next.sweep().add(channel);
            resume(connection, after, welcome);
        });
    }

    private void resume(Connection connection, Position after, boolean welcome) {
        channel.goBackTo(after);
        connected(connection, welcome ? "resumed" : null, null);
        channel.tellWritable();
    }

    private Envelope welcome(String argument) {
        return Envelope.at(
                channel.reader().position(),
                Kind.WELCOME,
                channel.id(),
                argument,
                Message.of(channel.settings().welcome(channel.inbound().applied())));
    }

    private void connected(Connection connection, @Nullable String welcome, @Nullable Envelope gap) {
        channel.changeTransport(connection.transport(), "the client has connected by it");
        liveness.connected(now());
        if (welcome != null) {
            write(connection, welcome(welcome));
        }
        if (answerDue) {
            answerDue = false;
            write(connection, answer());
        }
        if (channel.renewal().isWanted(now())) {
            write(connection, channel.renewal().wish(now()));
        }
        if (takeoverUntold) {
            write(connection, Envelope.control(Kind.TAKE, Long.toString(connectionNumber), null));
        }
        if (gap != null) {
            channel.reader().tellGap(channel.home(), connection, gap);
        }
        if (channel.dispatcher().isOverHigh()) {
            connection.readable(false);
        }
        if (!channel.hasEnded()) {
            channel.changeState(ServerChannel.State.OPEN);
        }
        channel.reader().attach(channel.home(), connection);
    }

    private void write(Connection connection, Envelope envelope) {
        channel.reader().write(channel.home(), connection, envelope);
    }

    private @Nullable Connection connection() {
        return channel.reader().connectionOrNull();
    }

    private long now() {
        return channel.home().loop().nanoTime();
    }

    // ---- what happens on them

    /** The client asks one of its connections for a sign of life. */
    void asked(long number) {
        Standby waiting = standby;
        if (waiting != null && waiting.number() == number) {
            waiting.asked();
        } else {
            answerDue = !channel.tell(answer());
        }
    }

    static Envelope answer() {
        return Envelope.control(Kind.HEARTBEAT, ServerMessages.ANSWER, null);
    }

    boolean isOnStandby(Connection connection) {
        Standby waiting = standby;
        return waiting != null && waiting.isOver(connection);
    }

    boolean isConnectedBy(Connection connection) {
        return connection() == connection;
    }

    /** Something other than an envelope has come on a connection. */
    void alive(Connection connection) {
        Standby waiting = standby;
        if (isConnectedBy(connection)) {
            heard();
        } else if (waiting != null && waiting.isOver(connection)) {
            waiting.heard(now());
        }
    }

    void heard() {
        liveness.heard(now());
    }

    /** The connection takes more again: what is owed goes before what is read. In a task of the mailbox. */
    void writable() {
        liveness.tookBytes(now());
        if (answerDue) {
            answerDue = !channel.tell(answer());
        }
        channel.inbound().sendUrgentAcknowledgement();
        channel.reader().writable();
    }

    /** A connection has ended. In a task of the mailbox. */
    void closed(Connection connection, @Nullable Throwable cause) {
        Standby waiting = standby;
        if (waiting != null && waiting.isOver(connection)) {
            waiting.detached();
        }
        if (isConnectedBy(connection)) {
            channel.reader().detach();
            detached();
            log.debug("{} lost its {} connection", channel, connection.transport(), cause);
            channel.disconnected(cause);
        }
    }

    /** The channel has no connection from now on. */
    void detached() {
        detachedNanos = now();
    }

    // ---- lost peers

    /** Gives a connection up that stands by and says nothing. */
    void visitStandby(long nowNanos) {
        Standby waiting = standby;
        if (waiting != null && waiting.isLost(nowNanos, channel.settings().lostAfterNanos())) {
            dropStandby(null);
        }
    }

    /** For how long the channel has had no connection. */
    long awayNanos(long nowNanos) {
        return nowNanos - detachedNanos;
    }

    /** Gives the present connection up when its client is lost; returns whether it was. */
    boolean closeIfLost(Connection connection, long nowNanos) {
        if (channel.dispatcher().isOverHigh()) {
            // The connection is not read: that nothing is heard says nothing of the client.
            liveness.heard(nowNanos);
        }
        WherryException lost =
                liveness.lost(connection, nowNanos, channel.settings().lostAfterNanos());
        if (lost != null) {
            connection.close(lost);
            closed(connection, lost);
        }
        return lost != null;
    }
}
