// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

final class MessageTest {

    @Test
    void aTextIsUtf8() {
        Message message = Message.of("größe \uD83D\uDE00");

        assertThat(message.format()).isEqualTo(Format.TEXT);
        assertThat(message.text()).isEqualTo("größe \uD83D\uDE00");
        assertThat(message.bytes()).isEqualTo("größe \uD83D\uDE00".getBytes(StandardCharsets.UTF_8));
        assertThat(message.size()).isEqualTo(12);
        assertThat(message.position()).isNull();
    }

    @Test
    void anUnpairedSurrogateBecomesAQuestionMark() {
        assertThat(Message.of("a\uD83Db").text()).isEqualTo("a?b");
    }

    @Test
    void aTimeIsIsoText() {
        assertThat(Message.of(Instant.EPOCH).text()).isEqualTo("1970-01-01T00:00:00Z");
    }

    @Test
    void nothingIsEmptyText() {
        assertThat(Message.empty()).isEqualTo(Message.of("")).isNotEqualTo(Message.of(new byte[0]));
        assertThat(Message.empty().size()).isZero();
    }

    @Test
    void bytesAreCopiedInAndOut() {
        byte[] bytes = {1, 2, 3};
        Message message = Message.of(bytes);
        bytes[0] = 9;
        message.bytes()[1] = 9;

        assertThat(message.format()).isEqualTo(Format.BYTES);
        assertThat(message.bytes()).containsExactly(1, 2, 3);
    }

    @Test
    void aBufferIsCopiedAndLeftAsItIs() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {0, 1, 2, 3}, 1, 2);
        Message message = Message.of(buffer);
        buffer.put(1, (byte) 9);

        assertThat(message.bytes()).containsExactly(1, 2);
        assertThat(buffer.position()).isEqualTo(1);
        assertThat(buffer.remaining()).isEqualTo(2);
    }

    @Test
    void theBufferIsAReadOnlyViewOfItsOwn() {
        Message message = Message.of("ab");
        message.buffer().get();

        assertThat(message.buffer().remaining()).isEqualTo(2);
        Assertions.assertThatThrownBy(() -> message.buffer().put((byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void aPositionIsAddedWithoutChangingTheMessage() {
        Message message = Message.of("a");
        Message received = message.at(Position.parse("e-1"));

        assertThat(message.position()).isNull();
        assertThat(received.position()).isEqualTo(Position.parse("e-1"));
        assertThat(received).isEqualTo(message).hasSameHashCodeAs(message);
        assertThat(received.at(null).position()).isNull();
    }

    @Test
    void formatAndBytesMakeEquality() {
        byte[] bytes = {'1'};

        assertThat(Message.of("1"))
                .isEqualTo(Message.wrap(Format.TEXT, bytes))
                .isNotEqualTo(Message.wrap(Format.JSON, bytes))
                .isNotEqualTo(Message.of("2"))
                .isNotEqualTo(null)
                .isNotEqualTo("1");
    }

    @Test
    void someTypesNeedNoCodec() {
        Message message = Message.of("text");

        assertThat(message.as(String.class)).isEqualTo("text");
        assertThat(message.as(byte[].class)).isEqualTo(message.bytes());
        assertThat(message.as(Message.class)).isSameAs(message);
    }

    @Test
    void withoutACodecTheArtifactToAddIsNamed() {
        for (Runnable use : new Runnable[] {
            () -> Message.json(1), () -> Message.of("1").as(Integer.class), () -> Message.encode(Format.JSON, 1)
        }) {
            WherryException failure = catchThrowableOfType(WherryException.class, use::run);
            assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(failure)
                    .hasMessage("codec: none for json (expected: io.wherry:wherry-codec-jackson on the class path)");
        }
        assertThat(catchThrowableOfType(WherryException.class, () -> Message.cbor(1)))
                .hasMessageStartingWith("codec: none for cbor");
    }

    @Test
    void theContentIsNotShown() {
        assertThat(Message.of("s3cret")).hasToString("Message[text, 6 bytes]");
        assertThat(Message.of("s3cret").at(Position.parse("e-1.2"))).hasToString("Message[text, 6 bytes, e-1.2]");
    }

    @Test
    @SuppressWarnings("NullAway") // what the compiler forbids is tried
    void nullIsRefusedAtTheDoor() {
        assertThatNullPointerException().isThrownBy(() -> Message.json(null)).withMessage("value");
        assertThatNullPointerException()
                .isThrownBy(() -> Message.wrap(Format.TEXT, null))
                .withMessage("payload");
    }
}
