// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.util.List;

/** What was published to an audience, and so what each of it is to receive. Used by one thread. */
final class Tally {

    private final Audience audience;
    private final int[] readers;
    private final long[] messages;
    private long published;
    private long deliveries;

    Tally(Audience audience) {
        this.audience = audience;
        this.readers = audience.readers();
        this.messages = new long[audience.topics()];
    }

    /** So many more messages are published. */
    void publish(int count) {
        for (int i = 0; i < count; i++) {
            int topic = audience.rotation().topic(published++, audience.topics());
            messages[topic]++;
            deliveries += readers[topic];
        }
    }

    /** How many messages were published. */
    long published() {
        return published;
    }

    /** How often one of them is to be received by somebody. */
    long deliveries() {
        return deliveries;
    }

    /** How many messages a subscriber is to receive. */
    long of(int subscriber) {
        List<Integer> topics = audience.subscribers().get(subscriber);
        long sum = 0;
        for (int topic : topics) {
            sum += messages[topic];
        }
        return sum;
    }
}
