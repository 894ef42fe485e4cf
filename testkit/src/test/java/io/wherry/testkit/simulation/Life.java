// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.Position;
import io.wherry.SlowReader.Policy;
import io.wherry.log.Entry;
import io.wherry.log.Log;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that was ever published in one life of a log, also what its topics have dropped. Confined to the thread of the run. */
final class Life {

    private final String epoch;
    private final Map<String, List<Entry>> byTopic = new HashMap<>();
    private final Map<String, Entry> byText = new HashMap<>();
    private Log.Link read;
    private boolean crashed;

    Life(Log log) {
        this.epoch = log.epoch();
        this.read = log.last();
    }

    String epoch() {
        return epoch;
    }

    void crashed() {
        collect();
        crashed = true;
    }

    boolean hasCrashed() {
        return crashed;
    }

    private void collect() {
        Log.Link next;
        while ((next = read.next()) != null) {
            Entry entry = next.entry();
            byTopic.computeIfAbsent(entry.history().name(), any -> new ArrayList<>())
                    .add(entry);
            byText.putIfAbsent(entry.envelope().message().text(), entry);
            read = next;
        }
    }

    /** A topic's messages, in order. */
    List<Entry> topic(String name) {
        collect();
        return byTopic.getOrDefault(name, List.of());
    }

    /** Where a text was published first; null when it was not. */
    @Nullable Position published(String text) {
        collect();
        Entry entry = byText.get(text);
        return entry == null ? null : entry.position();
    }

    /** How often a text was published to a topic. */
    long count(String topic, String text) {
        return topic(topic).stream()
                .filter(entry -> entry.envelope().message().text().equals(text))
                .count();
    }

    /** The message of a topic in a place; null for none. */
    @Nullable Entry at(String topic, long sequence) {
        return between(topic, sequence - 1, sequence + 1);
    }

    /**
     * The first message of a topic after one place and before another that a reader must have been given, whatever comes after it;
     * null for none.
     */
    @Nullable Entry due(String topic, long after, long before) {
        Entry entry = between(topic, after, before);
        while (entry != null && mayBePassedOver(entry)) {
            entry = between(topic, entry.sequence(), before);
        }
        return entry;
    }

    /** Whether its topic gives what came later in place of it. */
    private boolean mayBePassedOver(Entry entry) {
        Policy policy = entry.history().options().slowReader().policy();
        String key = policy == Policy.LATEST_BY_KEY ? entry.envelope().message().key() : null;
        if (policy != Policy.LATEST && key == null) {
            return false;
        }
        return topic(entry.history().name()).stream()
                .anyMatch(later -> later.sequence() > entry.sequence()
                        && (key == null || key.equals(later.envelope().message().key())));
    }

    /** The first message of a topic after one place and before another; null for none. */
    private @Nullable Entry between(String topic, long after, long before) {
        List<Entry> all = topic(topic);
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).sequence() <= after) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < all.size() && all.get(low).sequence() < before ? all.get(low) : null;
    }
}
