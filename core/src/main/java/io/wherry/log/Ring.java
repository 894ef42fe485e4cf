// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose elements are reached by their index, 0 for the oldest. Not thread-safe.
 *
 * @param <E> the elements
 */
public final class Ring<E> {

    private static final int FIRST_CAPACITY = 4;

    /** A longer array is let go when the queue is empty. */
    private static final int LONG = 64;

    /** Null while there is no element: most queues for one channel alone stay so. */
    private @Nullable Object @Nullable [] elements;

    private int head;
    private int size;

    /** Makes an empty queue. */
    public Ring() {}

    /** How many elements there are. */
    public int size() {
        return size;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Adds an element behind the newest. */
    public void add(E element) {
        @Nullable Object[] room = room();
        room[(head + size) & (room.length - 1)] = element;
        size++;
    }

    /** The element at an index. */
    @SuppressWarnings("unchecked") // nothing else is put in
    public E get(int index) {
        @Nullable Object[] kept = kept(index);
        return (E) Objects.requireNonNull(kept[(head + index) & (kept.length - 1)], "element");
    }

    private @Nullable Object[] kept(int index) {
        if (elements == null || index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index: " + index + " (expected: below " + size + ")");
        }
        return elements;
    }

    /** Takes the oldest out. */
    public E poll() {
        @Nullable Object[] kept = kept(0);
        E oldest = get(0);
        kept[head] = null;
        head = (head + 1) & (kept.length - 1);
        size--;
        if (size == 0 && kept.length > LONG) {
            elements = null;
            head = 0;
        }
        return oldest;
    }

    /**
     * The index of the first element that comes after a place, or the size.
     *
     * @param order where an element stands to the place, negative or zero for not after it; the elements are in this order
     */
    public int firstAfter(ToLongFunction<? super E> order) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (order.applyAsLong(get(middle)) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The array, with room for one more. */
    private @Nullable Object[] room() {
        @Nullable Object[] kept = elements;
        if (kept != null && size < kept.length) {
            return kept;
        }
        @Nullable Object[] larger = new Object[kept == null ? FIRST_CAPACITY : 2 * kept.length];
        for (int i = 0; i < size; i++) {
            larger[i] = get(i);
        }
        elements = larger;
        head = 0;
        return larger;
    }
}
