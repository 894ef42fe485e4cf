// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.log.TopicHistory;

/** A reader's stay on a topic: from where on it reads, and what it was told is missing. Confined to the reader's loop. */
final class Subscribed {

    private final TopicHistory history;
    private final long from;
    private final long wholeUpTo;
    private long toldUpTo;
    private long connectedAt;

    /**
     * Begins a stay.
     *
     * @param from entries up to this sequence number are none of this reader's
     * @param wholeUpTo entries up to this sequence number were asked for, so that none of them is passed over
     */
    Subscribed(TopicHistory history, long from, long wholeUpTo) {
        this.history = history;
        this.from = from;
        this.wholeUpTo = wholeUpTo;
        this.toldUpTo = from;
    }

    TopicHistory history() {
        return history;
    }

    long from() {
        return from;
    }

    /** The sequence number up to which nothing is passed over. */
    long wholeUpTo() {
        return wholeUpTo;
    }

    /** The sequence number up to which being behind is no fault of the present connection. */
    long connectedAt() {
        return connectedAt;
    }

    /** The sequence number up to which missing entries were told on this connection. */
    long toldUpTo() {
        return toldUpTo;
    }

    void told(long upTo) {
        toldUpTo = upTo;
    }

    /** Begins anew with a connection: gaps are told again, and nobody is slow yet. */
    void connected(long lastSequence) {
        toldUpTo = from;
        connectedAt = lastSequence;
    }

    /** Whether the topic does not wait for a reader that has come as far as this. */
    boolean isTooFarBehind(long written) {
        int most = history.options().slowReader().maxBehind();
        return most > 0 && history.countAfter(Math.max(written, Math.max(from, connectedAt))) > most;
    }
}
