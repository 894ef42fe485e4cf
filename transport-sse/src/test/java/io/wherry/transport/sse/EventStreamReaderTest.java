// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventStreamReaderTest {

    private static final int MAX_DATA = 1000;

    /** What a stream gives: {@code type|data|id} for each event, then {@code id=… retry=…}. */
    static Stream<Arguments> streams() {
        return Stream.of(
                stream("", "id= retry=-1"),
                stream("data: a\n\n", "message|a|", "id= retry=-1"),
                stream(
                        "data:a\r\rdata: b\r\n\r\ndata:  c\n\n",
                        "message|a|",
                        "message|b|",
                        "message| c|",
                        "id= retry=-1"),
                stream("\uFEFFdata: a\n\n", "message|a|", "id= retry=-1"),
                stream("\uFEFF\uFEFFdata: a\n\ndata: b\n\n", "message|b|", "id= retry=-1"),
                stream("\uFEFF\ndata: b\n\n", "message|b|", "id= retry=-1"),
                stream("\uFEFE: no mark\ndata: b\n\n", "message|b|", "id= retry=-1"),
                stream("data: a\ndata: b\ndata:\ndata\ndata: c\n\n", "message|a\nb\n\n\nc|", "id= retry=-1"),
                stream("data\n\ndata:\n\ndata: \n\n", "message||", "message||", "message||", "id= retry=-1"),
                stream(": comment\n:\ndata: a\n: another\n\n:\n\n", "message|a|", "id= retry=-1"),
                stream("event: e\ndata: a\n\ndata: b\n\n", "e|a|", "message|b|", "id= retry=-1"),
                stream("event: e\n\ndata: b\n\n", "message|b|", "id= retry=-1"),
                stream("event: error\ndata: b\n\nevent: open\ndata\n\n", "error|b|", "open||", "id= retry=-1"),
                stream("event: e\nevent\ndata: a\n\n", "message|a|", "id= retry=-1"),
                stream(
                        "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
                        "message|a|1",
                        "message|b|1",
                        "message|c|",
                        "id= retry=-1"),
                stream("id: k3-1\n\n", "id=k3-1 retry=-1"),
                stream("id: k3-1\n\nid: 7\ndata: x\n", "id=k3-1 retry=-1"),
                stream("id: 1\0\ndata: a\n\nid: 2\nid: \0\ndata: b\n\n", "message|a|", "message|b|2", "id=2 retry=-1"),
                stream("retry: 2000\n\nretry: 3s\nretry: -1\nretry:\nretry: 3 \n", "id= retry=2000"),
                stream("retry:0\n", "id= retry=0"),
                stream("retry: 99999999999999999999\n", "id= retry=-1"),
                stream("Data: a\ndata : b\n data: c\ndatas: d\nx\n:\ndat: e\n\n", "id= retry=-1"),
                stream("data: a:b: c\n\n", "message|a:b: c|", "id= retry=-1"),
                stream("data: a", "id= retry=-1"),
                stream("data: a\n", "id= retry=-1"),
                stream("data: a\r\n\r", "message|a|", "id= retry=-1"),
                stream("data: a\r\r\n\ndata: b\n\r\n", "message|a|", "message|b|", "id= retry=-1"),
                stream("\n\r\r\n\n\ndata: a\n\n\n\n", "message|a|", "id= retry=-1"),
                stream(
                        "data: \u00e4\u20ac\uD83D\uDE00\u2028\u0085\u000b\f\nid: \uD83D\uDE00\nevent: \u20ac\n\n",
                        "\u20ac|\u00e4\u20ac\uD83D\uDE00\u2028\u0085\u000b\f|\uD83D\uDE00",
                        "id=\uD83D\uDE00 retry=-1"));
    }

    private static Arguments stream(String in, String... out) {
        return Arguments.of(in, List.of(out));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void readsTheSameHoweverTheBytesAreCut(String in, List<String> expected) {
        byte[] bytes = in.getBytes(StandardCharsets.UTF_8);
        assertThat(read(bytes)).isEqualTo(expected);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                assertThat(read(bytes, first, second))
                        .as("cut at %d and %d", first, second)
                        .isEqualTo(expected);
            }
        }
        int[] everywhere = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            everywhere[i] = i;
        }
        assertThat(read(bytes, everywhere)).as("cut everywhere").isEqualTo(expected);
    }

    @Test
    void endsALineAtALoneCrWithoutWaitingForItsLf() {
        List<String> events = new ArrayList<>();
        EventStreamReader reader = new EventStreamReader(MAX_DATA, (type, data, id) -> events.add(text(data)));
        reader.read(utf8("data: a\r\r"));
        assertThat(events).containsExactly("a");
        reader.read(utf8("\ndata: b\r"));
        reader.read(utf8("\n"));
        assertThat(events).containsExactly("a");
        reader.read(utf8("\r"));
        assertThat(events).containsExactly("a", "b");
    }

    @Test
    void keepsInvalidUtf8AsItCame() {
        byte[] broken = {'d', 'a', 't', 'a', ':', (byte) 0xC3, '\n', '\n'};
        assertThat(read(broken)).containsExactly("message|\uFFFD|", "id= retry=-1");
    }

    @Test
    void boundsAnEvent() {
        String line = "data: " + "x".repeat(99) + "\n";
        assertThat(read((line.repeat(10) + "\n").getBytes(StandardCharsets.UTF_8)))
                .hasSize(2);
        assertTooLarge((line.repeat(11) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void boundsALineThatDoesNotEnd() {
        assertTooLarge(("data: " + "x".repeat(2 * MAX_DATA)).getBytes(StandardCharsets.UTF_8));
        assertTooLarge(("id: " + "x".repeat(2 * MAX_DATA)).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsNothingOfAComment() {
        byte[] bytes = (":" + "x".repeat(100 * MAX_DATA) + "\ndata: a\n\n").getBytes(StandardCharsets.UTF_8);
        assertThat(read(bytes, 1, 50, 50_000)).containsExactly("message|a|", "id= retry=-1");
    }

    @Test
    void readsARandomStreamAsItWasMade() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        StringBuilder in = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String end = List.of("\n", "\r", "\r\n").get(random.nextInt(3));
            String data = "x".repeat(random.nextInt(40)) + end + "\uD83D\uDE00";
            in.append("id: ").append(i).append(end).append("data: ").append(data.replace(end, end + "data:"));
            in.append(end).append(end.equals("\r") ? "\r" : random.nextBoolean() ? end : "\r");
            expected.add("message|" + data.replace(end, "\n") + "|" + i);
        }
        expected.add("id=499 retry=-1");
        byte[] bytes = in.toString().getBytes(StandardCharsets.UTF_8);
        int[] cuts = random.ints(400, 0, bytes.length).sorted().toArray();
        assertThat(read(bytes, cuts)).as("seed %d", seed).isEqualTo(expected);
    }

    private static void assertTooLarge(byte[] bytes) {
        assertThatExceptionOfType(WherryException.class)
                .isThrownBy(() -> read(bytes, 7, bytes.length / 2))
                .matches(e -> e.code() == ErrorCode.TOO_LARGE);
    }

    private static List<String> read(byte[] bytes, int... cuts) {
        List<String> events = new ArrayList<>();
        EventStreamReader reader =
                new EventStreamReader(MAX_DATA, (type, data, id) -> events.add(type + "|" + text(data) + "|" + id));
        int start = 0;
        for (int cut : cuts) {
            reader.read(Unpooled.wrappedBuffer(bytes, start, cut - start));
            start = cut;
        }
        reader.read(Unpooled.wrappedBuffer(bytes, start, bytes.length - start));
        events.add("id=" + reader.lastEventId() + " retry=" + reader.retryMillis());
        return events;
    }

    private static String text(ByteBuf data) {
        return data.toString(StandardCharsets.UTF_8);
    }

    private static ByteBuf utf8(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
