// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.log.TopicHistory;

/** A reader's stay on a topic: from where on it reads, and what it was told is missing. Confined to the reader's loop. */
final class Subscribed {

    private final TopicHistory history;
    private final long from;
    private long toldUpTo;

    /**
     * Begins a stay.
     *
     * @param from entries up to this sequence number are none of this reader's
     */
    Subscribed(TopicHistory history, long from) {
        this.history = history;
        this.from = from;
        this.toldUpTo = from;
    }

    TopicHistory history() {
        return history;
    }

    long from() {
        return from;
    }

    /** The sequence number up to which missing entries were told on this connection. */
    long toldUpTo() {
        return toldUpTo;
    }

    void told(long upTo) {
        toldUpTo = upTo;
    }

    /** Lets gaps be told again, on a new connection. */
    void forgetTold() {
        toldUpTo = from;
    }
}
