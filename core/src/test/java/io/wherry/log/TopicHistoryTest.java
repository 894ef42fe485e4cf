// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.SlowReader;
import io.wherry.TopicOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopicHistoryTest {

    private final AtomicLong now = new AtomicLong();
    private final Log log = new Log(new Random(1), now::get);

    private List<Long> read(TopicHistory history, long after, long upTo, int max) {
        List<Entry> entries = new ArrayList<>();
        history.read(after, upTo, max, now.get(), entries);
        return entries.stream().map(Entry::sequence).toList();
    }

    private long dropped(TopicHistory history) {
        return history.read(0, Long.MAX_VALUE, 0, now.get(), new ArrayList<>());
    }

    @Test
    void keepsTheNewestByCount() {
        TopicHistory history = log.open("t", TopicOptions.defaults().maxCount(3));
        for (int i = 0; i < 5; i++) {
            log.append(history, Message.of("m"));
        }

        assertThat(read(history, 0, 100, 100)).containsExactly(3L, 4L, 5L);
        assertThat(dropped(history)).isEqualTo(2);
    }

    @Test
    void keepsTheNewestByBytesButAlwaysOne() {
        TopicHistory history = log.open("t", TopicOptions.defaults().maxBytes(10));
        log.append(history, Message.of("12345"));
        log.append(history, Message.of("12345"));
        assertThat(read(history, 0, 100, 100)).containsExactly(1L, 2L);

        log.append(history, Message.of("6"));
        assertThat(read(history, 0, 100, 100)).containsExactly(2L, 3L);

        log.append(history, Message.of("a message of more than ten bytes"));
        assertThat(read(history, 0, 100, 100)).containsExactly(4L);
        assertThat(dropped(history)).isEqualTo(3);
    }

    @Test
    void dropsByAgeWhenItIsRead() {
        TopicHistory history = log.open("t", TopicOptions.defaults().maxAge(Duration.ofSeconds(1)));
        log.append(history, Message.of("old"));
        now.addAndGet(Duration.ofMillis(600).toNanos());
        log.append(history, Message.of("young"));
        now.addAndGet(Duration.ofMillis(600).toNanos());

        assertThat(read(history, 0, 100, 100)).containsExactly(2L);
        assertThat(dropped(history)).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(history.latest(now.get())).isNull();
        assertThat(history.newestSequence()).isEqualTo(2);
    }

    @Test
    void readsFromAPlaceUpToAPlaceAndSoMany() {
        TopicHistory history = log.open("t", TopicOptions.defaults());
        TopicHistory other = log.open("u", TopicOptions.defaults());
        for (int i = 0; i < 40; i++) {
            log.append(i % 2 == 0 ? history : other, Message.of("m"));
        }

        assertThat(read(history, 10, 20, 100)).containsExactly(11L, 13L, 15L, 17L, 19L);
        assertThat(read(history, 11, 100, 2)).containsExactly(13L, 15L);
        assertThat(read(history, 39, 100, 100)).isEmpty();
        List<Entry> last = new ArrayList<>();
        history.readLast(3, 30, now.get(), last);
        assertThat(last).extracting(Entry::sequence).containsExactly(25L, 27L, 29L);
    }

    @Test
    void aQuietTopicHasDroppedNothing() {
        TopicHistory quiet = log.open("quiet", TopicOptions.defaults());
        TopicHistory busy = log.open("busy", TopicOptions.defaults().maxCount(1));
        log.append(quiet, Message.of("m"));
        for (int i = 0; i < 1000; i++) {
            log.append(busy, Message.of("m"));
        }

        assertThat(dropped(quiet)).isZero();
        assertThat(read(quiet, 0, 2000, 10)).containsExactly(1L);
    }

    private List<String> readBehind(TopicHistory history, long after, long upTo) {
        List<Entry> entries = new ArrayList<>();
        history.readBehind(after, upTo, 100, now.get(), entries);
        return entries.stream().map(entry -> entry.envelope().message().text()).toList();
    }

    private long missing(TopicHistory history, long after) {
        return history.readBehind(after, Long.MAX_VALUE, 100, now.get(), new ArrayList<>());
    }

    private void append(TopicHistory history, @Nullable String key, String text) {
        log.append(history, Message.of(text).withKey(key));
    }

    @Test
    void givesTheLatestAloneToWhoIsBehind() {
        TopicHistory history = log.open(
                "t",
                TopicOptions.defaults()
                        .slowReader(SlowReader.latest())
                        .maxCount(3)
                        .maxAge(Duration.ofSeconds(1)));
        for (int i = 1; i <= 5; i++) {
            append(history, null, "m" + i);
        }

        assertThat(readBehind(history, 0, 100)).containsExactly("m5");
        assertThat(readBehind(history, 2, 4)).containsExactly("m4");
        assertThat(readBehind(history, 5, 100)).isEmpty();
        assertThat(missing(history, 0)).isZero();
        assertThat(read(history, 0, 100, 100)).containsExactly(3L, 4L, 5L);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(missing(history, 0)).isEqualTo(5);
    }

    @Test
    void keepsTheLatestOfEachKey() {
        TopicHistory history = log.open(
                "t",
                TopicOptions.defaults()
                        .slowReader(SlowReader.latestByKey())
                        .maxCount(3)
                        .maxBytes(12));
        append(history, "a", "a1");
        append(history, "b", "b1");
        append(history, "a", "a2");
        append(history, "a", "a3");
        append(history, null, "n1");

        assertThat(readBehind(history, 0, 100)).containsExactly("b1", "a3", "n1");
        assertThat(readBehind(history, 4, 100)).containsExactly("n1");
        assertThat(dropped(history)).isZero();
        List<Entry> last = new ArrayList<>();
        history.readLast(2, 4, now.get(), last);
        assertThat(last).extracting(Entry::sequence).containsExactly(2L, 4L);

        append(history, "b", "b2");
        assertThat(dropped(history)).isZero();
        append(history, "c", "c1");
        assertThat(dropped(history)).isEqualTo(4);
        assertThat(readBehind(history, 0, 100)).containsExactly("n1", "b2", "c1");
        append(history, "c", "123456789");
        assertThat(readBehind(history, 0, 100)).containsExactly("b2", "123456789");
        append(history, "a", "a4");
        assertThat(readBehind(history, 0, 100)).containsExactly("123456789", "a4");
        assertThat(dropped(history)).isEqualTo(6);
        assertThat(history.countAfter(8)).isEqualTo(1);
    }
}
