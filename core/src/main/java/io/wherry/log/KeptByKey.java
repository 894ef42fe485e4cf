// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The newest entry of each key, and every entry without a key. Guarded by its history. */
final class KeptByKey implements Kept {

    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final Map<String, Entry> byKey = new HashMap<>();

    @Override
    public @Nullable Entry add(Entry entry) {
        @Nullable String key = entry.key();
        @Nullable Entry before = key == null ? null : byKey.put(key, entry);
        if (before != null) {
            entries.remove(before.sequence());
        }
        entries.put(entry.sequence(), entry);
        return before;
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public Entry oldest() {
        return entries.firstEntry().getValue();
    }

    @Override
    public Entry newest() {
        return entries.lastEntry().getValue();
    }

    @Override
    public void removeOldest() {
        @Nullable String key = entries.pollFirstEntry().getValue().key();
        if (key != null) {
            byKey.remove(key);
        }
    }

    @Override
    public void read(long after, long upTo, int max, List<Entry> out) {
        if (after >= upTo) {
            return;
        }
        int added = 0;
        for (Entry entry : entries.subMap(after, false, upTo, true).values()) {
            if (added++ == max) {
                return;
            }
            out.add(entry);
        }
    }

    @Override
    public void readLast(int max, long upTo, List<Entry> out) {
        List<Entry> backwards = new ArrayList<>();
        for (Entry entry : entries.headMap(upTo, true).descendingMap().values()) {
            if (backwards.size() == max) {
                break;
            }
            backwards.add(entry);
        }
        Collections.reverse(backwards);
        out.addAll(backwards);
    }

    @Override
    public int countAfter(long sequence) {
        return entries.tailMap(sequence, false).size();
    }
}
