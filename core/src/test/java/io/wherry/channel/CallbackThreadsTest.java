// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.spi.Environment;
import io.wherry.spi.Loops;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CallbackThreadsTest {

    private static final int MANY = 40;

    private final ManualLoop loop = new ManualLoop();
    /** Threads that were called and have not come yet. */
    private final Queue<Runnable> called = new ArrayDeque<>();

    private final List<String> done = new ArrayList<>();
    private final CallbackThreads threads = CallbackThreads.over(called::add, List.of(loop));

    private Runnable say(String what) {
        return () -> done.add(what);
    }

    @Test
    void callsOneThreadForAllThatATurnOfALoopHandsOver() {
        loop.inLoop(() -> {
            threads.execute(say("first"));
            threads.execute(say("second"));
            threads.execute(say("third"));
        });
        assertThat(called).isEmpty();
        loop.runAll();
        assertThat(called).hasSize(1);

        called.remove().run();

        assertThat(done).containsExactly("first", "second", "third");
        assertThat(called).as("called in case a task blocks").hasSize(1);
        called.remove().run();
        assertThat(called).isEmpty();
        assertThat(done).hasSize(3);
    }

    @Test
    void callsAtOnceFromElsewhereAndWhereALoopHandsOverALot() {
        threads.execute(say("from elsewhere"));
        assertThat(called).hasSize(1);
        called.remove().run();
        assertThat(done).containsExactly("from elsewhere");

        loop.inLoop(() -> {
            for (int i = 0; i < 1000 && called.isEmpty(); i++) {
                threads.execute(say("one of many"));
            }
        });
        assertThat(called).hasSize(1);
    }

    @Test
    void callsBeforeALoopBeginsWhatTakesLong() {
        loop.inLoop(() -> {
            threads.execute(say("first"));
            threads.callNow(loop);
            assertThat(called).hasSize(1);
            threads.callNow(loop);
        });
        called.remove().run();
        loop.runAll();
        assertThat(called).as("nothing waits any more").isEmpty();
        assertThat(done).containsExactly("first");
    }

    @Test
    void anotherThreadTakesWhatWaitsBehindATaskThatBlocks() {
        threads.execute(() -> {
            threads.execute(say("handed in by a task"));
            called.remove().run();
            done.add("first");
        });
        threads.execute(say("second"));

        called.remove().run();

        assertThat(done).containsExactly("second", "handed in by a task", "first");
    }

    @Test
    void wakesALoopOnceWhenNothingMoreWaits() {
        for (int i = 0; i < 3; i++) {
            threads.execute(() -> {
                loop.executeQuietly(say("on the loop"));
                threads.wakeLater();
            });
        }
        called.remove().run();
        assertThat(loop.wakeUps()).isEqualTo(1);

        called.remove().run();
        assertThat(loop.wakeUps()).isEqualTo(1);
    }

    @Test
    void aLoopIsWokenThoughTheLastTaskBlocks() {
        threads.execute(() -> {
            loop.executeQuietly(say("on the loop"));
            threads.wakeLater();
        });
        threads.execute(() -> {
            called.remove().run();
            done.add("woken: " + loop.wakeUps());
        });
        called.remove().run();
        assertThat(done).containsExactly("woken: 1");
    }

    @Test
    void aLoopIsWokenThoughTheNextCallbackOfTheSameChannelBlocks() {
        Dispatcher dispatcher = new Dispatcher(threads, 1000, () -> {});
        dispatcher.dispatch(0, () -> {
            loop.executeQuietly(say("on the loop"));
            threads.wakeLater();
        });
        dispatcher.dispatch(0, () -> {
            called.remove().run();
            done.add("woken: " + loop.wakeUps());
        });
        called.remove().run();
        assertThat(done).containsExactly("woken: 1");
    }

    @Test
    void goesOnAfterAFailureAndWithoutItsInterrupt() {
        threads.execute(() -> {
            Thread.currentThread().interrupt();
            throw new AssertionError("thrown by the test");
        });
        threads.execute(() -> done.add("interrupted: " + Thread.currentThread().isInterrupted()));

        called.remove().run();

        assertThat(done).containsExactly("interrupted: false");
    }

    @Test
    void whatWaitsIsTakenByTheNextThatCanBeCalled() {
        AtomicBoolean isFull = new AtomicBoolean(true);
        CallbackThreads scarce = CallbackThreads.over(
                task -> {
                    if (isFull.get()) {
                        throw new OutOfMemoryError("thrown by the test");
                    }
                    called.add(task);
                },
                List.of(loop));
        scarce.execute(say("first"));
        isFull.set(false);
        scarce.execute(say("second"));

        called.remove().run();

        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void handsEachTaskByItselfToAnExecutorThatIsGiven() {
        CallbackThreads given = CallbackThreads.of(
                new Environment(Loops.given(List.of(loop)), called::add, new Random(1), loop::nanoTime), List.of(loop));
        loop.inLoop(() -> {
            given.execute(say("first"));
            given.execute(say("second"));
        });
        assertThat(called).hasSize(2);

        called.remove().run();

        assertThat(done).containsExactly("first");
    }

    @Test
    void asManyAsAreHandedInMayBlockAtATime() throws Exception {
        CallbackThreads real = CallbackThreads.of(null, List.of(loop));
        CyclicBarrier all = new CyclicBarrier(MANY + 1);
        Runnable task = () -> {
            try {
                all.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
        try {
            for (int i = 0; i < MANY / 2; i++) {
                real.execute(task);
            }
            loop.inLoop(() -> {
                for (int i = 0; i < MANY / 2; i++) {
                    real.execute(task);
                }
            });
            loop.runAll();
            all.await(20, TimeUnit.SECONDS);
        } finally {
            real.close();
        }
    }

    @Test
    void whatWasTakenIsRunThoughTheThreadsAreClosed() throws Exception {
        CallbackThreads real = CallbackThreads.of(null, List.of(loop));
        CountDownLatch run = new CountDownLatch(2);
        loop.inLoop(() -> {
            real.execute(run::countDown);
            real.execute(run::countDown);
        });

        real.close();

        assertThat(run.await(20, TimeUnit.SECONDS)).isTrue();
        real.execute(say("too late"));
        real.awaitEnd(TimeUnit.SECONDS.toNanos(20));
        assertThat(done).isEmpty();
    }
}
