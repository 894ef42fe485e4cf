// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvelopeReaderTest {

    private static final byte[] LF = {'\n'};
    private static final int MAX_MESSAGE = 5000;

    private static final List<Envelope> ENVELOPES = List.of(
            Envelope.at(
                    Position.parse("k3f9x2-1052"),
                    Kind.WELCOME,
                    "8jd0QGkq1l0ZkF9mD2xZrA",
                    "new",
                    Message.of("heartbeat=15000\nacked=0\n")),
            Envelope.at(Position.parse("k3f9x2-1053"), Kind.MESSAGE, "größe", null, Message.of("noon \uD83D\uDE00")),
            Envelope.at(
                    Position.parse("k3f9x2-1053.2"), Kind.DIRECT, "echo", null, Message.of(new byte[] {0, '\n', -1})),
            Envelope.at(Position.parse("z-1"), Kind.HISTORY, "time", "k3f9x2-7", Message.of("\n\n")),
            Envelope.at(null, Kind.GAP, "*", "epoch z-0", Message.empty()),
            Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null),
            Envelope.numbered(1, Kind.PUBLISH, "time", null, json("{\"a\":1}")),
            Envelope.numbered(999_999_999_999L, Kind.REPLY, "k3f9x2-1053.2", null, Message.of(new byte[0])),
            Envelope.numbered(2, Kind.SUBSCRIBE, "x".repeat(255), "last 20", Message.empty()),
            Envelope.at(null, Kind.END, "closed", "never", Message.of("bye")));

    private final EnvelopeReader reader = new EnvelopeReader(MAX_MESSAGE);

    @ParameterizedTest
    @ValueSource(strings = {"\n", "ThisCometMessageEnded", "\r\n"})
    void aBatchIsReadWhereverItIsSplit(String delimiter) {
        byte[] end = delimiter.getBytes(StandardCharsets.UTF_8);
        byte[] batch = batch(end);

        for (int split = 0; split <= batch.length; split++) {
            ByteBuf in = Unpooled.buffer();
            List<Envelope> read = new ArrayList<>();
            in.writeBytes(batch, 0, split);
            readAll(in, end, read);
            in.writeBytes(batch, split, batch.length - split);
            readAll(in, end, read);

            assertThat(read).as("split at %s", split).isEqualTo(ENVELOPES);
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void aBatchIsReadByteByByte() {
        ByteBuf in = Unpooled.buffer();
        List<Envelope> read = new ArrayList<>();
        for (byte b : batch(LF)) {
            in.writeByte(b);
            readAll(in, LF, read);
        }

        assertThat(read).isEqualTo(ENVELOPES);
    }

    @Test
    void directBuffersAreReadToo() {
        ByteBuf in = ByteBufAllocator.DEFAULT.directBuffer().writeZero(3).skipBytes(3);
        try {
            in.writeBytes(batch(LF));
            List<Envelope> read = new ArrayList<>();
            readAll(in, LF, read);

            assertThat(read).isEqualTo(ENVELOPES);
            assertThat(in.refCnt()).isEqualTo(1);
        } finally {
            in.release();
        }
    }

    @Test
    void whatIsNotAllThereIsLeftAsItIs() {
        ByteBuf in = utf8("m e-1 5 text t\nhell");

        assertThat(reader.readNext(in, LF)).isNull();
        assertThat(in.toString(StandardCharsets.UTF_8)).isEqualTo("m e-1 5 text t\nhell");
        assertThat(reader.readNext(Unpooled.EMPTY_BUFFER, LF)).isNull();
    }

    @Test
    void kindsThatAreNotKnownArePassedOver() {
        ByteBuf in = utf8("z ? 3 zip what ever\nabc\nh - 0 - -\n\n! - 0 - -\n\n");

        assertThat(reader.readNext(in, LF)).isEqualTo(Envelope.control(Kind.HEARTBEAT, "-", null));
        assertThat(reader.readNext(in, LF)).isNull();
        assertThat(in.isReadable()).isFalse();
        assertThat(Envelope.read("z ? 3 zip what ever\nabc", MAX_MESSAGE)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h - 0 - -\nx", "d 1 2 text a\nhello\n"})
    void aDelimiterThatIsNotThereIsRefused(String text) {
        refuses(ErrorCode.BAD_REQUEST, text).contains("delimiter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "m",
                "m ",
                "m - 0 -",
                "m - 0 - ",
                "m  - 0 - a",
                "mm - 0 - a",
                " m - 0 - a",
                "m - 0  a",
                "m - - - a",
                "m -  - a",
                "m - 0x1 - a",
                "m - -1 - a",
                "m - +1 - a",
                "m - 1.0 - a",
                "m - 1234567890123456789 - a",
                "m e 0 - a",
                "m e- 0 - a",
                "m E-1 0 - a",
                "m e-1. 0 - a",
                "m 0 0 - a",
                "m -1 0 - a",
                "m 1234567890123456789 0 - a",
                "m - 0 zip a",
                "m - 0 TEXT a",
                "m - 0 text; a",
                "m - 0 ;base64 a",
                "m - 0 - a\rb",
                "m - 0 - a\tb",
                "m - 0 - \u0000",
                "m - 0 - a\u007F",
                "m - 0 - a\u00A0b",
                "m - 0 - a\u2028b",
                "m - 0 - a b\rc"
            })
    void badHeadsAreRefused(String head) {
        refuses(ErrorCode.BAD_REQUEST, head + "\n\n").contains("(expected: ");
        refusesWhole(ErrorCode.BAD_REQUEST, utf8(head)).contains("(expected: ");
    }

    @Test
    void aPayloadWithoutAFormatIsRefused() {
        refuses(ErrorCode.BAD_REQUEST, "m - 1 - a\nx\n").contains("format: -");
    }

    @Test
    void aNameHasUpTo255Bytes() {
        assertThat(reader.readNext(utf8("h - 0 - " + "ä".repeat(127) + "x\n\n"), LF))
                .isNotNull();
        refuses(ErrorCode.BAD_REQUEST, "h - 0 - " + "x".repeat(256) + "\n\n").contains("name: xxx");
        refuses(ErrorCode.BAD_REQUEST, "h - 0 - " + "ä".repeat(128) + "\n\n").contains("name: äää");
    }

    @Test
    void aHeadHasUpTo1024Bytes() {
        String head = "h - 0 - a " + "x".repeat(1013);

        assertThat(reader.readNext(utf8(head + "\n\n"), LF))
                .isEqualTo(Envelope.control(Kind.HEARTBEAT, "a", "x".repeat(1013)));
        assertThat(reader.readNext(utf8(head), LF)).isNull();
        refuses(ErrorCode.TOO_LARGE, head + "x\n\n").contains("head: ");
        refuses(ErrorCode.TOO_LARGE, head + "x").contains("head: ");
        refusesWhole(ErrorCode.TOO_LARGE, utf8(head + "xx")).contains("head: ");
    }

    @Test
    void aPayloadOverTheLimitIsRefusedBeforeItHasCome() {
        assertThat(reader.readNext(utf8("m - 5000 text a\n"), LF)).isNull();
        refuses(ErrorCode.TOO_LARGE, "m - 5001 text a\n").isEqualTo("message: 5001 bytes (expected: at most 5000)");
        refuses(ErrorCode.TOO_LARGE, "m - 999999999999999999 text a\n");
        refusesWhole(ErrorCode.TOO_LARGE, utf8("m - 5001 text a\n"));
        refusesWhole(ErrorCode.TOO_LARGE, utf8("z - 5001 text a\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // a continuation alone
                "c3", // cut
                "c080", // overlong
                "c1bf", // overlong
                "e08080", // overlong
                "f0808080", // overlong
                "eda080", // a surrogate
                "edbfbf", // a surrogate
                "f4908080", // past U+10FFFF
                "f8888080", // no lead byte
                "ff", // no lead byte
                "e4bd", // cut
                "e4bd41", // broken off
                "f09f98", // cut
                "f09f9841", // broken off
                "61616161616161616161616161616161c3"
            })
    void textThatIsNoUtf8IsRefused(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        for (String format : List.of("text", "json")) {
            ByteBuf in = utf8("m - " + bytes.length + " " + format + " a\n");
            in.writeBytes(bytes).writeByte('\n');
            refuses(ErrorCode.BAD_REQUEST, in).contains("UTF-8");
        }
        ByteBuf in =
                utf8("m - " + bytes.length + " bytes a\n").writeBytes(bytes).writeByte('\n');
        assertThat(reader.readNext(in, LF)).isNotNull();
    }

    @Test
    void aHeadThatIsNoUtf8IsRefused() {
        refuses(ErrorCode.BAD_REQUEST, utf8("m - 0 - a").writeByte(0xC3).writeBytes(utf8("\n\n")))
                .contains("UTF-8");
        refuses(ErrorCode.BAD_REQUEST, utf8("s 1 0 - a now").writeByte(0xFF).writeBytes(utf8("\n\n")))
                .contains("UTF-8");
        refuses(ErrorCode.BAD_REQUEST, utf8("m - 0 -").writeByte(0xA0).writeBytes(utf8(" a\n\n")));
    }

    @Test
    void base64IsDecodedWhereAnEnvelopeFillsABuffer() {
        assertThat(Envelope.read("d e-1 3 bytes;base64 a\nAAr/", MAX_MESSAGE))
                .isEqualTo(Envelope.at(
                        Position.parse("e-1"), Kind.DIRECT, "a", null, Message.of(new byte[] {0, '\n', -1})));
        assertThat(Envelope.read("d e-1 3 text;base64 a\nYQ1i", MAX_MESSAGE))
                .isEqualTo(Envelope.at(Position.parse("e-1"), Kind.DIRECT, "a", null, Message.of("a\rb")));
    }

    @ParameterizedTest
    @CsvSource({"3, AAr", "3, A A=", "3, ????", "2, AAr/", "4, AAr/", "3, ''"})
    void badBase64IsRefused(int length, String payload) {
        refusesWhole(ErrorCode.BAD_REQUEST, utf8("d e-1 " + length + " bytes;base64 a\n" + payload));
    }

    @Test
    void base64InABatchIsRefused() {
        refuses(ErrorCode.BAD_REQUEST, "d e-1 3 bytes;base64 a\nAAr/\n").contains("base64 (expected: none in a batch)");
    }

    @Test
    void theLengthMustBeThatOfTheBuffer() {
        refusesWhole(ErrorCode.BAD_REQUEST, utf8("d 1 3 text a\nhell")).contains("length: 3 (expected: 4");
        refusesWhole(ErrorCode.BAD_REQUEST, utf8("d 1 3 text a\nhe")).contains("length: 3 (expected: 2");
        refusesWhole(ErrorCode.BAD_REQUEST, utf8("d 1 3 text a")).contains("length: 3 (expected: 0");
    }

    /** As in an event whose data is one line. */
    @Test
    void theLineEndOfAnEmptyPayloadMayBeMissing() {
        assertThat(Envelope.read("h - 0 - ?", MAX_MESSAGE)).isEqualTo(Envelope.control(Kind.HEARTBEAT, "?", null));
        assertThat(Envelope.read("h - 0 - ?\n", MAX_MESSAGE)).isEqualTo(Envelope.control(Kind.HEARTBEAT, "?", null));
    }

    @Test
    void anEmptyArgumentIsThere() {
        assertThat(Envelope.read("h - 0 - - ", MAX_MESSAGE)).isEqualTo(Envelope.control(Kind.HEARTBEAT, "-", ""));
        assertThat(Envelope.read("h - 0 - -", MAX_MESSAGE)).isEqualTo(Envelope.control(Kind.HEARTBEAT, "-", null));
        assertThat(Envelope.read("h - 0 - -  a  b ", MAX_MESSAGE))
                .isEqualTo(Envelope.control(Kind.HEARTBEAT, "-", " a  b "));
    }

    /** Whatever comes, it is read or refused with a code, and the buffer's reader index stays inside. */
    @Test
    void noiseIsReadOrRefused() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = batch(LF);
            int changes = random.nextInt(1, 4);
            for (int i = 0; i < changes; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            try {
                readAll(in, LF, new ArrayList<>());
                Envelope.read(Unpooled.wrappedBuffer(bytes, 0, random.nextInt(bytes.length)), MAX_MESSAGE);
            } catch (WherryException e) {
                assertThat(e.code()).as("seed %s", seed).isIn(ErrorCode.BAD_REQUEST, ErrorCode.TOO_LARGE);
            }
            assertThat(in.readerIndex()).as("seed %s", seed).isBetween(0, in.writerIndex());
        }
    }

    private void readAll(ByteBuf in, byte[] delimiter, List<Envelope> read) {
        for (Envelope envelope = reader.readNext(in, delimiter);
                envelope != null;
                envelope = reader.readNext(in, delimiter)) {
            read.add(envelope);
        }
    }

    private AbstractStringAssert<?> refuses(ErrorCode code, String text) {
        return refuses(code, utf8(text));
    }

    private AbstractStringAssert<?> refuses(ErrorCode code, ByteBuf in) {
        return refused(code, catchThrowableOfType(WherryException.class, () -> reader.readNext(in, LF)));
    }

    private static AbstractStringAssert<?> refusesWhole(ErrorCode code, ByteBuf in) {
        return refused(code, catchThrowableOfType(WherryException.class, () -> Envelope.read(in, MAX_MESSAGE)));
    }

    private static AbstractStringAssert<?> refused(ErrorCode code, WherryException refusal) {
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        return assertThat(refusal.getMessage());
    }

    private static byte[] batch(byte[] delimiter) {
        ByteBuf out = Unpooled.buffer();
        for (Envelope envelope : ENVELOPES) {
            envelope.writeTo(out);
            out.writeBytes(delimiter);
        }
        byte[] batch = new byte[out.readableBytes()];
        out.readBytes(batch);
        return batch;
    }

    private static Message json(String text) {
        return Message.wrap(Format.JSON, text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuf utf8(String text) {
        return Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
