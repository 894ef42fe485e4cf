// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node that keeps a log of topics and carries it to its clients over all of its transports. Thread-safe.
 *
 * <p>Topics and handlers may be set before and after {@link #start()}. A server that was started keeps the JVM alive until it
 * is closed.
 */
public interface Server extends AutoCloseable {

    /** The topic of a name, made with {@link TopicOptions#defaults()} or the configured ones when it is not there. */
    Topic topic(String name);

    /** The topic of a name, made with these options when it is not there; a topic that is there keeps its own. */
    Topic topic(String name, TopicOptions options);

    /** Sets who is told of each new channel, before anything that comes over it. Returns this. */
    Server onOpen(Consumer<Channel> listener);

    /** Sets who is told of each channel that has ended, after everything that came over it. Returns this. */
    Server onClose(Consumer<Channel> listener);

    /** Sets the handler of the messages to a name, for all channels. Returns this. */
    Server onMessage(String name, MessageHandler handler);

    /** Sets the handler of the messages to a name as objects of a type; see {@link Message#as}. Returns this. */
    default <T> Server onMessage(String name, Class<T> type, TypedHandler<T> handler) {
        return onMessage(name, (channel, message) -> handler.message(channel, message.as(type)));
    }

    /** Sets who answers the requests to a name, for all channels. Returns this. */
    Server onRequest(String name, RequestHandler handler);

    /**
     * Sets who answers the requests to a name as objects of a type, for all channels; see {@link Message#as}. A request that
     * is no such object is answered with {@link ErrorCode#BAD_REQUEST}.
     */
    default <T> Server onRequest(String name, Class<T> type, TypedRequestHandler<T> handler) {
        return onRequest(name, (channel, request) -> handler.answer(channel, request.as(type)));
    }

    /** The channels that live, connected or not. A snapshot. */
    Collection<Channel> channels();

    /** The channel of an id, null when there is none. */
    @Nullable Channel channel(String id);

    /**
     * Binds the ports and starts to serve.
     *
     * @return this
     * @throws WherryException with {@link ErrorCode#UNAVAILABLE} when a port cannot be bound
     */
    Server start();

    /** The TCP port that is bound, -1 when there is none. */
    int port();

    /** Ends all channels, telling their clients when to come back, and stops; waits until nothing is left. */
    @Override
    void close();

    /** Stops likewise. Completes when no thread, socket or timer of the server is left. */
    CompletionStage<Void> closeAsync();

    /**
     * Stops in order, and waits until nothing is left, at most as long as the grace: otherwise as {@link #closeAsync(Duration)}.
     * It blocks, and is not to be called by a handler of this server.
     */
    void close(Duration grace);

    /**
     * Stops in order, within a time, so that nothing is lost to clients that read: for a new version of a program, or one server
     * of many.
     *
     * <p>From the call on, new channels, readers and requests are refused, and told when to come back. Handlers that run, and
     * those that messages wait for which have come already, are waited for, and their replies sent. What was published and sent
     * before is given to each client, and confirmed by those of {@code wherry.v1}; a client that is away is waited for as long as
     * {@code wherry.lost-after}. Then each is told to come back with a new channel, at a time of its own: together they are spread
     * so that {@code wherry.come-back-rate} come each second. What a client sends meanwhile is not applied, and a client of
     * {@code wherry.v1} sends it again to the next server.
     *
     * <p>Who has not been told when the grace is nearly over, because a handler goes on or a client does not read, is ended all
     * the same.
     *
     * @param grace how long it may take; the first call of a closing method decides
     * @return completes within the grace
     */
    CompletionStage<Void> closeAsync(Duration grace);

    /** Who takes messages as objects. */
    @FunctionalInterface
    interface TypedHandler<T> {

        /** Takes a message's object. */
        void message(Channel channel, T value) throws Exception;
    }

    /** Who answers requests that are objects. */
    @FunctionalInterface
    interface TypedRequestHandler<T> {

        /** Answers a request's object. */
        Message answer(Channel channel, T request) throws Exception;
    }
}
