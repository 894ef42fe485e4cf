// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.MessageListener;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.WherryException;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of a channel: a reader with a log of its own, on whichever connection its client has now.
 *
 * <p>Its state is confined to the loop of its mailbox, except for what is volatile.
 */
final class ServerChannel extends ListeningChannel implements Sweep.Visited {

    private static final Logger log = LoggerFactory.getLogger(ServerChannel.class);

    private final RealServer server;
    private final String id;
    private final Identity identity;
    private final Handshake handshake;
    private final boolean resumable;
    private final Mailbox mailbox;
    private final OwnLog own;
    private final Reader reader;
    private final ClientMessages inbound;
    private final PendingRequests requests;
    private final Farewell farewell;
    private ServerLoop home;
    /** Whether the application knows of the channel, and so has set the handlers that it wants. */
    private volatile boolean openTold;

    private volatile @Nullable Position position;
    /** Which of its client's connections the channel has, or had last; 0 while the client does not count. */
    private volatile long connectionNumber;

    private @Nullable Standby standby;
    /** Whether the client is still to be told that its connection has taken over. */
    private boolean takeoverUntold;
    /** Whether the client has asked for a sign of life that could not be given yet. */
    private boolean answerDue;
    /** Whether nobody waits for a client that is away, since the server stops. */
    private boolean letGo;

    /** Who waits for the client's new credentials. */
    private @Nullable CompletableFuture<Void> renewed;

    private final Liveness liveness;
    private long detachedNanos;
    private int sweepIndex = -1;

    /** Makes a channel on a loop. */
    ServerChannel(
            RealServer server,
            String id,
            @Nullable Principal principal,
            Handshake handshake,
            boolean resumable,
            ServerLoop home) {
        this(server, id, principal, handshake, resumable, home, new Mailbox(home.loop()));
    }

    private ServerChannel(
            RealServer server,
            String id,
            @Nullable Principal principal,
            Handshake handshake,
            boolean resumable,
            ServerLoop home,
            Mailbox mailbox) {
        super(
                server.callbacks(task -> mailbox.loop().execute(task)),
                server.settings().limits());
        this.server = server;
        this.id = id;
        this.handshake = handshake;
        this.resumable = resumable;
        this.home = home;
        this.mailbox = mailbox;
        this.requests = new PendingRequests(completions());
        this.own = new OwnLog(server.log().epoch(), budget());
        this.reader = new Reader(server.log(), own, 0);
        this.inbound = new ClientMessages(this);
        this.farewell = new Farewell(this);
        this.detachedNanos = home.loop().nanoTime();
        this.liveness = new Liveness(detachedNanos);
        this.identity = new Identity(principal, detachedNanos, server.settings().lostAfterNanos());
        reader.onCaughtUp(farewell::tell);
    }

    RealServer server() {
        return server;
    }

    ServerSettings settings() {
        return server.settings();
    }

    ClientMessages inbound() {
        return inbound;
    }

    Reader reader() {
        return reader;
    }

    ServerLoop home() {
        return home;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    boolean hasEnded() {
        return state() == State.CLOSED;
    }

    boolean isOpenTold() {
        return openTold;
    }

    /** Whether a principal may use this channel. */
    boolean belongsTo(@Nullable Principal other) {
        return identity.isSame(other);
    }

    // ---- connections

    /** Opens a new channel over its first connection. On the home loop. */
    void open(Attachment attachment, Connection connection, List<TopicHistory> topics) {
        connectionNumber = attachment.connection();
        long head = topics.isEmpty() ? home.cursorSequence() : home.readToHead();
        @Nullable Envelope gap = reader.begin(topics, attachment.start(), head, settings().limits());
        home.sweep().add(this);
        dispatcher().dispatch(0, () -> {
            try {
                server.opened(this);
            } finally {
                openTold = true;
            }
        });
        connected(connection, attachment.welcome() ? "new" : null, gap);
    }

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

    /** Takes another connection: goes on over it, or lets it stand by. In a task of the mailbox. */
    void attach(Attachment attachment, Connection connection, Position after) {
        authenticated(attachment.principal());
        long number = attachment.connection();
        Standby waiting = standby;
        if (isSuperseded(number) || isGivenUpFor(waiting, number)) {
            connection.loop().execute(() -> connection.close(superseded()));
        } else if (!hasEnded() && number > connectionNumber && waiting != null && waiting.number() == number) {
            standBy(waiting, attachment, connection);
        } else if (!hasEnded() && number > connectionNumber && attachment.standby()) {
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
        next.attach(
                connection,
                attachment.welcome() ? welcome("resumed") : null,
                home.loop().nanoTime());
    }

    private void dropStandby(@Nullable WherryException reason) {
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
        if (hasEnded() || number <= connectionNumber) {
            return;
        }
        if (!after.epoch().equals(server.log().epoch())) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "after: " + after + " (expected: a position of the channel)");
        }
        reader.requireKnownStart(Start.after(after));
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
        detachedNanos = home.loop().nanoTime();
        goBackTo(after);
    }

    /**
     * The client has confirmed on one of its connections what it was given there. Only on the one that was to take over does
     * that say that it knows: what was sent on the one before may come late.
     */
    void takeoverTold(long number) {
        takeoverUntold &= number > 0 && number != connectionNumber;
    }

    private void detachSuperseded() {
        Connection old = reader.connectionOrNull();
        if (old != null) {
            reader.detach();
            old.close(superseded());
        }
    }

    /** The client asks one of its connections for a sign of life. */
    void asked(long number) {
        Standby waiting = standby;
        if (waiting != null && waiting.number() == number) {
            waiting.asked();
        } else {
            answerDue = !tell(answer());
        }
    }

    static Envelope answer() {
        return Envelope.control(Kind.HEARTBEAT, ServerMessages.ANSWER, null);
    }

    boolean isOnStandby(Connection connection) {
        Standby waiting = standby;
        return waiting != null && waiting.isOver(connection);
    }

    /** Something other than an envelope has come on a connection. */
    void alive(Connection connection) {
        Standby waiting = standby;
        if (isConnectedBy(connection)) {
            heard();
        } else if (waiting != null && waiting.isOver(connection)) {
            waiting.heard(home.loop().nanoTime());
        }
    }

    /** Goes on over another connection; moves to its loop. In a task of the mailbox. */
    private void attach(Connection connection, Position after, boolean welcome) {
        if (farewell.isTold()) {
            farewell.tellAgain(connection);
            return;
        }
        detachSuperseded();
        ServerLoop next = server.loop(connection.loop());
        if (next == home) {
            resume(connection, after, welcome);
            return;
        }
        home.sweep().remove(this);
        mailbox.moveTo(next.loop(), () -> {
            home = next;
            if (farewell.isTold()) {
                // What came with the wish to move has ended the channel.
                farewell.tellAgain(connection);
                return;
            }
            next.sweep().add(this);
            resume(connection, after, welcome);
        });
    }

    private void resume(Connection connection, Position after, boolean welcome) {
        goBackTo(after);
        connected(connection, welcome ? "resumed" : null, null);
        tellWritable();
    }

    /** Sets the place to what the client has. */
    private void goBackTo(Position after) {
        own.trim(after, completions());
        completions().flush();
        reader.moveTo(after);
        position = after;
    }

    private Envelope welcome(String argument) {
        return Envelope.at(
                reader.position(),
                Kind.WELCOME,
                id,
                argument,
                Message.of(settings().welcome(inbound.applied())));
    }

    private void connected(Connection connection, @Nullable String welcome, @Nullable Envelope gap) {
        changeTransport(connection.transport(), "the client has connected by it");
        long now = home.loop().nanoTime();
        liveness.connected(now);
        if (welcome != null) {
            reader.write(home, connection, welcome(welcome));
        }
        if (answerDue) {
            answerDue = false;
            reader.write(home, connection, answer());
        }
        if (renewed != null || identity.isRenewalDue(now)) {
            reader.write(home, connection, renewalWish());
        }
        if (takeoverUntold) {
            reader.write(home, connection, Envelope.control(Kind.TAKE, Long.toString(connectionNumber), null));
        }
        if (gap != null) {
            reader.tellGap(home, connection, gap);
        }
        if (dispatcher().isOverHigh()) {
            connection.readable(false);
        }
        if (!hasEnded()) {
            changeState(State.OPEN);
        }
        reader.attach(home, connection);
    }

    /** The connection takes more again: what is owed goes before what is read. In a task of the mailbox. */
    void writable() {
        liveness.tookBytes(home.loop().nanoTime());
        if (answerDue) {
            answerDue = !tell(answer());
        }
        inbound.batchEnded();
        reader.writable();
    }

    /** A connection has ended. In a task of the mailbox. */
    void connectionClosed(Connection connection, @Nullable Throwable cause) {
        Standby waiting = standby;
        if (waiting != null && waiting.isOver(connection)) {
            waiting.detached();
        }
        if (reader.connectionOrNull() != connection) {
            return;
        }
        reader.detach();
        position = reader.position();
        detachedNanos = home.loop().nanoTime();
        log.debug("{} lost its {} connection", this, connection.transport(), cause);
        if (cause instanceof WherryException refusal && refusal.code().advice() == ErrorCode.Advice.NEVER) {
            end(refusal, false);
        } else if (hasEnded() && (letGo || !resumable)) {
            forget();
        } else if (!resumable) {
            end(new WherryException(ErrorCode.CLOSED, "the client has gone", cause), false);
        } else if (cause != null && !hasEnded()) {
            changeState(State.RECONNECTING);
        }
    }

    boolean isConnectedBy(Connection connection) {
        return reader.connectionOrNull() == connection;
    }

    void heard() {
        liveness.heard(home.loop().nanoTime());
    }

    @Override
    public void visit(long nowNanos) {
        Standby waiting = standby;
        if (waiting != null && waiting.isLost(nowNanos, settings().lostAfterNanos())) {
            dropStandby(null);
        }
        if (farewell.isOver(nowNanos, settings().resumeWindowNanos())) {
            forget();
            return;
        }
        Connection connection = reader.connectionOrNull();
        if (connection == null) {
            if (nowNanos - detachedNanos > settings().resumeWindowNanos()) {
                end(
                        new WherryException(ErrorCode.TIMEOUT, "the client did not come back within the resume window"),
                        false);
                forget();
            } else if (!hasEnded() && nowNanos - detachedNanos > settings().lostAfterNanos()) {
                changeState(State.RECONNECTING);
                farewell.waitNoMore();
            }
            return;
        }
        if (dispatcher().isOverHigh()) {
            // The connection is not read: that nothing is heard says nothing of the client.
            liveness.heard(nowNanos);
        }
        WherryException lost = liveness.lost(connection, nowNanos, settings().lostAfterNanos());
        if (lost != null) {
            connection.close(lost);
            connectionClosed(connection, lost);
            return;
        }
        if (reader.disconnectIfTooFarBehind()) {
            return;
        }
        if (identity.isExpired(nowNanos)) {
            // Nothing was wrong with the connection: a client that has new credentials goes on where it was.
            connection.close(new WherryException(ErrorCode.UNAUTHORIZED, "credentials: expired (expected: new ones)"));
            connectionClosed(
                    connection, new WherryException(ErrorCode.TIMEOUT, "the client's credentials have expired"));
            return;
        }
        if (identity.isRenewalDue(nowNanos)) {
            tell(renewalWish());
        }
        inbound.sendAcknowledgement();
        if (nowNanos - reader.lastWriteNanos() >= settings().heartbeatNanos()) {
            reader.heartbeat(nowNanos);
        }
    }

    @Override
    public int sweepIndex() {
        return sweepIndex;
    }

    @Override
    public void sweepIndex(int index) {
        sweepIndex = index;
    }

    // ---- what comes in

    /** The client has received up to a position. */
    void acknowledged(Position received) {
        if (received.epoch().equals(server.log().epoch())) {
            own.trim(received, completions());
            completions().flush();
            tellWritable();
        }
    }

    /** The client has shown who it is: the principal to whom the channel belongs. In a task of the mailbox. */
    void authenticated(@Nullable Principal same) {
        identity.shown(same, home.loop().nanoTime());
    }

    /** The client has shown new credentials on a connection that goes on. In a task of the mailbox. */
    void renewed(@Nullable Principal who) {
        if (!identity.isSame(who)) {
            end(
                    new WherryException(
                            ErrorCode.FORBIDDEN,
                            "credentials: another principal's (expected: those of the channel's own)"),
                    true);
            return;
        }
        authenticated(who);
        CompletableFuture<Void> waiting = renewed;
        renewed = null;
        if (waiting != null) {
            completions().done(waiting);
            completions().flush();
        }
    }

    @Override
    public CompletionStage<Void> refreshCredentials() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        mailbox.execute(() -> {
            WherryException reason = farewell.reason();
            if (reason != null) {
                completions().fail(stage, reason);
                completions().flush();
                return;
            }
            CompletableFuture<Void> waiting = renewed == null ? new CompletableFuture<>() : renewed;
            renewed = waiting;
            var unused = waiting.whenComplete((done, failure) -> complete(stage, failure));
            tell(renewalWish());
        });
        return stage;
    }

    private static void complete(CompletableFuture<Void> stage, @Nullable Throwable failure) {
        if (failure == null) {
            stage.complete(null);
        } else {
            stage.completeExceptionally(failure);
        }
    }

    private Envelope renewalWish() {
        return Envelope.control(
                Kind.CREDENTIALS,
                Envelope.NO_NAME,
                Long.toString(identity.leftMillis(home.loop().nanoTime())));
    }

    /** The reply to a request of this side has come. */
    void replied(Envelope reply) {
        requests.replied(reply);
    }

    @Override
    void inboundDrained() {
        mailbox.execute(() -> {
            Connection connection = reader.connectionOrNull();
            if (connection != null) {
                connection.readable(true);
            }
            inbound.roomAgain();
        });
    }

    // ---- what goes out

    /**
     * Gives the client an envelope of this side's own that is its alone. A client that lets too much of it lie ends its channel. On
     * the home loop.
     *
     * @param afterSequence the place in the log after which it takes its own
     */
    void give(long afterSequence, Kind kind, String name, @Nullable String argument, Message message) {
        budget().add(OwnLog.weight(message));
        giveCounted(afterSequence, kind, name, argument, message, null);
        if (budget().isOver()) {
            mailbox.execute(() -> end(OwnLog.full(budget().max()), true));
        }
    }

    private OwnLog.Own giveCounted(
            long afterSequence,
            Kind kind,
            String name,
            @Nullable String argument,
            Message message,
            @Nullable CompletableFuture<Void> arrived) {
        OwnLog.Own added = own.add(afterSequence, kind, name, argument, message, arrived);
        reader.ownAdded(added);
        return added;
    }

    /** Writes an envelope that is not kept; returns whether there is a connection that takes it. On the home loop. */
    boolean tell(Envelope envelope) {
        Connection connection = reader.connectionOrNull();
        if (connection == null || !connection.isWritable()) {
            return false;
        }
        reader.write(home, connection, envelope);
        home.flushLater(connection);
        return true;
    }

    @Override
    public CompletionStage<Void> send(String to, Message message) {
        Envelope.requireName("to", to);
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        post(message, arrived, () -> giveCounted(reader.lastSequence(), Kind.DIRECT, to, null, message, arrived));
        return arrived;
    }

    /** Takes a message of the application's, where there is room for it, and gives it on the home loop. Any thread. */
    private void post(Message message, CompletableFuture<?> stage, Runnable giving) {
        int size = message.size();
        int weight = OwnLog.weight(message);
        if (state() == State.CLOSED) {
            stage.completeExceptionally(closedAlready());
        } else if (size > settings().limits().message()) {
            stage.completeExceptionally(
                    RealTopic.tooLarge(size, settings().limits().message()));
        } else if (!budget().reserve(weight)) {
            stage.completeExceptionally(OwnLog.full(budget().max()));
        } else {
            mailbox.execute(() -> {
                WherryException reason = farewell.reason();
                if (reason == null) {
                    giving.run();
                } else {
                    budget().release(weight);
                    completions().fail(stage, reason);
                    completions().flush();
                }
            });
        }
    }

    @Override
    public CompletionStage<Message> request(String to, Message message) {
        return request(to, message, Duration.ofNanos(settings().requestTimeoutNanos()));
    }

    @Override
    public CompletionStage<Message> request(String to, Message message, Duration timeout) {
        Envelope.requireName("to", to);
        CompletableFuture<Message> reply = new CompletableFuture<>();
        post(message, reply, () -> ask(to, message, timeout, reply));
        return reply;
    }

    private void ask(String to, Message message, Duration timeout, CompletableFuture<Message> reply) {
        Position number = giveCounted(reader.lastSequence(), Kind.REQUEST, to, null, message, null)
                .position();
        Loop.Timer timer = home.loop()
                .schedule(
                        () -> mailbox.execute(() -> requests.timedOut(number, to, timeout)), Durations.nanos(timeout));
        requests.add(number, reply, timer);
    }

    @Override
    public Subscription subscribe(String topic, Start start, MessageListener listener) {
        if (start.mode() != Start.Mode.NOW) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "start: " + start + " (expected: now, for what a client will publish)");
        }
        return listeners()
                .onPublished(
                        Envelope.requireName("topic", topic),
                        listener,
                        server.log().position(server.log().last().sequence()));
    }

    @Override
    public CompletionStage<Void> switchTo(String transport) {
        return noSwitchHere();
    }

    static CompletionStage<Void> noSwitchHere() {
        return CompletableFuture.failedFuture(new WherryException(
                ErrorCode.BAD_REQUEST,
                "switchTo: on the server (expected: on the client, which makes the connections)"));
    }

    @Override
    public CompletionStage<Position> publish(String topic, Message message) {
        return server.topic(topic).publish(message);
    }

    // ---- the end

    @Override
    public void close() {
        closeAsync();
    }

    @Override
    public CompletionStage<Void> closeAsync() {
        mailbox.execute(() -> end(closedByServer(), true));
        return farewell.told().minimalCompletionStage();
    }

    private static WherryException closedAlready() {
        return new WherryException(ErrorCode.CLOSED, "the channel is closed");
    }

    private static WherryException closedByServer() {
        return new WherryException(ErrorCode.CLOSED, "closed by the server");
    }

    /**
     * Ends the channel for the application at once. The client is told when it has been given what came before; until then
     * the channel is kept, as long as it would wait for its client.
     */
    void end(WherryException reason, boolean tellClient) {
        if (!farewell.begin(reason)) {
            return;
        }
        dropStandby(reason);
        changeState(State.CLOSED);
        requests.fail(reason);
        CompletableFuture<Void> waiting = renewed;
        if (waiting != null) {
            completions().fail(waiting, reason);
        }
        listeners().closed(reason);
        dispatcher().dispatch(0, () -> server.closed(this));
        inbound.ended();
        if (!tellClient) {
            forget();
        } else if (reader.isLive()) {
            farewell.tell();
        }
        completions().flush();
    }

    /**
     * Ends the channel because the server stops, once the handlers have done what has come and the client has confirmed what it
     * was given. Completes when the client was told. Any thread.
     */
    CompletableFuture<Void> leave(WherryException reason) {
        mailbox.execute(() -> farewell.prepare(reason));
        return farewell.told();
    }

    /** Ends the channel because the server stops; completes when its client was told, at once when it has no connection. Any thread. */
    CompletableFuture<Void> stop(WherryException reason) {
        mailbox.execute(() -> {
            letGo = true;
            end(reason, true);
            forgetWhereAway();
            // A connection that has ended already has told so in a task behind this one.
            mailbox.execute(this::forgetWhereAway);
        });
        return farewell.told();
    }

    private void forgetWhereAway() {
        if (reader.connectionOrNull() == null) {
            forget();
        }
    }

    /** Gives the client an envelope that says nothing, to have it confirmed that all before has arrived. On the home loop. */
    void giveProbe(CompletableFuture<Void> arrived) {
        Message nothing = Message.empty();
        budget().add(OwnLog.weight(nothing));
        giveCounted(reader.lastSequence(), Kind.HEARTBEAT, ServerMessages.QUESTION, null, nothing, arrived);
    }

    /** The client was told of the end: nothing more is read for it. */
    void endReading() {
        reader.end();
        detachedNanos = home.loop().nanoTime();
    }

    /** Lets go of everything: nobody can come back to this channel. */
    void forget() {
        Connection connection = reader.connectionOrNull();
        WherryException reason = farewell.reason();
        reader.end();
        if (connection != null && !farewell.isTold()) {
            connection.close(reason);
        }
        home.sweep().remove(this);
        server.forget(this);
        own.fail(reason == null ? closedByServer() : reason, completions());
        farewell.forgotten();
    }

    // ---- the application's view

    @Override
    public String id() {
        return id;
    }

    @Override
    public @Nullable Position position() {
        return mailbox.inLoop() ? reader.position() : position;
    }

    @Override
    public @Nullable Principal principal() {
        return identity.principal();
    }

    @Override
    public Handshake handshake() {
        return handshake;
    }

    /** The transport, the state and the beginning of the id, which is a secret. */
    @Override
    public String toString() {
        return "Channel[" + id.substring(0, Math.min(6, id.length())) + "…, " + transport() + ", " + state() + "]";
    }

    /** The histories of topics by name; refuses a name that is none. */
    static List<TopicHistory> histories(RealServer server, List<String> names) {
        List<TopicHistory> histories = new ArrayList<>(names.size());
        for (String name : names) {
            histories.add(server.requireTopic(name));
        }
        return histories;
    }
}
