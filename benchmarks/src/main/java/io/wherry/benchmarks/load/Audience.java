// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Rotation;
import io.wherry.benchmarks.server.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who subscribes to what. Immutable.
 *
 * @param topics how many there are
 * @param rotation which of them a message goes to
 * @param subscribers the topics of each
 */
record Audience(int topics, Rotation rotation, List<List<Integer>> subscribers) {

    private static final List<Integer> FIRST = List.of(0);

    /** So many, all of whom read the only topic. */
    static Audience ofOne(int subscribers) {
        return new Audience(1, Rotation.ALL, Collections.nCopies(subscribers, FIRST));
    }

    /** So many, each of whom reads some topics, of which it shares some with those before and after it. */
    static Audience ofMany(int subscribers, int each, int shift) {
        List<List<Integer>> all = new ArrayList<>();
        for (int i = 0; i < subscribers; i++) {
            int first = i * shift;
            all.add(IntStream.range(first, first + each).boxed().toList());
        }
        return new Audience((subscribers - 1) * shift + each, Rotation.ALL, all);
    }

    /** So many, each of whom reads a topic of its own. */
    static Audience ofOneEach(int subscribers) {
        return ofMany(subscribers, 1, 1);
    }

    /** So many, who read the first topic, and one more, who reads all others; each second message goes to the first topic. */
    static Audience beside(int subscribers, int others) {
        List<List<Integer>> all = new ArrayList<>(Collections.nCopies(subscribers, FIRST));
        all.add(IntStream.rangeClosed(1, others).boxed().toList());
        return new Audience(1 + others, Rotation.FIRST_AND_OTHERS, all);
    }

    /** How many subscribers there are of each topic. */
    int[] readers() {
        int[] readers = new int[topics];
        subscribers.forEach(each -> each.forEach(topic -> readers[topic]++));
        return readers;
    }

    /** How many subscriptions there are in all. */
    int subscriptions() {
        return subscribers.stream().mapToInt(List::size).sum();
    }

    /** What a server has to know of it. */
    Settings settings(Settings before) {
        return before.with(Settings.TOPICS, Integer.toString(topics)).with(Settings.ROTATION, rotation.name());
    }
}
