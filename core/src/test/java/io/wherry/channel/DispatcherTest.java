// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class DispatcherTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final Dispatcher dispatcher = new Dispatcher(threads::add, 100, () -> done.add("drained"));

    @Test
    void callsInOrderAndOneAtATime() {
        dispatcher.dispatch(1, () -> {
            dispatcher.dispatch(1, () -> done.add("third"));
            done.add("first");
        });
        dispatcher.dispatch(1, () -> done.add("second"));

        assertThat(threads).hasSize(1);
        threads.remove().run();
        assertThat(done).containsExactly("first", "second", "third");
        assertThat(threads).isEmpty();
    }

    @Test
    void goesOnAfterAFailure() {
        dispatcher.dispatch(0, () -> {
            throw new java.io.IOException("thrown by the test");
        });
        dispatcher.dispatch(0, () -> {
            throw new AssertionError("thrown by the test");
        });
        dispatcher.dispatch(0, () -> done.add("next"));

        threads.remove().run();

        assertThat(done).containsExactly("next");
    }

    @Test
    void tellsWhenItIsFullAndWhenHalfIsDone() {
        for (int i = 0; i < 4; i++) {
            dispatcher.dispatch(30, () -> done.add(dispatcher.isOverHigh() ? "full" : "not full"));
        }
        assertThat(dispatcher.isOverHigh()).isTrue();

        threads.remove().run();

        assertThat(done).containsExactly("full", "full", "full", "drained", "not full");
        assertThat(dispatcher.isOverHigh()).isFalse();
    }
}
