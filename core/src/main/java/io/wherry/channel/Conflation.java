// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.SlowReader;
import io.wherry.SlowReader.Policy;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The door of a topic whose readers are given so many messages a second at most: what is published waits here for its turn, and
 * what is published meanwhile takes its place. So the log holds what goes to readers and nothing else, and readers, positions
 * and connections know nothing of rates.
 *
 * <p>Thread-safe. Its lock guards what waits, and is held while appending, so that the log has the order of publishing.
 */
final class Conflation {

    /** What stands for the key where there is none, or where keys are not told apart. */
    private static final String ANY = "-";

    private final Log log;
    private final TopicHistory history;
    private final Later later;
    private final Executor callbacks;
    private final boolean isByKey;
    private final long intervalNanos;
    /** In the order of the newest publishing. */
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    private long waitingBytes;
    private boolean pausing;
    private boolean stopped;

    /** What runs something after a while. */
    @FunctionalInterface
    interface Later {

        /** Runs a task once, after some time; returns whether it will. */
        boolean run(Runnable task, long nanos);
    }

    /** A message, and what tells its publishers, and those of the messages whose place it took, where it went. */
    private record Waiting(Message message, CompletableFuture<Position> published) {}

    /** A message that has gone into the log. */
    private record Published(CompletableFuture<Position> stage, Position position) {}

    /**
     * Makes an open door.
     *
     * @param callbacks where the stages of those who waited are completed
     */
    Conflation(Log log, TopicHistory history, Later later, Executor callbacks) {
        SlowReader policy = history.options().slowReader();
        this.log = log;
        this.history = history;
        this.later = later;
        this.callbacks = callbacks;
        this.isByKey = policy.policy() == Policy.LATEST_BY_KEY;
        this.intervalNanos = 1_000_000_000L / policy.perSecond();
    }

    /** Appends a message, now or when it is its turn; completes with its position, or that of the message that took its place. */
    CompletionStage<Position> publish(Message message) {
        CompletableFuture<Position> stage;
        @Nullable Published forced;
        synchronized (this) {
            if (!pausing) {
                pausing = !stopped && later.run(this::goOn, intervalNanos);
                return CompletableFuture.completedFuture(append(message));
            }
            stage = await(message);
            forced = isOver() ? appendOldest() : null;
        }
        if (forced != null) {
            tell(List.of(forced));
        }
        return stage.minimalCompletionStage();
    }

    private CompletableFuture<Position> await(Message message) {
        String key = isByKey && message.key() != null ? message.key() : ANY;
        @Nullable Waiting before = waiting.remove(key);
        CompletableFuture<Position> stage = before == null ? new CompletableFuture<>() : before.published;
        waiting.put(key, new Waiting(message, stage));
        waitingBytes += message.size() - (before == null ? 0 : before.message.size());
        return stage;
    }

    /** Whether more waits than the topic would keep. */
    private boolean isOver() {
        return waiting.size() > history.options().maxCount()
                || (waitingBytes > history.options().maxBytes() && waiting.size() > 1);
    }

    private Published appendOldest() {
        Map.Entry<String, Waiting> oldest = waiting.entrySet().iterator().next();
        waiting.remove(oldest.getKey());
        waitingBytes -= oldest.getValue().message.size();
        return new Published(oldest.getValue().published, append(oldest.getValue().message));
    }

    private Position append(Message message) {
        return log.append(history, message).position();
    }

    /** It is the turn of what waits. */
    private void goOn() {
        List<Published> published;
        synchronized (this) {
            published = appendAll();
            pausing = !published.isEmpty() && !stopped && later.run(this::goOn, intervalNanos);
        }
        tell(published);
    }

    private List<Published> appendAll() {
        List<Published> published = new ArrayList<>(waiting.size());
        while (!waiting.isEmpty()) {
            published.add(appendOldest());
        }
        return published;
    }

    private void tell(List<Published> published) {
        if (!published.isEmpty()) {
            callbacks.execute(() -> published.forEach(one -> one.stage.complete(one.position)));
        }
    }

    /** Lets through what waits. */
    void flush() {
        List<Published> published;
        synchronized (this) {
            published = appendAll();
        }
        tell(published);
    }

    /** Lets through what waits, and everything from now on. */
    void stop() {
        synchronized (this) {
            stopped = true;
            pausing = false;
        }
        flush();
    }
}
