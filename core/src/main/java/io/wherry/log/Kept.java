// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of a topic's entries are kept, in the order of the log. Guarded by its history. */
interface Kept {

    /** Adds the newest entry; returns the one whose place it takes, null for none. */
    @Nullable Entry add(Entry entry);

    int size();

    /** The oldest entry; there must be one. */
    Entry oldest();

    /** The newest entry; there must be one. */
    Entry newest();

    void removeOldest();

    /** Adds entries to a list, in order: those after and up to a sequence number, at most {@code max}. */
    void read(long after, long upTo, int max, List<Entry> out);

    /** Adds the newest entries up to a sequence number to a list, at most {@code max}, in order. */
    void readLast(int max, long upTo, List<Entry> out);

    /** How many entries come after a sequence number. */
    int countAfter(long sequence);
}
