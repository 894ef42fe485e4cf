// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.SlowReader;
import io.wherry.TopicOptions;
import io.wherry.log.Entry;
import io.wherry.log.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConflationTest {

    private final ManualLoop loop = new ManualLoop();
    private final Log log = new Log(new Random(1), loop::nanoTime);

    private Conflation conflation(TopicOptions options) {
        return new Conflation(
                log,
                log.open("topic", options),
                (task, nanos) -> {
                    loop.schedule(task, nanos);
                    return true;
                },
                Runnable::run);
    }

    private static TopicOptions options(SlowReader policy) {
        return TopicOptions.defaults().slowReader(policy);
    }

    private static CompletableFuture<Position> publish(Conflation to, String text, @Nullable String key) {
        return to.publish(Message.of(text).withKey(key)).toCompletableFuture();
    }

    private void passMillis(long millis) {
        loop.advance(Duration.ofMillis(millis).toNanos());
    }

    private List<String> kept() {
        List<Entry> entries = new ArrayList<>();
        log.open("topic", TopicOptions.defaults()).read(0, Long.MAX_VALUE, 1000, log.now(), entries);
        return entries.stream().map(entry -> entry.envelope().message().text()).toList();
    }

    @Test
    void letsTheFirstThroughAndThenTheLatestOfEachInterval() {
        Conflation conflation = conflation(options(SlowReader.latest().atMost(10)));

        assertThat(publish(conflation, "a", null)).isCompletedWithValue(log.position(1));
        CompletableFuture<Position> superseded = publish(conflation, "b", null);
        CompletableFuture<Position> latest = publish(conflation, "c", "key");
        assertThat(kept()).containsExactly("a");
        passMillis(99);
        assertThat(latest).isNotDone();
        passMillis(1);

        assertThat(kept()).containsExactly("a", "c");
        assertThat(latest).isCompletedWithValue(log.position(2));
        assertThat(superseded).isCompletedWithValue(log.position(2));
        publish(conflation, "d", null);
        passMillis(99);
        assertThat(kept()).containsExactly("a", "c");
        passMillis(1);
        assertThat(kept()).containsExactly("a", "c", "d");
    }

    @Test
    void waitsForNobodyAfterAPause() {
        Conflation conflation = conflation(options(SlowReader.latest().atMost(10)));
        publish(conflation, "a", null);
        passMillis(100);

        assertThat(publish(conflation, "b", null)).isCompletedWithValue(log.position(2));
        passMillis(1000);
        assertThat(kept()).containsExactly("a", "b");
    }

    @Test
    void tellsKeysApart() {
        Conflation conflation = conflation(options(SlowReader.latestByKey().atMost(2)));
        publish(conflation, "x", "first");
        publish(conflation, "a1", "a");
        publish(conflation, "b1", "b");
        publish(conflation, "a2", "a");
        publish(conflation, "none1", null);
        publish(conflation, "none2", null);
        passMillis(500);

        assertThat(kept()).containsExactly("x", "b1", "a2", "none2");
    }

    @Test
    void holdsNoMoreThanTheTopicWouldKeep() {
        Conflation conflation =
                conflation(options(SlowReader.latestByKey().atMost(1)).maxCount(3));
        publish(conflation, "first", "first");
        CompletableFuture<Position> oldest = publish(conflation, "k0", "k0");
        for (int i = 1; i < 4; i++) {
            assertThat(oldest).isNotDone();
            publish(conflation, "k" + i, "k" + i);
        }
        assertThat(oldest).isCompletedWithValue(log.position(2));
        passMillis(1000);
        assertThat(kept()).containsExactly("k1", "k2", "k3");
    }

    @Test
    void losesNothingWhenItIsStopped() {
        Conflation conflation = conflation(options(SlowReader.latest().atMost(1)));
        publish(conflation, "a", null);
        CompletableFuture<Position> waiting = publish(conflation, "b", null);

        conflation.stop();

        assertThat(waiting).isCompletedWithValue(log.position(2));
        assertThat(publish(conflation, "c", null)).isCompleted();
        assertThat(publish(conflation, "d", null)).isCompleted();
        assertThat(kept()).containsExactly("a", "b", "c", "d");
    }
}
