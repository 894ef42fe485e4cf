// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Authorizer.Action;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.WherryException;
import io.wherry.log.Entry;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Acceptor;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The door of a server: lets channels and plain readers in, or refuses them. Thread-safe. */
final class ServerAcceptor implements Acceptor {

    private final RealServer server;

    ServerAcceptor(RealServer server) {
        this.server = server;
    }

    @Override
    public CompletionStage<@Nullable Principal> authenticate(Supplier<Handshake> handshake) {
        return server.authenticate(handshake);
    }

    @Override
    public ConnectionListener attach(Attachment attachment, Connection connection) {
        String channelId = attachment.channelId();
        if (channelId == null) {
            return open(attachment, connection);
        }
        ServerChannel channel = requireChannel(attachment.principal(), channelId);
        Position after = attachment.start().position();
        if (after == null) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "after: none (expected: the channel's position, to go on with it)");
        }
        if (!after.epoch().equals(server.log().epoch())) {
            throw unknownChannel(channelId);
        }
        channel.reader().requireKnownStart(attachment.start());
        channel.connections().requireNotSuperseded(attachment.connection());
        channel.mailbox().execute(() -> {
            channel.renewal().authenticated(attachment.principal());
            channel.connections().attach(attachment, connection, after);
        });
        return new AttachedConnection(channel, connection);
    }

    private ConnectionListener open(Attachment attachment, Connection connection) {
        List<TopicHistory> topics = requireTopics(attachment.principal(), attachment.topics());
        new Reader(server.log(), null, 0).requireKnownStart(attachment.start());
        ServerChannel channel = server.newChannel(attachment, server.loop(connection.loop()));
        channel.mailbox().execute(() -> channel.open(attachment, connection, topics));
        return new AttachedConnection(channel, connection);
    }

    private List<TopicHistory> requireTopics(@Nullable Principal principal, List<String> names) {
        int most = server.settings().limits().subscriptions();
        if (names.size() > most) {
            throw new WherryException(
                    ErrorCode.TOO_MANY, "topics: " + names.size() + " (expected: at most " + most + ")");
        }
        for (String name : names) {
            server.requireAllowed(principal, Action.SUBSCRIBE, name);
        }
        return ServerChannel.histories(server, names);
    }

    private ServerChannel requireChannel(@Nullable Principal principal, String channelId) {
        ServerChannel channel = server.find(channelId);
        if (channel == null || !channel.belongsTo(principal)) {
            throw unknownChannel(channelId);
        }
        return channel;
    }

    private static WherryException unknownChannel(String channelId) {
        return new WherryException(
                ErrorCode.UNKNOWN_CHANNEL,
                "channel: " + WherryException.quote(channelId)
                        + " (expected: a channel of yours that this server knows)");
    }

    @Override
    public ConnectionListener read(Reading reading, Connection connection) {
        server.requireServing();
        if (reading.topics().isEmpty()) {
            throw new WherryException(ErrorCode.BAD_REQUEST, "topic: none (expected: one or more)");
        }
        List<TopicHistory> topics = requireTopics(reading.principal(), reading.topics());
        PlainReader reader = new PlainReader(server, server.loop(connection.loop()), connection);
        reader.check(reading);
        // What is published from now on is the reader's, as the peer may be told that it is let in before the task
        // runs.
        long head = server.log().last().sequence();
        connection.loop().execute(() -> reader.start(reading, topics, head));
        return reader;
    }

    @Override
    public @Nullable Position upToDate(Reading reading) {
        Log log = server.log();
        List<String> topics = reading.topics();
        Position after = reading.start().position();
        // Before the topics are looked at: then what they have up to there is seen.
        long head = log.last().sequence();
        if (after == null
                || after.sequence() > head
                || !after.epoch().equals(log.epoch())
                || isRefused(topics.size())) {
            return null;
        }
        for (String topic : topics) {
            TopicHistory history = log.find(topic);
            if (history == null || history.newestSequence() > after.sequence()) {
                return null;
            }
        }
        server.requireServing();
        for (String topic : topics) {
            server.requireAllowed(reading.principal(), Action.SUBSCRIBE, topic);
        }
        return after.sequence() == head ? after : log.position(head);
    }

    private boolean isRefused(int topics) {
        return topics == 0 || topics > server.settings().limits().subscriptions();
    }

    @Override
    public @Nullable Envelope latest(@Nullable Principal principal, String topic) {
        server.requireServing();
        server.requireAllowed(principal, Action.SUBSCRIBE, topic);
        Entry latest = server.requireTopic(topic).latest(server.log().now());
        return latest == null ? null : latest.envelope();
    }

    @Override
    public Uplink uplink(@Nullable Principal principal, String channelId, long connection, List<Envelope> batch) {
        ServerChannel channel = requireChannel(principal, channelId);
        CompletableFuture<Long> acknowledged = new CompletableFuture<>();
        CompletableFuture<Void> replied = new CompletableFuture<>();
        channel.mailbox().execute(() -> {
            channel.renewal().authenticated(principal);
            ClientMessages inbound = channel.inbound();
            long before = inbound.applied();
            if (batch.stream().anyMatch(envelope -> envelope.kind() == Kind.ACK)) {
                channel.connections().takeoverTold(connection);
            }
            if (!inbound.receivedBatch(batch)) {
                acknowledged.completeExceptionally(noRoom());
                replied.complete(null);
                return;
            }
            // The answer to a batch that brought nothing new may be that of an old connection: what is due stays due.
            boolean isNew = inbound.applied() > before;
            inbound.whenRoom(() -> acknowledged.complete(isNew ? inbound.acknowledge() : inbound.applied()));
            inbound.whenReplied(() -> replied.complete(null));
        });
        return new Uplink(acknowledged, replied);
    }

    private static WherryException noRoom() {
        return new WherryException(
                ErrorCode.TOO_MANY,
                "batch: not taken, over wherry.limits.inbound waits for handlers (expected: the same again, once an empty POST has its acknowledgement)");
    }

    @Override
    public CompletionStage<List<Message>> ask(
            Supplier<Handshake> handshake, @Nullable Principal principal, String name, Message message) {
        server.requireServing();
        server.requireAllowed(principal, Action.SEND, name);
        RequestHandler requestHandler = server.handlers().request(name);
        MessageHandler messageHandler = server.handlers().message(name);
        if (requestHandler == null && messageHandler == null) {
            throw ClientMessages.unknownHandler(name);
        }
        AskingChannel channel = new AskingChannel(server, handshake, principal);
        server.asked().begin(channel);
        // Again: who stops looks at what is under way after that.
        try {
            server.requireServing();
        } catch (WherryException e) {
            server.asked().failed(channel, e);
            return channel.result();
        }
        channel.ask(name, message, requestHandler, messageHandler);
        return channel.result();
    }

    @Override
    public CompletionStage<Position> publish(@Nullable Principal principal, String topic, Message message) {
        server.requireServing();
        return server.publishFor(principal, topic, message);
    }
}
