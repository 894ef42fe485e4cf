// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvelopeTest {

    private static final Position POSITION = Position.parse("k3f9x2-1052.2");

    @Test
    void theHeadIsOneLineAndThePayloadIsAsItIs() {
        assertThat(write(Envelope.at(POSITION, Kind.MESSAGE, "time", null, Message.of("noon\n"))))
                .isEqualTo("m k3f9x2-1052.2 5 text time\nnoon\n");
        assertThat(write(Envelope.numbered(7, Kind.SUBSCRIBE, "größe", "last 20", Message.empty())))
                .isEqualTo("s 7 0 - größe last 20\n");
        assertThat(write(Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null)))
                .isEqualTo("h - 0 - -\n");
        assertThat(write(Envelope.at(null, Kind.END, "closed", "never", Message.of("bye"))))
                .isEqualTo("x - 3 text closed never\nbye");
        assertThat(write(Envelope.numbered(1, Kind.DIRECT, "a", null, Message.of(new byte[0]))))
                .isEqualTo("d 1 0 bytes a\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, 10, 99, 100, 1052, 999_999_999_999_999_999L, Long.MAX_VALUE})
    void positionsAndNumbersAreWrittenAsTheyAreShown(long number) {
        Position position = new Position("k3f9x2", number, number / 2);

        assertThat(write(Envelope.at(position, Kind.HEARTBEAT, "?", null, Message.empty())))
                .isEqualTo("h " + position + " 0 - ?\n");
        assertThat(write(Envelope.numbered(Math.max(1, number), Kind.UNSUBSCRIBE, "t", null, Message.empty())))
                .isEqualTo("u " + Math.max(1, number) + " 0 - t\n");
    }

    @Test
    void aSuffixFollowsTheFormat() {
        ByteBuf out = Unpooled.buffer();
        Envelope.numbered(1, Kind.DIRECT, "a", null, Message.of(new byte[3])).writeHead(out, ";base64");

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("d 1 3 bytes;base64 a\n");
    }

    @ParameterizedTest
    @EnumSource
    void eachKindHasALetterOfItsOwn(Kind kind) {
        assertThat(Kind.ofLetter(kind.letter())).isEqualTo(kind);
        assertThat(Arrays.stream(Kind.values()).filter(other -> other.letter() == kind.letter()))
                .hasSize(1);
    }

    @Test
    void aLetterThatIsNoKindFindsNothing() {
        assertThat(Kind.ofLetter('z')).isNull();
        assertThat(Kind.ofLetter(-1)).isNull();
        assertThat(Kind.ofLetter(128)).isNull();
        assertThat(Kind.ofLetter(0)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "time", "größe", "a-b_c.d/e:f", "\uD83D\uDE00", "--", "*", "\u4f60\u597d"})
    void goodNamesAreGivenBack(String name) {
        assertThat(Envelope.requireName("topic", name)).isSameAs(name);
    }

    @Test
    void aNameHasUpTo255Bytes() {
        assertThat(Envelope.requireName("topic", "x".repeat(255))).hasSize(255);
        assertThat(Envelope.requireName("topic", "ä".repeat(127) + "x")).hasSize(128);
        refuses("x".repeat(256));
        refuses("ä".repeat(128));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                " ",
                "a b",
                "a\tb",
                "a\nb",
                "a\rb",
                "a\u0000b",
                "a\u007Fb",
                "a\u0085b",
                "a\u00A0b",
                "a\u2028b",
                "a\u3000b",
                "a\uD83Db",
                "\uDE00\uD83D",
                "\uD83D"
            })
    void badNamesAreRefused(String name) {
        refuses(name);
    }

    @Test
    void anEnvelopeThatFillsABufferIsRead() {
        Envelope envelope = Envelope.at(POSITION, Kind.MESSAGE, "time", null, Message.of("noon"));

        assertThat(Envelope.read(write(envelope), 100)).isEqualTo(envelope);
    }

    private static void refuses(String name) {
        WherryException refusal =
                catchThrowableOfType(WherryException.class, () -> Envelope.requireName("topic", name));
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(refusal).hasMessageStartingWith("topic: " + WherryException.quote(name) + " (expected: ");
    }

    private static String write(Envelope envelope) {
        ByteBuf out = Unpooled.buffer();
        envelope.writeTo(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void formatsAreThoseOfTheProtocol() {
        assertThat(Arrays.stream(Format.values()).map(Format::text)).containsExactly("text", "json", "cbor", "bytes");
    }
}
