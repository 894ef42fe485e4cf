// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A two-way conversation between a client and a server, the same type on both sides. It outlives its connections: it
 * goes on over another one, of the same transport or not, and ends when one side closes it or when the resume window is over.
 *
 * <p><b>Threads.</b> Thread-safe. Callbacks of one channel never overlap and come in order; they run off the event loop
 * and may block, unless {@code wherry.callbacks=loop} says otherwise.
 *
 * <p><b>Order and loss.</b> What one side sends arrives at the other in the order of the calls, each once, across
 * reconnects, as long as the channel lives. What cannot be kept is told: to {@link #onGap} for a reader that has missed
 * messages, by a failed stage for a sender.
 *
 * <p><b>Sides.</b> Topics live on the server. On the client {@link #subscribe} reads a topic and {@link #publish} asks
 * the server to append to it; on the server {@code subscribe} hears what this client publishes, and {@code publish}
 * appends to the topic.
 */
public interface Channel extends AutoCloseable {

    /** The channel's id: unguessable, and a secret of the two sides. Empty on a client that has not connected yet. */
    String id();

    /** The name of the transport that carries the channel now, or that did last; empty before the first. */
    String transport();

    /** Where the channel stands. */
    State state();

    /** How far this channel's client has read: on the client what it has received, on the server what was written. Null before the first connection. */
    @Nullable Position position();

    /** Who the client is; null for nobody known, and on the client itself. */
    @Nullable Principal principal();

    /** The request with which the channel was opened; null on the client. */
    @Nullable Handshake handshake();

    /**
     * Sends a message to a handler of the other side. A message that the other side refuses, because it has no such handler
     * or does not allow it, is dropped there and a warning logged; who must know asks by {@link #request}.
     *
     * @param to the handler's name
     * @return completes when the other side has the message; fails with {@link ErrorCode#TOO_LARGE}, with {@link
     *     ErrorCode#TOO_MANY} when more is under way than the limits allow, or with {@link ErrorCode#CLOSED} when the channel
     *     ended before an acknowledgement came, or {@link ErrorCode#UNKNOWN_CHANNEL} when the server has lost it
     */
    CompletionStage<Void> send(String to, Message message);

    /** Asks a handler of the other side, and waits as long as {@code wherry.request-timeout} says. */
    CompletionStage<Message> request(String to, Message message);

    /**
     * Asks a handler of the other side.
     *
     * @param timeout how long to wait for the reply
     * @return the reply; fails with {@link ErrorCode#TIMEOUT}, with the code that the other side gave, or as {@link #send} does
     */
    CompletionStage<Message> request(String to, Message message, Duration timeout);

    /** Subscribes from now on; otherwise as {@link #subscribe(String, Start, MessageListener)}. */
    default Subscription subscribe(String topic, MessageListener listener) {
        return subscribe(topic, Start.now(), listener);
    }

    /**
     * Listens to a topic. A second subscription to the same topic adds a listener.
     *
     * @param start where to begin
     * @param listener called for each message
     */
    Subscription subscribe(String topic, Start start, MessageListener listener);

    /**
     * Subscribes from now on, to messages as objects of a type; see {@link Message#as}. A message that is no such object is
     * logged and passed over.
     */
    default <T> Subscription subscribe(String topic, Class<T> type, Consumer<T> listener) {
        return subscribe(topic, message -> listener.accept(message.as(type)));
    }

    /**
     * Publishes to a topic; from a client only where the server allows it.
     *
     * @return the message's position; fails with {@link ErrorCode#FORBIDDEN}, {@link ErrorCode#UNKNOWN_TOPIC} or as {@link #send} does
     */
    CompletionStage<Position> publish(String topic, Message message);

    /**
     * Shows anew who the client is, without a new connection. On the client, the values of the headers that were given as suppliers
     * ({@link ClientBuilder#header(String, java.util.function.Supplier)}) are asked for and sent; on the server, the client is asked to do so.
     * The server takes them as it takes a request's ({@link Authenticator}): where they show another principal than the channel's,
     * the channel ends with {@link ErrorCode#FORBIDDEN}. The headers that count are those of {@code wherry.credential-headers}.
     *
     * <p>Every new connection, poll and post shows who the client is in any case; this is for connections that go on. A principal that
     * is {@link Expiring} makes the server ask in time by itself.
     *
     * @return completes when the server has taken them; fails with {@link ErrorCode#UNAUTHORIZED} where it has not, and as {@link #send} does
     */
    CompletionStage<Void> refreshCredentials();

    /** Sets the handler of a name on this channel; it goes before the server's or client's own. Returns this. */
    Channel onMessage(String name, MessageHandler handler);

    /** Sets the handler of a name on this channel for messages as objects of a type; see {@link Message#as}. Returns this. */
    default <T> Channel onMessage(String name, Class<T> type, Consumer<T> handler) {
        return onMessage(name, (channel, message) -> handler.accept(message.as(type)));
    }

    /** Sets the handler that answers requests to a name; otherwise as {@link #onMessage}. */
    Channel onRequest(String name, RequestHandler handler);

    /** Sets who is told of gaps. Returns this. */
    Channel onGap(Consumer<Gap> listener);

    /**
     * Sets who is told when the state changes; of the present state at once, where that is no longer {@link State#CONNECTING}.
     * Returns this.
     */
    Channel onState(Consumer<State> listener);

    /**
     * Sets who is told when another transport carries the channel; of the last change at once, where there was one. Returns
     * this.
     */
    Channel onTransport(Consumer<TransportChange> listener);

    /**
     * Moves this channel to another connection while the present one still works: nothing is lost or doubled, and nobody waits.
     * It stays with that transport until it fails. On the client only.
     *
     * @param transport one of the client's transports; the present one too, for a new connection of it
     * @return completes when the new connection carries the channel; a channel that is not connected now is moved when it is
     *     again. Fails, and leaves the channel where it is, with {@link ErrorCode#BAD_REQUEST} for a transport that the client
     *     does not have and on the server, with {@link ErrorCode#UNAVAILABLE} when another move is asked for meanwhile or the
     *     channel is closed, or with the reason for which the transport does not work
     */
    CompletionStage<Void> switchTo(String transport);

    /** Sets who is told of the end, once; at once when the channel has ended. Returns this. */
    Channel onClose(Consumer<WherryException> listener);

    /** Whether a message can be sent without queueing behind more than {@code wherry.limits.outbound-high}. */
    boolean isWritable();

    /** Sets who is told when {@link #isWritable()} turns true again. Returns this. */
    Channel onWritable(Runnable listener);

    /**
     * Closes the channel for good, after what was sent before. Has no effect on a closed one.
     *
     * <p>On the client it waits until the server was told, or twice {@code wherry.close-timeout}, but not on the event
     * loop; on the server it does not wait. It does not wait for callbacks: what has come already may still be handed to them.
     */
    @Override
    void close();

    /** Closes the channel; completes when the other side was told, or could not be. */
    CompletionStage<Void> closeAsync();

    /** Where a channel stands. */
    enum State {
        /** No connection yet. */
        CONNECTING,
        /** Connected. */
        OPEN,
        /** Between two connections; not where a transport renews a connection in order, as comet and the polls do. */
        RECONNECTING,
        /** Ended. */
        CLOSED
    }
}
