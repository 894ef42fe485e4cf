// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.wherry.testkit.proxy.HttpRule.Kind;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * What can go wrong with some requests: what {@link HttpProxy#when} gives. Each method makes a fault, which is on from then
 * on, and strikes once for each request that it meets. Immutable.
 */
public final class HttpFaults {

    private final HttpProxy proxy;
    private final Predicate<? super ProxiedRequest> requests;
    private final int times;

    HttpFaults(HttpProxy proxy, Predicate<? super ProxiedRequest> requests, int times) {
        this.proxy = proxy;
        this.requests = requests;
        this.times = times;
    }

    /** The same, for the first so many of these requests only. */
    public HttpFaults times(int count) {
        return new HttpFaults(proxy, requests, count);
    }

    /** The same, for the first of these requests only. */
    public HttpFaults once() {
        return times(1);
    }

    /** Harms nothing: only counts. */
    public Fault watch() {
        return make(Kind.WATCH, 0, "watch");
    }

    /** Answers with a status, and does not forward the request. */
    public Fault answer(int status) {
        return make(Kind.ANSWER, status, "answer " + status);
    }

    /** Loses the request: the server does not see it, and the client gets no answer and no end. */
    public Fault swallow() {
        return make(Kind.SWALLOW, 0, "swallow");
    }

    /** Resets the client's connection when the request has come; the server does not see it. */
    public Fault cut() {
        return make(Kind.CUT, 0, "cut");
    }

    /** Forwards the request, and resets the client's connection so long after that, whatever it carries then. */
    public Fault cutAfter(Duration time) {
        return make(Kind.CUT_LATER, time.toNanos(), "cut after " + time);
    }

    /** Takes {@code Upgrade} and {@code Connection} out of the request. Strikes those that had an {@code Upgrade}. */
    public Fault stripUpgrade() {
        return make(Kind.STRIP_UPGRADE, 0, "strip upgrade");
    }

    /**
     * Answers a WebSocket's handshake with 101 in the server's place, and passes nothing on after that. Strikes those that
     * had an {@code Upgrade}.
     */
    public Fault silentUpgrade() {
        return make(Kind.SILENT_UPGRADE, 0, "silent upgrade");
    }

    /** Forwards the request so much later. */
    public Fault delay(Duration time) {
        return make(Kind.DELAY, time.toNanos(), "delay by " + time);
    }

    /**
     * Holds a request until the next of these, on another connection, has been answered. Strikes when it was overtaken; after
     * the given time it goes on without.
     */
    public Fault reorder(Duration atMost) {
        return make(Kind.REORDER, atMost.toNanos(), "reorder");
    }

    /** Sends the request twice, one after the other; the answer to the first is dropped. */
    public Fault duplicate() {
        return make(Kind.DUPLICATE, 0, "duplicate");
    }

    /** Sends the request twice, at the same time: two polls overlap. The answer to the first is dropped. */
    public Fault overlap() {
        return make(Kind.OVERLAP, 0, "overlap");
    }

    /** Forwards the request, and resets the client's connection in place of the answer: the server has acted. */
    public Fault loseAnswer() {
        return make(Kind.LOSE_ANSWER, 0, "lose answer");
    }

    /** Holds the response back until it has come to its end. Off, what was held goes on. */
    public Fault bufferResponse() {
        return make(Kind.BUFFER, 0, "buffer response");
    }

    /** Holds the response back until so many bytes of its body have come, or its end. Off, what was held goes on. */
    public Fault holdResponse(long bytes) {
        return make(Kind.HOLD_BYTES, bytes, "hold response until " + bytes + " bytes");
    }

    /** Holds the response back for so long from its begin. Off, what was held goes on. */
    public Fault holdResponse(Duration time) {
        return make(Kind.HOLD_TIME, time.toNanos(), "hold response for " + time);
    }

    private Fault make(Kind kind, long amount, String name) {
        return proxy.add(requests, kind, amount, name, times);
    }
}
