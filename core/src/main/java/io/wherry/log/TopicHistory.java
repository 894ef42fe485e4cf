// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

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
    private final Ring<Entry> entries = new Ring<>();
    private long bytes;
    private final AtomicInteger readers = new AtomicInteger();
    private volatile long dropped;
    private volatile @Nullable Entry newest;

    TopicHistory(String name, TopicOptions options) {
        this.name = name;
        this.options = options;
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
        entries.add(entry);
        bytes += entry.size();
        newest = entry;
        while (entries.size() > options.maxCount() || (bytes > options.maxBytes() && entries.size() > 1)) {
            dropOldest();
        }
        dropExpired(entry.appendedNanos());
    }

    /**
     * Reads entries forwards.
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
        int added = 0;
        for (int i = firstAfter(after); i < entries.size() && added < max; i++, added++) {
            Entry entry = entries.get(i);
            if (entry.sequence() > upTo) {
                break;
            }
            out.add(entry);
        }
        return dropped;
    }

    /** Adds the newest entries, at most {@code max} and none after {@code upTo}, in order. */
    public synchronized void readLast(int max, long upTo, long now, List<Entry> out) {
        dropExpired(now);
        int end = firstAfter(upTo);
        for (int i = Math.max(0, end - max); i < end; i++) {
            out.add(entries.get(i));
        }
    }

    /** The newest entry that is kept, null for none. */
    public synchronized @Nullable Entry latest(long now) {
        dropExpired(now);
        return entries.isEmpty() ? null : entries.get(entries.size() - 1);
    }

    private int firstAfter(long sequence) {
        return entries.firstAfter(entry -> Long.compare(entry.sequence(), sequence));
    }

    private void dropExpired(long now) {
        while (!entries.isEmpty() && now - entries.get(0).appendedNanos() > maxAgeNanos) {
            dropOldest();
        }
    }

    private void dropOldest() {
        Entry oldest = entries.poll();
        bytes -= oldest.size();
        dropped = oldest.sequence();
    }
}
