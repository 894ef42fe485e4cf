// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import io.wherry.SlowReader.Policy;
import io.wherry.TopicOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a topic keeps: its newest entries within its bounds, and up to where it has dropped the older ones. Thread-safe;
 * one lock for each history, under which nothing is called.
 */
public final class TopicHistory {

    private static final Duration LONGEST_AGE = Duration.ofDays(100L * 365);

    private final String name;
    private final TopicOptions options;
    private final long maxAgeNanos;
    private final Policy policy;
    private final Kept kept;
    private long bytes;
    private final AtomicInteger readers = new AtomicInteger();
    private volatile long dropped;
    private volatile @Nullable Entry newest;

    TopicHistory(String name, TopicOptions options) {
        this.name = name;
        this.options = options;
        this.policy = options.slowReader().policy();
        this.kept = policy == Policy.LATEST_BY_KEY ? new KeptByKey() : new KeptAll();
        this.maxAgeNanos = options.maxAge().compareTo(LONGEST_AGE) > 0
                ? Long.MAX_VALUE
                : options.maxAge().toNanos();
    }

    /** The topic's name. */
    public String name() {
        return name;
    }

    /** The topic's bounds. */
    public TopicOptions options() {
        return options;
    }

    /** How many readers the topic has; they count themselves. */
    public AtomicInteger readers() {
        return readers;
    }

    /** The sequence number of the newest entry ever, 0 for none. */
    public long newestSequence() {
        Entry entry = newest;
        return entry == null ? 0 : entry.sequence();
    }

    synchronized void add(Entry entry) {
        @Nullable Entry superseded = kept.add(entry);
        bytes += entry.size() - (superseded == null ? 0 : superseded.size());
        newest = entry;
        while (kept.size() > options.maxCount() || (bytes > options.maxBytes() && kept.size() > 1)) {
            dropOldest();
        }
        dropExpired(entry.appendedNanos());
    }

    /**
     * Reads forwards whatever is kept.
     *
     * @param after entries up to this sequence number are passed over
     * @param upTo the last sequence number to be read
     * @param max how many entries at most
     * @param now the log's clock, to drop what is too old
     * @param out entries are added here, in order
     * @return the sequence number of the last entry that this topic has dropped, 0 for none
     */
    public synchronized long read(long after, long upTo, int max, long now, List<Entry> out) {
        dropExpired(now);
        kept.read(after, upTo, max, out);
        return dropped;
    }

    /**
     * Reads forwards what a reader is given that is behind: by the topic's {@link io.wherry.SlowReader} what is superseded is
     * passed over. Otherwise as {@link #read}.
     *
     * @return the sequence number of the last entry that this topic has dropped and that nothing supersedes, 0 for none
     */
    public synchronized long readBehind(long after, long upTo, int max, long now, List<Entry> out) {
        if (policy != Policy.LATEST) {
            return read(after, upTo, max, now, out);
        }
        dropExpired(now);
        int before = out.size();
        kept.readLast(1, upTo, out);
        if (out.size() > before && out.get(before).sequence() <= after) {
            out.remove(before);
        }
        return dropped == newestSequence() ? dropped : 0;
    }

    /** How many entries are kept that come after a sequence number. */
    public synchronized int countAfter(long sequence) {
        return kept.countAfter(sequence);
    }

    /** Adds the newest entries, at most {@code max} and none after {@code upTo}, in order. */
    public synchronized void readLast(int max, long upTo, long now, List<Entry> out) {
        dropExpired(now);
        kept.readLast(max, upTo, out);
    }

    /** The newest entry that is kept, null for none. */
    public synchronized @Nullable Entry latest(long now) {
        dropExpired(now);
        return kept.size() == 0 ? null : kept.newest();
    }

    private void dropExpired(long now) {
        while (kept.size() > 0 && now - kept.oldest().appendedNanos() > maxAgeNanos) {
            dropOldest();
        }
    }

    private void dropOldest() {
        Entry oldest = kept.oldest();
        kept.removeOldest();
        bytes -= oldest.size();
        dropped = oldest.sequence();
    }
}
