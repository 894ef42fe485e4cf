// SPDX-License-Identifier: Apache-2.0
package io.wherry.codec.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Codec;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class JacksonCodecTest {

    record Item(String name, int count) {

        Item {
            if (count < 0) {
                throw new IllegalArgumentException("count: " + count + " (expected: >= 0)");
            }
        }
    }

    record Order(String id, Instant at, List<Item> items, Optional<String> note) {}

    private static final Order ORDER = new Order(
            "o-1",
            Instant.parse("2026-11-20T10:15:30.123456789Z"),
            List.of(new Item("größe \uD83D\uDE00", 2), new Item("", 0)),
            Optional.of("soon"));

    /** A type that nobody can make. */
    interface Unmakable {}

    @Test
    void bothAreFoundByTheirFormats() {
        assertThat(Codec.of(Format.JSON)).isInstanceOf(JsonCodec.class);
        assertThat(Codec.of(Format.CBOR)).isInstanceOf(CborCodec.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "CBOR"})
    void aRecordMakesTheRoundTrip(Format format) {
        Message message = Message.encode(format, ORDER);

        assertThat(message.format()).isEqualTo(format);
        assertThat(message.as(Order.class)).isEqualTo(ORDER);
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "CBOR"})
    void collectionsMakeTheRoundTrip(Format format) {
        Message list = Message.encode(format, ORDER.items());
        Message map = Message.encode(format, Map.of("a", List.of(1, 2.5, true, "x")));

        assertThat(list.as(Item[].class)).containsExactlyElementsOf(ORDER.items());
        assertThat(list.as(Object.class)).asInstanceOf(LIST).hasSize(2);
        assertThat(list.as(JsonNode.class).get(0).get("count").asInt()).isEqualTo(2);
        assertThat(map.as(Object.class)).isEqualTo(Map.of("a", List.of(1, 2.5, true, "x")));
    }

    @Test
    void jsonIsPlain() {
        assertThat(Message.json(new Item("a", 1)).text()).isEqualTo("{\"name\":\"a\",\"count\":1}");
        assertThat(Message.json("text").text()).isEqualTo("\"text\"");
    }

    @Test
    void cborIsBinary() {
        assertThat(HexFormat.of().formatHex(Message.cbor(Map.of("a", 1)).bytes()))
                .isEqualTo("bf616101ff");
        assertThat(Message.cbor(new byte[] {1, 2}).bytes()).containsExactly(0x42, 1, 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "CBOR"})
    void timesAreIsoText(Format format) {
        record Times(Instant instant, Duration duration, LocalDate date) {}
        Times times = new Times(ORDER.at(), Duration.ofMillis(1500), LocalDate.of(2026, 11, 20));

        Message message = Message.encode(format, times);

        assertThat(message.as(Times.class)).isEqualTo(times);
        assertThat(message.as(Object.class))
                .isEqualTo(Map.of(
                        "instant", "2026-11-20T10:15:30.123456789Z", "duration", "PT1.5S", "date", "2026-11-20"));
    }

    @Test
    void aTextMessageIsReadAsJson() {
        assertThat(Message.of("{\"name\":\"a\",\"count\":1}").as(Item.class)).isEqualTo(new Item("a", 1));
        assertThat(Message.of("{").as(String.class)).isEqualTo("{");
    }

    @Test
    void whatATypeDoesNotHaveIsIgnored() {
        assertThat(json("{\"name\":\"a\",\"count\":1,\"colour\":{\"red\":[1]}}").as(Item.class))
                .isEqualTo(new Item("a", 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"s3cret\"  | ends early",
                "'' | no io.wherry.codec.jackson.JacksonCodecTest$Item",
                "s3cret | malformed at line 1, column ",
                "{\"name\":s3cret} | malformed at line 1, column ",
                "[\"s3cret\"] | no io.wherry.codec.jackson.JacksonCodecTest$Item at line 1, column 1",
                "{\"count\":\"s3cret\"} | no int in count at line 1, column ",
                "{\"count\":1e99} | no int in count at line 1",
                "{\"count\":99999999999} | no int in count at line 1",
                "{\"count\":null} | no int in count",
                "{\"count\":-1} | does not fit",
                "{} {} | no io.wherry.codec.jackson.JacksonCodecTest$Item at line 1",
                "null | null"
            })
    void badJsonIsRefusedWithoutShowingIt(String text, String reason) {
        refuses(json(text), Item.class)
                .startsWith("message: " + reason)
                .endsWith(" (expected: JSON of type io.wherry.codec.jackson.JacksonCodecTest$Item)")
                .doesNotContain("s3cret");
    }

    @Test
    void keysOfAMapAreNotShown() {
        record Held(Map<String, Integer> counts) {}

        refuses(json("{\"counts\":{\"s3cret\":\"s3cret\"}}"), Held.class)
                .startsWith("message: no java.lang.Integer in counts[?] at line 1")
                .doesNotContain("s3cret");
    }

    @Test
    void placesInAListAreShown() {
        refuses(json("{\"items\":[{\"count\":1},{\"count\":[]}]}"), Order.class)
                .startsWith("message: no int in items[1].count at line 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bf", "bf616101", "a1616161", "ff", "1c", "617a617a", "f6", "3b8000000000000000"})
    void badCborIsRefused(String hex) {
        refuses(Message.wrap(Format.CBOR, HexFormat.of().parseHex(hex)), Item.class)
                .endsWith(" (expected: CBOR of type io.wherry.codec.jackson.JacksonCodecTest$Item)");
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "CBOR"})
    void nestingIsBounded(Format format) {
        byte[] deep = new byte[10_000];
        Arrays.fill(deep, (byte) (format == Format.JSON ? '[' : 0x81));

        refuses(Message.wrap(format, deep), Object.class).startsWith("message: too deep or too long");
    }

    @Test
    void numbersAreBounded() {
        refuses(json("1".repeat(1001)), Object.class).startsWith("message: too deep or too long");
        assertThat(json("1".repeat(1000)).as(Number.class)).isNotNull();
        refuses(json("1e1000000000"), BigInteger.class).startsWith("message: ");
    }

    @Test
    void jsonIsUtf8Only() {
        refuses(Message.wrap(Format.JSON, "{}".getBytes(StandardCharsets.UTF_16LE)), Map.class)
                .startsWith("message: malformed");
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "CBOR"})
    void aTypeThatCannotBeMadeIsNotThePeersFault(Format format) {
        Message message = Message.encode(format, Map.of());

        WherryException failure = catchThrowableOfType(WherryException.class, () -> message.as(Unmakable.class));

        assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure)
                .hasMessageStartingWith(
                        "type: io.wherry.codec.jackson.JacksonCodecTest$Unmakable (expected: a type that can be read from "
                                + format)
                .hasCauseInstanceOf(RuntimeException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "CBOR"})
    void anObjectThatCannotBeWrittenIsRefused(Format format) {
        Map<String, Object> circle = new HashMap<>();
        List<Object> inner = new ArrayList<>(List.of(circle));
        circle.put("inner", inner);

        for (Object value : List.of(circle, new Throwing())) {
            WherryException failure = catchThrowableOfType(WherryException.class, () -> Message.encode(format, value));
            assertThat(failure)
                    .hasMessageStartingWith("message: " + value.getClass().getTypeName()
                            + " (expected: an object that can be written as " + format + ")");
            assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
        }
    }

    /** Fails when it is looked at. */
    static final class Throwing {

        public int getValue() {
            throw new IllegalStateException("broken");
        }
    }

    private static Message json(String text) {
        return Message.wrap(Format.JSON, text.getBytes(StandardCharsets.UTF_8));
    }

    private static AbstractStringAssert<?> refuses(Message message, Class<?> type) {
        WherryException refusal = catchThrowableOfType(WherryException.class, () -> message.as(type));
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        return assertThat(refusal.getMessage());
    }
}
