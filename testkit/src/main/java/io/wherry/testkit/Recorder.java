// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.WherryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What happens on a channel, kept until a test takes it: messages and gaps in their order; states; the end. Thread-safe.
 *
 * <p>It also notes callbacks that overlap, which {@link #assertNothingLeft()} reports along with what nobody took.
 */
public final class Recorder {

    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private final Channel channel;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<State> states = new LinkedBlockingQueue<>();
    private final BlockingQueue<WherryException> ends = new LinkedBlockingQueue<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

    /**
     * A message or a gap.
     *
     * @param source the topic or handler
     * @param message the message, null for a gap
     * @param gap the gap, null for a message
     */
    public record Event(
            String source,
            @Nullable Message message,
            @Nullable Gap gap) {}

    /** Records gaps, states and the end of a channel; messages come with {@link #subscribe} and {@link #handle}. */
    public Recorder(Channel channel) {
        this.channel = channel;
        channel.onGap(gap -> record(() -> events.add(new Event(gap.topic(), null, gap))));
        channel.onState(state -> record(() -> states.add(state)));
        channel.onClose(reason -> record(() -> ends.add(reason)));
    }

    /** The channel. */
    public Channel channel() {
        return channel;
    }

    /** Subscribes to a topic, and records its messages. */
    public Subscription subscribe(String topic, Start start) {
        return channel.subscribe(topic, start, message -> record(() -> events.add(new Event(topic, message, null))));
    }

    /** Records the messages to a name. */
    public Recorder handle(String name) {
        channel.onMessage(name, (from, message) -> record(() -> events.add(new Event(name, message, null))));
        return this;
    }

    /** Takes the next message or gap. */
    public Event take() {
        return take(events, "message or gap");
    }

    /** Takes the next event, which must be a message of this topic or handler. */
    public Message takeMessage(String source) {
        Event event = take();
        @Nullable Message message = event.message();
        if (message == null || !event.source().equals(source)) {
            throw new AssertionError(channel + ": " + event + " (expected: a message of " + source + ")");
        }
        return message;
    }

    /** Takes so many messages of a topic or handler, as text. */
    public List<String> takeTexts(String source, int count) {
        List<String> texts = new ArrayList<>(count);
        while (texts.size() < count) {
            try {
                texts.add(takeMessage(source).text());
            } catch (AssertionError e) {
                throw new AssertionError("after " + texts.size() + " of " + count + " messages: " + e.getMessage(), e);
            }
        }
        return texts;
    }

    /** Takes the messages of a topic or handler that have come so far, whatever they are. */
    public void dropMessages(String source) {
        events.removeIf(event -> event.message() != null && event.source().equals(source));
    }

    /** Takes the next event, which must be a gap. */
    public Gap takeGap() {
        Event event = take();
        @Nullable Gap gap = event.gap();
        if (gap == null) {
            throw new AssertionError(channel + ": " + event + " (expected: a gap)");
        }
        return gap;
    }

    /** Takes states up to this one. */
    public void takeState(State state) {
        while (take(states, "state " + state) != state) {
            // go on
        }
    }

    /** Takes the states that have come so far. */
    public List<State> takeStates() {
        List<State> taken = new ArrayList<>();
        states.drainTo(taken);
        return taken;
    }

    /** Takes the end of the channel. */
    public WherryException takeEnd() {
        return take(ends, "end");
    }

    /**
     * Checks that every message, gap and end was taken, and that no two callbacks overlapped. States may be left.
     *
     * @throws AssertionError otherwise
     */
    public void assertNothingLeft() {
        List<Object> left = new ArrayList<>(violations);
        left.addAll(events);
        left.addAll(ends);
        if (!left.isEmpty()) {
            throw new AssertionError(
                    channel + ": " + left.size() + " left: " + left.subList(0, Math.min(10, left.size())));
        }
    }

    private <T> T take(BlockingQueue<T> queue, String what) {
        try {
            @Nullable T taken = queue.poll(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
            if (taken == null) {
                throw new AssertionError(channel + ": no " + what + " within " + DEADLINE + "; state " + channel.state()
                        + ", position " + channel.position());
            }
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    private void record(Runnable event) {
        Thread thread = Thread.currentThread();
        @Nullable Thread other = inside.getAndSet(thread);
        if (other != null) {
            violations.add("callbacks overlap: " + other.getName() + " and " + thread.getName());
        }
        event.run();
        inside.set(null);
    }
}
