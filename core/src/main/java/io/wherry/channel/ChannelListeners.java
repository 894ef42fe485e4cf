// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.MessageListener;
import io.wherry.Position;
import io.wherry.Subscription;
import io.wherry.TransportChange;
import io.wherry.WherryException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who is told what happens to one channel. Thread-safe; everybody is told through the channel's dispatcher. */
final class ChannelListeners {

    private final Dispatcher dispatcher;
    private volatile @Nullable Consumer<Gap> gap;
    private @Nullable Consumer<Channel.State> state;
    private Channel.State lastState;
    private @Nullable Consumer<TransportChange> transport;
    private @Nullable TransportChange lastTransport;
    private volatile @Nullable Runnable writable;
    private volatile @Nullable Map<String, List<MessageListener>> published;
    private @Nullable Consumer<WherryException> close;
    private @Nullable WherryException closed;

    /**
     * Makes what nobody listens to yet.
     *
     * @param lastState what the channel's state is
     * @param lastTransport how it came to its transport, null while it has none
     */
    ChannelListeners(Dispatcher dispatcher, Channel.State lastState, @Nullable TransportChange lastTransport) {
        this.dispatcher = dispatcher;
        this.lastState = lastState;
        this.lastTransport = lastTransport;
    }

    void onGap(Consumer<Gap> listener) {
        gap = listener;
    }

    synchronized void onState(Consumer<Channel.State> listener) {
        state = listener;
        Channel.State now = lastState;
        if (now != Channel.State.CONNECTING) {
            dispatcher.dispatch(0, () -> listener.accept(now));
        }
    }

    synchronized void onTransport(Consumer<TransportChange> listener) {
        transport = listener;
        TransportChange last = lastTransport;
        if (last != null) {
            dispatcher.dispatch(0, () -> listener.accept(last));
        }
    }

    synchronized void transport(TransportChange change) {
        lastTransport = change;
        Consumer<TransportChange> listener = transport;
        if (listener != null) {
            dispatcher.dispatch(0, () -> listener.accept(change));
        }
    }

    void onWritable(Runnable listener) {
        writable = listener;
    }

    synchronized void onClose(Consumer<WherryException> listener) {
        WherryException reason = closed;
        if (reason == null) {
            close = listener;
        } else {
            dispatcher.dispatch(0, () -> listener.accept(reason));
        }
    }

    synchronized void closed(WherryException reason) {
        closed = reason;
        Consumer<WherryException> listener = close;
        close = null;
        if (listener != null) {
            dispatcher.dispatch(0, () -> listener.accept(reason));
        }
    }

    void gap(Gap missed) {
        Consumer<Gap> listener = gap;
        if (listener != null) {
            dispatcher.dispatch(0, () -> listener.accept(missed));
        }
    }

    synchronized void state(Channel.State now) {
        lastState = now;
        Consumer<Channel.State> listener = state;
        if (listener != null) {
            dispatcher.dispatch(0, () -> listener.accept(now));
        }
    }

    void writable() {
        Runnable listener = writable;
        if (listener != null) {
            dispatcher.dispatch(0, listener::run);
        }
    }

    /** Adds who hears what the channel's client publishes to a topic. */
    Subscription onPublished(String topic, MessageListener listener, Position head) {
        List<MessageListener> topicListeners =
                publishedByTopic().computeIfAbsent(topic, any -> new CopyOnWriteArrayList<>());
        topicListeners.add(listener);
        return new Subscription() {
            @Override
            public String topic() {
                return topic;
            }

            @Override
            public CompletionStage<Position> subscribed() {
                return CompletableFuture.completedFuture(head);
            }

            @Override
            public void close() {
                topicListeners.remove(listener);
            }
        };
    }

    private synchronized Map<String, List<MessageListener>> publishedByTopic() {
        Map<String, List<MessageListener>> byTopic = published;
        if (byTopic == null) {
            byTopic = new ConcurrentHashMap<>(1);
            published = byTopic;
        }
        return byTopic;
    }

    void published(String topic, Message message) {
        Map<String, List<MessageListener>> byTopic = published;
        if (byTopic == null) {
            return;
        }
        List<MessageListener> topicListeners = byTopic.getOrDefault(topic, List.of());
        for (MessageListener listener : topicListeners) {
            dispatcher.dispatch(message.size(), () -> {
                if (topicListeners.contains(listener)) {
                    listener.message(message);
                }
            });
        }
    }
}
