// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every entry. Guarded by its history. */
final class KeptAll implements Kept {

    private final Ring<Entry> entries = new Ring<>();

    @Override
    public @Nullable Entry add(Entry entry) {
        entries.add(entry);
        return null;
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public Entry oldest() {
        return entries.get(0);
    }

    @Override
    public Entry newest() {
        return entries.get(entries.size() - 1);
    }

    @Override
    public void removeOldest() {
        entries.poll();
    }

    @Override
    public void read(long after, long upTo, int max, List<Entry> out) {
        int first = firstAfter(after);
        for (int i = first; i < entries.size() && i - first < max; i++) {
            Entry entry = entries.get(i);
            if (entry.sequence() > upTo) {
                return;
            }
            out.add(entry);
        }
    }

    @Override
    public void readLast(int max, long upTo, List<Entry> out) {
        int end = firstAfter(upTo);
        for (int i = Math.max(0, end - max); i < end; i++) {
            out.add(entries.get(i));
        }
    }

    @Override
    public int countAfter(long sequence) {
        return entries.size() - firstAfter(sequence);
    }

    private int firstAfter(long sequence) {
        return entries.firstAfter(entry -> Long.compare(entry.sequence(), sequence));
    }
}
