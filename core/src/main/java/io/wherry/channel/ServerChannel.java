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
import java.net.SocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a channel: a reader with a log of its own, on whichever connection its client has now.
 *
 * <p>Its state is confined to the loop of its mailbox, except for what is volatile.
 */
final class ServerChannel extends ListeningChannel implements Sweep.Visited, Reader.Owner {

    private final RealServer server;
    private final String id;
    private final CredentialRenewal renewal;
    private final KeptHandshake handshake;
    private final boolean resumable;
    private final Mailbox mailbox;
    private final OwnMessages own;
    private final Reader reader;
    private final ClientMessages inbound;
    private final ChannelConnections connections;
    private ServerLoop home;
    /** Null while there is no thought of an end. */
    private volatile @Nullable Farewell farewell;
    /** Whether the application knows of the channel, and so has set the handlers that it wants. */
    private volatile boolean openTold;

    private volatile @Nullable Position position;
    /** Whether nobody waits for a client that is away, since the server stops. */
    private boolean letGo;

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
        this.handshake = KeptHandshake.of(handshake);
        this.resumable = resumable;
        this.home = home;
        this.mailbox = mailbox;
        OwnLog ownLog = new OwnLog(server.log().epoch(), budget());
        this.own = new OwnMessages(this, ownLog);
        this.reader = new Reader(server.log(), ownLog, 0);
        this.inbound = new ClientMessages(this);
        long now = home.loop().nanoTime();
        this.connections = new ChannelConnections(this, now);
        this.renewal = new CredentialRenewal(this, principal, now);
        reader.owner(this);
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

    OwnMessages own() {
        return own;
    }

    /** How the channel ends, or will. Any thread. */
    synchronized Farewell farewell() {
        Farewell made = farewell;
        if (made == null) {
            made = new Farewell(this);
            farewell = made;
        }
        return made;
    }

    /** Why the channel has ended; null while it has not. */
    @Nullable WherryException endReason() {
        Farewell made = farewell;
        return made == null ? null : made.reason();
    }

    /** Whether the client was told of the end, or cannot be. */
    boolean isEndTold() {
        Farewell made = farewell;
        return made != null && made.isTold();
    }

    ChannelConnections connections() {
        return connections;
    }

    CredentialRenewal renewal() {
        return renewal;
    }

    boolean hasEnded() {
        return state() == State.CLOSED;
    }

    boolean isOpenTold() {
        return openTold;
    }

    /** Whether a principal may use this channel. */
    boolean belongsTo(@Nullable Principal other) {
        return renewal.isOwn(other);
    }

    // ---- connections

    /** Opens a new channel over its first connection. On the home loop. */
    void open(Attachment attachment, Connection connection, List<TopicHistory> topics) {
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
        connections.first(attachment.connection(), connection, attachment.welcome() ? "new" : null, gap);
    }

    @Override
    public void caughtUp() {
        if (endReason() != null) {
            farewell().tell();
        }
    }

    /** Moves to another loop, and does something there before anything else. In a task of the mailbox. */
    void moveTo(ServerLoop next, Runnable first) {
        home.sweep().remove(this);
        mailbox.moveTo(next.loop(), () -> {
            home = next;
            first.run();
        });
    }

    /** Sets the place to what the client has. */
    void goBackTo(Position after) {
        own.received(after);
        reader.moveTo(after);
        position = after;
    }

    /** The present connection has ended, and the reader has let it go. */
    void disconnected(@Nullable Throwable cause) {
        position = reader.position();
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

    @Override
    public void visit(long nowNanos) {
        connections.visitStandby(nowNanos);
        if (endReason() != null && farewell().isOver(nowNanos, settings().resumeWindowNanos())) {
            forget();
            return;
        }
        Connection connection = reader.connectionOrNull();
        if (connection == null) {
            visitAway(connections.awayNanos(nowNanos));
            return;
        }
        if (connections.closeIfLost(connection, nowNanos) || reader.disconnectIfTooFarBehind()) {
            return;
        }
        if (renewal.visit(nowNanos)) {
            // Nothing was wrong with the connection: a client that has new credentials goes on where it was.
            connection.close(new WherryException(ErrorCode.UNAUTHORIZED, "credentials: expired (expected: new ones)"));
            connections.closed(
                    connection, new WherryException(ErrorCode.TIMEOUT, "the client's credentials have expired"));
            return;
        }
        inbound.sendAcknowledgement();
        if (nowNanos - reader.lastWriteNanos() >= settings().heartbeatNanos()) {
            reader.heartbeat(nowNanos);
        }
    }

    private void visitAway(long nanos) {
        if (nanos > settings().resumeWindowNanos()) {
            end(new WherryException(ErrorCode.TIMEOUT, "the client did not come back within the resume window"), false);
            forget();
        } else if (!hasEnded() && nanos > settings().lostAfterNanos()) {
            changeState(State.RECONNECTING);
            Farewell begun = farewell;
            if (begun != null) {
                begun.waitNoMore();
            }
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
            own.received(received);
            tellWritable();
        }
    }

    @Override
    public CompletionStage<Void> refreshCredentials() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        mailbox.execute(() -> {
            WherryException reason = endReason();
            if (reason != null) {
                completions().fail(stage, reason);
                completions().flush();
                return;
            }
            var unused = renewal.want().whenComplete((done, failure) -> complete(stage, failure));
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
        return own.send(to, message);
    }

    @Override
    public CompletionStage<Message> request(String to, Message message) {
        return request(to, message, Duration.ofNanos(settings().requestTimeoutNanos()));
    }

    @Override
    public CompletionStage<Message> request(String to, Message message, Duration timeout) {
        return own.request(to, message, timeout);
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
        return farewell().told().minimalCompletionStage();
    }

    private static WherryException closedByServer() {
        return new WherryException(ErrorCode.CLOSED, "closed by the server");
    }

    /**
     * Ends the channel for the application at once. The client is told when it has been given what came before; until then
     * the channel is kept, as long as it would wait for its client.
     */
    void end(WherryException reason, boolean tellClient) {
        if (!farewell().begin(reason)) {
            return;
        }
        connections.dropStandby(reason);
        changeState(State.CLOSED);
        own.ended(reason);
        renewal.ended(reason);
        listeners().closed(reason);
        dispatcher().dispatch(0, () -> server.closed(this));
        inbound.ended();
        if (!tellClient) {
            forget();
        } else if (reader.isLive()) {
            farewell().tell();
        }
        completions().flush();
    }

    /**
     * Ends the channel because the server stops, once the handlers have done what has come and the client has confirmed what it
     * was given. Completes when the client was told. Any thread.
     */
    CompletableFuture<Void> leave(WherryException reason) {
        mailbox.execute(() -> farewell().prepare(reason));
        return farewell().told();
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
        return farewell().told();
    }

    private void forgetWhereAway() {
        if (reader.connectionOrNull() == null) {
            forget();
        }
    }

    /** The client was told of the end: nothing more is read for it. */
    void endReading() {
        reader.end();
        connections.detached();
    }

    /** Lets go of everything: nobody can come back to this channel. */
    void forget() {
        Connection connection = reader.connectionOrNull();
        WherryException reason = endReason();
        reader.end();
        if (connection != null && !isEndTold()) {
            connection.close(reason);
        }
        home.sweep().remove(this);
        server.forget(this);
        own.forgotten(reason == null ? closedByServer() : reason);
        farewell().forgotten();
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
        return renewal.principal();
    }

    @Override
    public Handshake handshake() {
        return handshake.handshake();
    }

    /** Where the channel was opened from, null where there is no such thing. */
    @Nullable SocketAddress remoteAddress() {
        return handshake.remoteAddress();
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
