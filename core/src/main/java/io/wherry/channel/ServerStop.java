// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * How a server stops: it lets its clients go in order, as far as there is time, then all that are left; and it tells each when
 * to come back, spread at random so that they do not come all at once. Thread-safe.
 *
 * <p>A part of the time is kept for the end: for those who could not be let go, and for the sockets.
 */
final class ServerStop {

    private static final long SECOND = 1_000_000_000L;
    private static final long MAX_KEPT = 2 * SECOND;

    private final RandomGenerator random;
    private final Loop loop;
    private final long spreadNanos;
    private final long endsAtNanos;
    private final boolean inOrder;

    /**
     * Begins.
     *
     * @param grace how long it may take; with nothing clients are let go at once
     * @param clients how many are to come back
     * @param rate how many may come back each second
     * @param loop whose clock and timers it goes by
     */
    ServerStop(Duration grace, int clients, int rate, RandomGenerator random, Loop loop) {
        this.random = random;
        this.loop = loop;
        this.spreadNanos = Math.max(SECOND / 10, clients * SECOND / rate);
        this.endsAtNanos = loop.nanoTime() + Durations.nanos(grace);
        this.inOrder = grace.compareTo(Duration.ZERO) > 0;
    }

    /** How long it may still take, in nanoseconds; none when not positive. */
    long leftNanos() {
        return endsAtNanos - loop.nanoTime();
    }

    /** What a client is told that is let go: it may come back soon, since another server may be there already. */
    WherryException farewell() {
        return stopping(random.nextLong(spreadNanos + 1));
    }

    /** What one is told that comes now: it comes back when this server has gone. */
    WherryException refusal() {
        return stopping(Math.max(0, leftNanos()) + random.nextLong(spreadNanos + 1));
    }

    private static WherryException stopping(long comeBackNanos) {
        return new WherryException(ErrorCode.UNAVAILABLE, "the server is stopping")
                .withRetryAfter(Duration.ofMillis(comeBackNanos / 1_000_000 + 1));
    }

    /**
     * Lets everybody go.
     *
     * @param underWay requests that came by themselves, to be waited for
     * @param closeTimeoutNanos how long to wait for those that are let go at once, where there is no grace
     * @return completes when all are told, or time is over
     */
    CompletableFuture<Void> letGo(
            Supplier<Collection<ServerChannel>> channels,
            Supplier<Collection<PlainReader>> readers,
            Collection<? extends CompletableFuture<?>> underWay,
            long closeTimeoutNanos) {
        if (!inOrder) {
            return within(loop, closeTimeoutNanos, endAll(channels, readers));
        }
        List<CompletableFuture<?>> leaving = new ArrayList<>(underWay);
        channels.get().forEach(channel -> leaving.add(channel.leave(farewell())));
        readers.get().forEach(reader -> leaving.add(reader.leave(farewell())));
        long left = leftNanos();
        long kept = Math.min(MAX_KEPT, left / 4);
        return within(loop, left - kept, all(leaving))
                .thenCompose(done -> within(loop, Math.min(leftNanos(), kept) / 2, endAll(channels, readers)));
    }

    /** A stage that is completed when a time is over. */
    static CompletableFuture<Void> within(Loop loop, long nanos, CompletableFuture<Void> stage) {
        Loop.Timer bound = loop.schedule(() -> stage.complete(null), nanos);
        return stage.whenComplete((done, failure) -> bound.cancel());
    }

    private CompletableFuture<Void> endAll(
            Supplier<Collection<ServerChannel>> channels, Supplier<Collection<PlainReader>> readers) {
        List<CompletableFuture<?>> told = new ArrayList<>();
        channels.get().forEach(channel -> told.add(channel.stop(farewell())));
        readers.get().forEach(reader -> reader.stop(farewell()));
        return all(told);
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<?>> stages) {
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new)).exceptionally(failure -> null);
    }

    /** How long the ports may take to close. */
    Duration portsMayTake(long closeTimeoutNanos) {
        return Duration.ofNanos(inOrder ? Math.max(1, leftNanos() * 3 / 4) : closeTimeoutNanos);
    }
}
