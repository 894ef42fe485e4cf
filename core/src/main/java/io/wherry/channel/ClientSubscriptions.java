// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.MessageListener;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.WherryException;
import io.wherry.channel.Outbox.Outcome;
import io.wherry.channel.Outbox.Sent;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics that a client's channel reads, and who listens. Confined to the channel's loop. */
final class ClientSubscriptions {

    private static final Logger log = LoggerFactory.getLogger(ClientSubscriptions.class);

    private final ClientChannel channel;
    private final Map<String, TopicListeners> byTopic = new LinkedHashMap<>();

    ClientSubscriptions(ClientChannel channel) {
        this.channel = channel;
    }

    /** The listeners of one topic, and whose subscriptions are being answered, in order. */
    private static final class TopicListeners {

        private final List<RealSubscription> listeners = new ArrayList<>(1);
        private final ArrayDeque<Answering> answering = new ArrayDeque<>(1);
        /** What subscribes to the topic again, on a new channel, and was not answered. */
        private @Nullable Sent renewal;
        /** How far the listeners have come by its answer, or before the channel was lost; null while there is none. */
        private @Nullable Position renewedAfter;
    }

    /** A subscription that is being answered: of one listener, or of all of a topic when it is renewed. */
    private record Answering(@Nullable RealSubscription subscription) {}

    /** One listener's stay. */
    final class RealSubscription implements Subscription {

        private final String topic;
        private final Start start;
        private final MessageListener listener;
        private final CompletableFuture<Position> subscribed = new CompletableFuture<>();
        /** Whether the server has answered: from then on the listener hears live messages. */
        private boolean live;

        private @Nullable Position lastHistory;
        /** Set by whoever closes it, before the channel's loop knows. */
        private volatile boolean closed;

        RealSubscription(String topic, Start start, MessageListener listener) {
            this.topic = topic;
            this.start = start;
            this.listener = listener;
        }

        Start start() {
            return start;
        }

        CompletableFuture<Position> stage() {
            return subscribed;
        }

        @Override
        public String topic() {
            return topic;
        }

        @Override
        public CompletionStage<Position> subscribed() {
            return subscribed.minimalCompletionStage();
        }

        @Override
        public void close() {
            closed = true;
            channel.unsubscribe(this);
        }

        @Override
        public String toString() {
            return "Subscription[" + topic + ", " + start + "]";
        }
    }

    /** What becomes of a subscription. */
    final class Subscribing implements Outcome {

        private final RealSubscription subscription;

        Subscribing(RealSubscription subscription) {
            this.subscription = subscription;
        }

        @Override
        public void answered(Message answer) {
            ClientSubscriptions.this.answered(subscription.topic);
            channel.completions().complete(subscription.subscribed, Position.parse(answer.text()));
        }

        @Override
        public void failed(WherryException reason) {
            ClientSubscriptions.this.answered(subscription.topic);
            remove(subscription);
            channel.completions().fail(subscription.subscribed, reason);
        }
    }

    /** What becomes of a subscription that is made again on a new channel. */
    private final class Renewing implements Outcome {

        private final String topic;

        Renewing(String topic) {
            this.topic = topic;
        }

        @Override
        public void answered(Message answer) {
            ClientSubscriptions.this.answered(topic);
        }

        @Override
        public void failed(WherryException reason) {
            if (channel.hasEnded()) {
                return;
            }
            ClientSubscriptions.this.answered(topic);
            log.warn("{}: topic {} could not be subscribed to again", channel, topic, reason);
            channel.listeners().gap(new Gap(topic, Gap.Reason.CHANNEL, null));
        }
    }

    void add(RealSubscription subscription) {
        TopicListeners topic = byTopic.computeIfAbsent(subscription.topic, any -> new TopicListeners());
        topic.listeners.add(subscription);
        topic.answering.add(new Answering(subscription));
    }

    /**
     * Subscribes to a topic again, on a new channel: after the position at which the old one was lost, or where the channel
     * before that one was lost, had its renewal not been answered.
     */
    void renew(String topic, @Nullable Position lostAt) {
        TopicListeners listeners = byTopic.get(topic);
        if (listeners == null) {
            return;
        }
        listeners.answering.addFirst(new Answering(null));
        Position after = listeners.renewedAfter == null ? lostAt : listeners.renewedAfter;
        listeners.renewedAfter = after;
        Start start = after == null ? Start.now() : Start.after(after);
        Sent renewal = new Sent(Kind.SUBSCRIBE, topic, start.toString(), Message.empty(), new Renewing(topic));
        listeners.renewal = renewal;
        channel.outbox().addFirst(renewal);
    }

    /** The channel was lost: what subscribes again, and was not answered, is not to be sent on the next one. */
    void withdrawRenewals() {
        for (TopicListeners topic : byTopic.values()) {
            Sent renewal = topic.renewal;
            topic.renewal = null;
            if (renewal != null) {
                channel.outbox().abandon(renewal);
            }
        }
    }

    /** The server has answered the first subscription of a topic that is being answered. */
    private void answered(String topic) {
        TopicListeners listeners = byTopic.get(topic);
        Answering first = listeners == null ? null : listeners.answering.poll();
        RealSubscription subscription = first == null ? null : first.subscription;
        if (subscription != null) {
            subscription.live = true;
        } else if (listeners != null) {
            listeners.renewal = null;
            listeners.renewedAfter = null;
        }
    }

    /** Takes a listener off; returns whether it was the last of its topic. */
    boolean remove(RealSubscription subscription) {
        TopicListeners topic = byTopic.get(subscription.topic);
        if (topic == null || !topic.listeners.remove(subscription) || !topic.listeners.isEmpty()) {
            return false;
        }
        if (topic.answering.isEmpty()) {
            byTopic.remove(subscription.topic);
        }
        return true;
    }

    /** A live message: for all listeners of its topic that are subscribed. */
    void message(Envelope envelope, Dispatcher dispatcher) {
        TopicListeners topic = byTopic.get(envelope.name());
        if (topic != null) {
            Message message = envelope.message().withKey(envelope.argument()).at(envelope.position());
            forLive(topic, message, dispatcher);
        }
    }

    private static void forLive(TopicListeners topic, Message message, Dispatcher dispatcher) {
        for (RealSubscription subscription : topic.listeners) {
            if (subscription.live) {
                dispatch(subscription, message, dispatcher);
            }
        }
    }

    /** A message of history: for the listener whose subscription is being answered, or for all when it is renewed. */
    void history(Envelope envelope, Dispatcher dispatcher) {
        TopicListeners topic = byTopic.get(envelope.name());
        Answering first = topic == null ? null : topic.answering.peek();
        if (topic == null || first == null) {
            return;
        }
        String argument = envelope.argumentOrEmpty();
        int space = argument.indexOf(' ');
        Position position = Position.parse(space < 0 ? argument : argument.substring(0, space));
        Message message = envelope.message()
                .withKey(space < 0 ? null : argument.substring(space + 1))
                .at(position);
        RealSubscription subscription = first.subscription;
        if (subscription == null) {
            if (isNew(position, topic.renewedAfter)) {
                topic.renewedAfter = position;
                forLive(topic, message, dispatcher);
            }
        } else if (isNew(position, subscription.lastHistory)) {
            subscription.lastHistory = position;
            dispatch(subscription, message, dispatcher);
        }
    }

    private static boolean isNew(Position position, @Nullable Position last) {
        return last == null || !last.isSameEpoch(position) || position.isAfter(last);
    }

    private static void dispatch(RealSubscription subscription, Message message, Dispatcher dispatcher) {
        dispatcher.dispatch(message.size() + Dispatcher.CALLBACK_WEIGHT, () -> {
            if (!subscription.closed) {
                subscription.listener.message(message);
            }
        });
    }

    /** The topics with a listener that the server has confirmed, which a new channel must be subscribed to again. */
    List<String> confirmed() {
        List<String> topics = new ArrayList<>();
        byTopic.forEach((topic, listeners) -> {
            listeners.answering.removeIf(answering -> answering.subscription == null);
            if (listeners.listeners.stream().anyMatch(subscription -> subscription.live)) {
                topics.add(topic);
            }
        });
        return topics;
    }

    /** Fails whoever still waits. */
    void fail(WherryException reason, Completions completions) {
        for (TopicListeners topic : byTopic.values()) {
            for (RealSubscription subscription : topic.listeners) {
                completions.fail(subscription.subscribed, reason);
            }
        }
        byTopic.clear();
    }
}
