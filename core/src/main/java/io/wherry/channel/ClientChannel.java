// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Gap;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.MessageListener;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.WherryException;
import io.wherry.channel.ClientSubscriptions.RealSubscription;
import io.wherry.channel.Outbox.Outcome;
import io.wherry.channel.Outbox.Sent;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's side of a channel: its position, what it has sent, who listens, and the connection it has now.
 *
 * <p>Its state is confined to its loop, except for what is volatile.
 */
final class ClientChannel extends ListeningChannel {

    private static final Logger log = LoggerFactory.getLogger(ClientChannel.class);

    private final RealClient client;
    private final Loop loop;
    private final Outbox outbox;
    private final ClientSubscriptions subscriptions = new ClientSubscriptions(this);
    private final Outcomes outcomes;
    private final ServerMessages inbound;
    private final Connector connector;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile String id = "";
    private volatile @Nullable Position position;
    private boolean flushScheduled;
    private boolean closing;
    private boolean isRefreshing;
    private @Nullable WherryException ended;

    ClientChannel(RealClient client, URI uri, Loop loop) {
        super(client.callbacks(loop), client.settings().limits());
        this.client = client;
        this.loop = loop;
        this.outbox = new Outbox(budget());
        this.outcomes = new Outcomes(completions());
        this.inbound = new ServerMessages(this);
        this.connector = new Connector(this, uri);
    }

    void start() {
        loop.execute(connector::connect);
    }

    RealClient client() {
        return client;
    }

    ClientSettings settings() {
        return client.settings();
    }

    Loop loop() {
        return loop;
    }

    Outbox outbox() {
        return outbox;
    }

    ClientSubscriptions subscriptions() {
        return subscriptions;
    }

    ServerMessages inbound() {
        return inbound;
    }

    boolean hasEnded() {
        return ended != null;
    }

    // ---- connections, called by the connector

    /** A connection has brought its welcome. */
    void opened(String transportName, String reason, String channelId, Position start, boolean isNew) {
        changeTransport(transportName, reason);
        boolean lost = isNew && !id.isEmpty();
        Position before = position;
        id = channelId;
        if (isNew) {
            if (lost) {
                channelLost(before);
            }
            position = start;
        }
        changeState(State.OPEN);
        transmit();
    }

    /** The server has a new channel for this client: what was the old one's alone is gone. */
    private void channelLost(@Nullable Position before) {
        subscriptions.withdrawRenewals();
        outbox.beginAnew(new WherryException(
                ErrorCode.UNKNOWN_CHANNEL,
                "the channel was lost before an answer came: nobody knows whether it was applied"));
        inbound.beginAnew();
        for (String topic : subscriptions.confirmed()) {
            subscriptions.renew(topic, before);
        }
        listeners().gap(new Gap("*", Gap.Reason.CHANNEL, null));
    }

    /**
     * The connection is gone; another is on its way.
     *
     * @param orderly whether the transport only renews it, which is nothing to tell the application
     */
    void disconnected(boolean orderly) {
        outbox.sendAgain();
        inbound.disconnected();
        if (ended == null && !orderly) {
            changeState(id.isEmpty() ? State.CONNECTING : State.RECONNECTING);
        }
    }

    /** Another connection carries the channel now: what the server has not acknowledged goes there too. */
    void tookOver(String transportName, String reason) {
        changeTransport(transportName, reason);
        outbox.sendAgain();
        inbound.tookOver();
        transmit();
    }

    @Override
    void changeTransport(String now, String reason) {
        String before = transport();
        super.changeTransport(now, reason);
        boolean isExpected =
                before.isEmpty() && now.equals(client.transports().get(0).name());
        if (!isExpected && !before.equals(now)) {
            log.info("{}: {} -> {}: {}", this, before.isEmpty() ? "none" : before, now, reason);
        }
    }

    /** The server has ended this channel and wants a new one, after a while: negative where it does not say how long. */
    void comeBack(long afterNanos) {
        connector.comeBack(afterNanos);
    }

    void received(Position at) {
        position = at;
    }

    @Override
    void inboundDrained() {
        loop.execute(() -> connector.readable(true));
    }

    // ---- what goes out

    /** Sends what waits, as far as the connection takes it. */
    void transmit() {
        ClientConnection connection = connector.openConnection();
        if (connection == null) {
            return;
        }
        boolean sent = false;
        while (connection.isWritable()) {
            Envelope next = outbox.next();
            if (next == null) {
                break;
            }
            connection.send(next);
            sent = true;
        }
        if (sent) {
            flushLater();
        }
        if (closing && outbox.isEmpty()) {
            sayGoodbye();
        }
    }

    /** Sends an envelope that is not kept, where there is a connection. */
    void tell(Envelope envelope) {
        ClientConnection connection = connector.openConnection();
        if (connection != null) {
            connection.send(envelope);
            flushLater();
        }
    }

    private void flushLater() {
        connector.sent();
        if (!flushScheduled) {
            flushScheduled = true;
            loop.execute(() -> {
                flushScheduled = false;
                ClientConnection connection = connector.openConnection();
                if (connection != null) {
                    connection.flush();
                }
            });
        }
    }

    /** Takes a thing of the application's to be sent, where there is room for it. Any thread. */
    private void post(Sent sent, CompletableFuture<?> stage) {
        boolean hasRoom = budget().reserve(sent.weight());
        Runnable action = hasRoom ? () -> giveCounted(sent) : () -> refuse(sent, OwnLog.full(budget().max()));
        onLoop(action, () -> stage.completeExceptionally(closedAlready()));
    }

    /** Runs something on the loop, or something else when the loop has ended with its client. */
    private void onLoop(Runnable action, Runnable tooLate) {
        try {
            loop.execute(action);
        } catch (RejectedExecutionException e) {
            log.debug("{}: used after its client was closed", this, e);
            tooLate.run();
        }
    }

    private static WherryException closedAlready() {
        return new WherryException(ErrorCode.CLOSED, "the client is closed");
    }

    /** Takes a thing of this side's own to be sent. On the loop. */
    void give(Sent sent) {
        budget().add(sent.weight());
        giveCounted(sent);
    }

    private void giveCounted(Sent sent) {
        int size = sent.message().size();
        @Nullable WherryException refusal = null;
        if (ended != null) {
            refusal = ended;
        } else if (closing) {
            refusal = new WherryException(ErrorCode.CLOSED, "the channel is being closed");
        } else if (size > inbound.maxMessage()) {
            refusal = RealTopic.tooLarge(size, inbound.maxMessage());
        }
        if (refusal == null) {
            outbox.add(sent);
            transmit();
        } else {
            budget().release(sent.weight());
            refuse(sent, refusal);
        }
    }

    private void refuse(Sent sent, WherryException reason) {
        sent.outcome().failed(reason);
        completions().flush();
    }

    @Override
    void tellWritable() {
        super.tellWritable();
        if (closing && outbox.isEmpty()) {
            sayGoodbye();
        }
    }

    @Override
    public CompletionStage<Void> send(String to, Message message) {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        post(new Sent(Kind.DIRECT, Envelope.requireName("to", to), null, message, outcomes.arrival(arrived)), arrived);
        return arrived;
    }

    @Override
    public CompletionStage<Message> request(String to, Message message) {
        return request(to, message, Duration.ofNanos(settings().requestTimeoutNanos()));
    }

    @Override
    public CompletionStage<Message> request(String to, Message message, Duration timeout) {
        Envelope.requireName("to", to);
        CompletableFuture<Message> reply = new CompletableFuture<>();
        Outcomes.Reply asking = outcomes.reply(reply);
        Sent sent = new Sent(Kind.REQUEST, to, null, message, asking);
        Runnable startTimer = () -> asking.giveUpBy(loop.schedule(
                () -> {
                    outbox.abandon(sent);
                    asking.failed(PendingRequests.timeout(to, timeout));
                    completions().flush();
                },
                Durations.nanos(timeout)));
        onLoop(startTimer, () -> reply.completeExceptionally(closedAlready()));
        post(sent, reply);
        return reply;
    }

    @Override
    public CompletionStage<Position> publish(String topic, Message message) {
        CompletableFuture<Position> published = new CompletableFuture<>();
        Outcome outcome = outcomes.answer(published, answer -> Position.parse(answer.text()));
        post(new Sent(Kind.PUBLISH, Envelope.requireName("topic", topic), message.key(), message, outcome), published);
        return published;
    }

    @Override
    public Subscription subscribe(String topic, Start start, MessageListener listener) {
        RealSubscription subscription =
                subscriptions.new RealSubscription(Envelope.requireName("topic", topic), start, listener);
        Runnable subscribe = () -> {
            subscriptions.add(subscription);
            give(new Sent(
                    Kind.SUBSCRIBE,
                    topic,
                    start.toString(),
                    Message.empty(),
                    subscriptions.new Subscribing(subscription)));
        };
        onLoop(subscribe, () -> subscription.stage().completeExceptionally(closedAlready()));
        return subscription;
    }

    void unsubscribe(RealSubscription subscription) {
        Runnable unsubscribe = () -> {
            if (subscriptions.remove(subscription) && ended == null) {
                give(new Sent(Kind.UNSUBSCRIBE, subscription.topic(), null, Message.empty(), Outcome.NONE));
            }
        };
        onLoop(unsubscribe, () -> {});
    }

    @Override
    public CompletionStage<Void> switchTo(String transport) {
        CompletableFuture<Void> switched = new CompletableFuture<>();
        onLoop(() -> connector.switchTo(transport, switched), () -> switched.completeExceptionally(closedAlready()));
        return switched.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Void> refreshCredentials() {
        CompletableFuture<Void> refreshed = new CompletableFuture<>();
        onLoop(() -> refreshCredentials(refreshed), () -> refreshed.completeExceptionally(closedAlready()));
        return refreshed;
    }

    private void refreshCredentials(CompletableFuture<Void> refreshed) {
        Credentials credentials = client.credentials();
        Outcome outcome = outcomes.done(refreshed);
        credentials.renew(loop, failure -> {
            if (failure != null) {
                completions().fail(refreshed, failure);
                completions().flush();
            } else {
                give(new Sent(Kind.CREDENTIALS, credentials::lines, outcome));
            }
        });
    }

    /** The server wants new credentials, as long as the present ones are good. It may ask again and again. */
    void credentialsAsked() {
        if (isRefreshing || !client.credentials().canRenew()) {
            return;
        }
        isRefreshing = true;
        var unused = refreshCredentials().handle((done, failure) -> {
            onLoop(() -> isRefreshing = false, () -> {});
            if (failure != null && state() == State.CLOSED) {
                log.debug("{}: closed before its credentials were refreshed", this, failure);
            } else if (failure != null) {
                log.warn("{}: credentials could not be refreshed", this, failure);
            }
            return null;
        });
    }

    // ---- the end

    @Override
    public void close() {
        CompletionStage<Void> end = closeAsync();
        if (!loop.inLoop()) {
            end.toCompletableFuture()
                    .completeOnTimeout(null, 2 * settings().closeTimeoutNanos(), TimeUnit.NANOSECONDS)
                    .join();
        }
    }

    @Override
    public CompletionStage<Void> closeAsync() {
        onLoop(this::beginToClose, () -> {});
        return closed.minimalCompletionStage();
    }

    private void beginToClose() {
        if (closing || ended != null) {
            return;
        }
        closing = true;
        loop.schedule(this::sayGoodbye, settings().closeTimeoutNanos());
        if (outbox.isEmpty() || id.isEmpty()) {
            sayGoodbye();
        }
    }

    private void sayGoodbye() {
        if (ended != null) {
            return;
        }
        connector.sayGoodbye();
        end(new WherryException(ErrorCode.CLOSED, "closed by the client"));
    }

    /** Ends the channel; the connection is closed after what was sent. */
    void end(WherryException reason) {
        if (ended != null) {
            return;
        }
        ended = reason;
        outbox.fail(reason);
        subscriptions.fail(reason, completions());
        changeState(State.CLOSED);
        listeners().closed(reason);
        completions().flush();
        connector.stop(() -> {
            completions().done(closed);
            completions().flush();
            client.forget(this);
        });
    }

    // ---- the application's view

    @Override
    public String id() {
        return id;
    }

    @Override
    public @Nullable Position position() {
        return position;
    }

    @Override
    public @Nullable Principal principal() {
        return null;
    }

    @Override
    public @Nullable Handshake handshake() {
        return null;
    }

    @Override
    public Channel onMessage(String name, MessageHandler handler) {
        super.onMessage(name, handler);
        onLoop(() -> inbound.handlerAdded(name), () -> {});
        return this;
    }

    /** The server, the transport and the state; not the id, which is a secret. */
    @Override
    public String toString() {
        return "Channel[" + connector.uri() + ", " + transport() + ", " + state() + "]";
    }
}
