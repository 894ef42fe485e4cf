// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.TopicOptions;
import io.wherry.spi.Envelope;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The log of one server, in memory: one sequence for all topics, in one epoch. Thread-safe.
 *
 * <p>Appending numbers an entry, adds it to its topic's history and links it behind the last one, in one short critical
 * section; so whoever follows the links sees all topics in one order. Readers are woken outside of it.
 */
public final class Log {

    private static final int EPOCH_LENGTH = 7;

    private final String epoch;
    private final LongSupplier clock;
    private final ConcurrentHashMap<String, TopicHistory> histories = new ConcurrentHashMap<>();
    private final List<Runnable> wakeups = new CopyOnWriteArrayList<>();
    private final ReentrantLock appending = new ReentrantLock();
    private volatile Link last;

    /**
     * Begins a log.
     *
     * @param random where the epoch comes from
     * @param clock nanoseconds, for the age of entries
     */
    public Log(RandomGenerator random, LongSupplier clock) {
        this.epoch = randomEpoch(random);
        this.clock = clock;
        this.last = new Link(0, null);
    }

    private static String randomEpoch(RandomGenerator random) {
        StringBuilder text = new StringBuilder(EPOCH_LENGTH);
        for (int i = 0; i < EPOCH_LENGTH; i++) {
            text.append(Character.forDigit(random.nextInt(36), 36));
        }
        return text.toString();
    }

    /** The name of this life of the log. */
    public String epoch() {
        return epoch;
    }

    /** The last link; at first one that stands before the first, with the sequence number 0 and no entry. */
    public Link last() {
        return last;
    }

    /** The position of a sequence number. */
    public Position position(long sequence) {
        return new Position(epoch, sequence, 0);
    }

    /** The clock by which entries age, in nanoseconds. */
    public long now() {
        return clock.getAsLong();
    }

    /** The history of a topic, begun with these options when it is not there. */
    public TopicHistory open(String name, TopicOptions options) {
        return histories.computeIfAbsent(Envelope.requireName("topic", name), key -> new TopicHistory(key, options));
    }

    /** The history of a topic, null when there is no such topic. */
    public @Nullable TopicHistory find(String name) {
        return histories.get(name);
    }

    /** The names of the topics there are. */
    public Collection<String> topics() {
        return histories.keySet();
    }

    /** Adds who is woken after something was appended: called on the publisher's thread, it must be quick. */
    public void addWakeup(Runnable wakeup) {
        wakeups.add(wakeup);
    }

    /** Appends a message to a topic. */
    public Entry append(TopicHistory history, Message message) {
        Entry entry;
        appending.lock();
        try {
            long sequence = last.sequence() + 1;
            Envelope envelope =
                    Envelope.at(position(sequence), Envelope.Kind.MESSAGE, history.name(), message.key(), message);
            entry = new Entry(history, sequence, clock.getAsLong(), envelope);
            history.add(entry);
            Link link = new Link(sequence, entry);
            last.next = link;
            last = link;
        } finally {
            appending.unlock();
        }
        for (Runnable wakeup : wakeups) {
            wakeup.run();
        }
        return entry;
    }

    /**
     * A place in the chain of all entries. Who holds one can read everything that came after it, and keeps all of that from
     * being collected; so only event loops, which never stay behind, hold links.
     */
    public static final class Link {

        private final long sequence;
        private final @Nullable Entry entry;
        private volatile @Nullable Link next;

        Link(long sequence, @Nullable Entry entry) {
            this.sequence = sequence;
            this.entry = entry;
        }

        /** The sequence number of the entry here. */
        public long sequence() {
            return sequence;
        }

        /** The entry here; there is none only before the first. */
        public Entry entry() {
            return Objects.requireNonNull(entry, "entry");
        }

        /** The next link, null when this is the last. */
        public @Nullable Link next() {
            return next;
        }
    }
}
