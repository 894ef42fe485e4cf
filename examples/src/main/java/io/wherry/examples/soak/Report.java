// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What came of a soak. Immutable, but for the tally, in which nothing is counted any more.
 *
 * @param tookNanos how long it took
 * @param sum what became of all streams
 * @param all whether all that was sent has come
 * @param cuts how many connections were cut
 */
record Report(Plan plan, long tookNanos, Stream.Sum sum, boolean all, long cuts, Tally tally) {

    /** Whether the promise was kept: all has come, or a gap was told in its place, each once and in order. */
    boolean isKept() {
        return sum.lost() == 0
                && sum.doubled() == 0
                && sum.outOfOrder() == 0
                && tally.astray.sum() == 0
                && tally.refused.sum() == 0
                && (all || sum.told() > 0);
    }

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "seed %d, %d channels in %d groups, %.1f s%n",
                plan.seed(),
                plan.channels(),
                plan.groups(),
                (double) tookNanos / TimeUnit.SECONDS.toNanos(1));
        row(out, "delivered", tally.delivered.sum());
        tally.byTransport().forEach((name, count) -> row(out, "  by " + name, count));
        row(out, "lost", sum.lost());
        row(out, "doubled", sum.doubled());
        row(out, "out of order", sum.outOfOrder());
        row(out, "at the wrong place", tally.astray.sum());
        row(out, "failed, as the sender was told", tally.refused.sum());
        row(out, "gaps told", tally.gaps.sum());
        row(out, "  missing there", sum.told());
        row(out, "changes of transport asked for", tally.changesAsked.sum());
        row(out, "  done", tally.changesDone.sum());
        row(out, "  failed, stayed where it was", tally.changesFailed.sum());
        row(out, "changes of transport in all", tally.changesSeen.sum());
        row(out, "connections cut", cuts);
        row(out, "longest delay, ms", TimeUnit.NANOSECONDS.toMillis(tally.longestDelayNanos.get()));
        out.println(isKept() ? "The promise was kept." : "The promise was NOT kept.");
    }

    private static void row(PrintStream out, String name, long count) {
        out.printf(Locale.ROOT, "%-32s %10d%n", name, count);
    }
}
