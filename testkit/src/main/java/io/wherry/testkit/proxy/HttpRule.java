// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A fault of requests or responses, and which it meets. Confined to the proxy's loop, but for making it. */
final class HttpRule {

    /** What is done, in this order when several meet one request. */
    enum Kind {
        WATCH,
        ANSWER,
        SWALLOW,
        CUT,
        SILENT_UPGRADE,
        STRIP_UPGRADE,
        DELAY,
        REORDER,
        DUPLICATE,
        OVERLAP,
        CUT_LATER,
        LOSE_ANSWER,
        BUFFER,
        HOLD_BYTES,
        HOLD_TIME
    }

    private final Predicate<? super ProxiedRequest> requests;
    private final Kind kind;
    private final long amount;
    private final Fault fault;
    /** The request that waits to be overtaken. */
    private @Nullable Exchange waiting;

    HttpRule(Predicate<? super ProxiedRequest> requests, Kind kind, long amount, Fault fault) {
        this.requests = requests;
        this.kind = kind;
        this.amount = amount;
        this.fault = fault;
    }

    boolean meets(ProxiedRequest request) {
        return fault.isOn() && requests.test(request);
    }

    Kind kind() {
        return kind;
    }

    /** A status, bytes, or nanoseconds. */
    long amount() {
        return amount;
    }

    Fault fault() {
        return fault;
    }

    @Nullable Exchange waiting() {
        return waiting;
    }

    void waiting(@Nullable Exchange exchange) {
        waiting = exchange;
    }
}
