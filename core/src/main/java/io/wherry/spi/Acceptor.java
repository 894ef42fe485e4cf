// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Start;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The channel layer of a server, seen from its transports. Thread-safe, except where a method names a loop.
 *
 * <p>Methods throw a {@link io.wherry.WherryException} for what can be refused at once, so that a transport can still
 * answer with a status.
 */
public interface Acceptor {

    /**
     * Finds out who asks. Completes with null for a peer without a name, where the server allows that, and fails with a
     * {@link io.wherry.WherryException} where it is refused. May complete on any thread.
     *
     * @param handshake asked for on the caller's thread, and only where somebody looks at it
     */
    CompletionStage<@Nullable Principal> authenticate(Supplier<Handshake> handshake);

    /**
     * Opens a channel, or connects one that exists. On the connection's loop.
     *
     * @return who is to be told of the connection
     */
    ConnectionListener attach(Attachment attachment, Connection connection);

    /**
     * Reads topics for a peer that is no channel. On the connection's loop.
     *
     * @return who is to be told of the connection
     */
    ConnectionListener read(Reading reading, Connection connection);

    /**
     * Looks whether a reader that starts after a position has it all: then it need not {@link #read}. Any thread.
     *
     * @return where it goes on, null where there is something to be told, or it takes more than a look to find out
     */
    @Nullable Position upToDate(Reading reading);

    /** The latest message of a topic, null when there is none. */
    @Nullable Envelope latest(@Nullable Principal principal, String topic);

    /**
     * Takes a batch from a client whose uplink is apart from its downlink. Any loop; one batch of a channel at a time.
     *
     * @param connection which of the client's connections it belongs to, counted from 1; 0 where the client does not say
     */
    Uplink uplink(@Nullable Principal principal, String channelId, long connection, List<Envelope> batch);

    /**
     * Hands one message to a handler for a peer that is no channel, and gives what the handler sends back or replies.
     *
     * @param handshake thread-safe; asked for where the handler looks at it
     */
    CompletionStage<List<Message>> ask(
            Supplier<Handshake> handshake, @Nullable Principal principal, String name, Message message);

    /** Publishes for a peer that is no channel. */
    CompletionStage<Position> publish(@Nullable Principal principal, String topic, Message message);

    /**
     * What happened to a batch.
     *
     * @param acknowledged completes with the number up to which the client's messages are applied, once there is room for more;
     *     fails with {@link io.wherry.ErrorCode#TOO_MANY} at once where there was no room for the batch, and something numbered
     *     in it was not applied
     * @param replied completes when no request of the channel waits for its reply, of this batch or an earlier one; never fails
     */
    record Uplink(CompletionStage<Long> acknowledged, CompletionStage<Void> replied) {}

    /**
     * A wish to open or connect a channel.
     *
     * @param handshake the request; asked for where a channel is opened
     * @param principal who asks, null for nobody known
     * @param channelId the channel to connect, null for a new one
     * @param start where to start: {@link Start#after} when connecting, and for the topics
     * @param topics topics to subscribe a new channel to
     * @param resumable whether the channel outlives this connection
     * @param welcome whether the connection begins with a welcome: always, but for the second and later polls of a run
     * @param connection which of the client's connections it is, counted from 1: an older one than the channel has is refused;
     *     0 where the client does not count
     * @param standby whether the channel stays on the connection that it has, until the client says that this one takes over
     */
    record Attachment(
            Supplier<Handshake> handshake,
            @Nullable Principal principal,
            @Nullable String channelId,
            Start start,
            List<String> topics,
            boolean resumable,
            boolean welcome,
            long connection,
            boolean standby) {}

    /**
     * A wish to read topics.
     *
     * @param principal who asks, null for nobody known
     * @param topics at least one
     * @param start where to start
     */
    record Reading(@Nullable Principal principal, List<String> topics, Start start) {}
}
