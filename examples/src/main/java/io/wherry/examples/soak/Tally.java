// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import io.wherry.Message;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What is counted while a soak runs. Thread-safe. */
final class Tally {

    final LongAdder delivered = new LongAdder();
    final LongAdder astray = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder changesAsked = new LongAdder();
    final LongAdder changesDone = new LongAdder();
    final LongAdder changesFailed = new LongAdder();
    final LongAdder changesSeen = new LongAdder();
    final LongAccumulator longestDelayNanos = new LongAccumulator(Math::max, 0);
    private final Map<String, LongAdder> byTransport = new ConcurrentHashMap<>();

    /** What a message says of itself: who has sent it, which of that source's it is, and when. */
    record Label(int source, long number, long sentNanos) {

        /** A message with this label, and so many bytes behind it. */
        Message message(int padding) {
            return Message.of(source + " " + number + " " + sentNanos + " " + "x".repeat(padding));
        }

        /** The label of a message. */
        static Label of(Message message) {
            String[] parts = message.text().split(" ", 4);
            return new Label(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        }
    }

    /** A message has come by a transport. */
    void delivered(Label label, String transport) {
        delivered.increment();
        longestDelayNanos.accumulate(System.nanoTime() - label.sentNanos);
        byTransport.computeIfAbsent(transport, name -> new LongAdder()).increment();
    }

    /** How many messages came by each transport. */
    Map<String, Long> byTransport() {
        Map<String, Long> counts = new TreeMap<>();
        byTransport.forEach((name, count) -> counts.put(name, count.sum()));
        return counts;
    }

    @Override
    public String toString() {
        return delivered + " delivered, " + changesDone + " of " + changesAsked + " changes done";
    }
}
