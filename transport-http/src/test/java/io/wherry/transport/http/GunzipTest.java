// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GunzipTest {

    private static final String TEXT = "There is more of it, and more of it. ".repeat(500);

    private final Gunzip gunzip = new Gunzip(100_000);
    private final ByteBuf taken = Unpooled.buffer();

    @AfterEach
    void close() {
        gunzip.close();
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static byte[] gzip(String content) {
        return gzip(content.getBytes(StandardCharsets.UTF_8));
    }

    private GunzipTest read(byte[] bytes) {
        gunzip.add(Unpooled.wrappedBuffer(bytes));
        for (@Nullable ByteBuf piece = gunzip.next(); piece != null; piece = gunzip.next()) {
            taken.writeBytes(piece);
        }
        return this;
    }

    private String text() {
        return taken.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100, 100_000})
    void readsWhateverTheCuts(int size) {
        byte[] bytes = gzip(TEXT);
        for (int i = 0; i < bytes.length; i += size) {
            assertThat(gunzip.isWhole()).isFalse();
            read(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size)));
        }
        assertThat(text()).isEqualTo(TEXT);
        assertThat(gunzip.isWhole()).isTrue();
    }

    @Test
    void givesWhatCameBeforeTheEnd() {
        ByteBuf stream = Unpooled.buffer();
        stream.writeBytes(gzip(""), 0, 10);
        Deflation.compressBlocks(Unpooled.copiedBuffer(TEXT, StandardCharsets.UTF_8), stream);
        read(ByteBufUtil.getBytes(stream));
        assertThat(text()).isEqualTo(TEXT);
        assertThat(gunzip.isWhole()).isFalse();
    }

    @Test
    void takesMembersOneAfterTheOther() {
        read(gzip("one ")).read(gzip("")).read(gzip("two"));
        assertThat(text()).isEqualTo("one two");
        assertThat(gunzip.isWhole()).isTrue();
    }

    @Test
    void readsOverAllThatAHeadCanHold() {
        byte[] plain = gzip("text");
        ByteBuf stream = Unpooled.buffer();
        stream.writeBytes(ByteBufUtil.decodeHexDump("1f8b081f0000000000ff"));
        stream.writeShortLE(3).writeBytes(new byte[] {1, 0, 3});
        stream.writeBytes("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
        stream.writeShort(0);
        stream.writeBytes(plain, 10, plain.length - 10);
        for (byte b : ByteBufUtil.getBytes(stream)) {
            read(new byte[] {b});
        }
        assertThat(text()).isEqualTo("text");
        assertThat(gunzip.isWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1f8c0800000000000000", "1f8b0700000000000000", "1f8b0880000000000000", "00000000000000000000"})
    void refusesAnotherHead(String hex) {
        assertThatThrownBy(() -> read(ByteBufUtil.decodeHexDump(hex)))
                .isInstanceOf(WherryException.class)
                .hasMessageContaining("gzip: head");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 8})
    void refusesAWrongTrailer(int fromEnd) {
        byte[] bytes = gzip(TEXT);
        bytes[bytes.length - fromEnd] ^= 1;
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("gzip: checksum");
    }

    @Test
    void refusesWhatIsNotDeflated() {
        byte[] bytes = Arrays.copyOf(gzip(""), 20);
        Arrays.fill(bytes, 10, 20, (byte) 0xff);
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(WherryException.class);
    }

    @Test
    void refusesAHeadWithoutEnd() {
        byte[] begin = Arrays.copyOf(ByteBufUtil.decodeHexDump("1f8b080800000000000a"), 60_000);
        Arrays.fill(begin, 10, begin.length, (byte) 'x');
        byte[] more = new byte[60_000];
        Arrays.fill(more, (byte) 'x');
        read(begin).read(more);
        assertThatThrownBy(() -> read(more)).hasMessageContaining("gzip: head");
    }

    @Test
    void stopsABomb() {
        byte[] bomb = gzip(new byte[50_000_000]);
        assertThatThrownBy(() -> read(bomb))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
        assertThat(taken.readableBytes()).isLessThan(400_000);
    }

    @Test
    void goesOnForEverWithWhatIsUseful() {
        byte[] much = gzip(new byte[90_000]);
        for (int i = 0; i < 20; i++) {
            read(much);
            gunzip.useful();
        }
        assertThat(taken.readableBytes()).isEqualTo(20 * 90_000);
    }

    @Test
    void goesOnForEverWithWhatIsNotMuch() {
        byte[] heartbeat = new byte[1000];
        new Random(1).nextBytes(heartbeat);
        for (int i = 0; i < 500; i++) {
            read(gzip(heartbeat));
        }
        assertThat(taken.readableBytes()).isEqualTo(500_000);
    }

    @Test
    void inflatesNothingAhead() {
        gunzip.add(Unpooled.wrappedBuffer(gzip(new byte[90_000])));
        @Nullable ByteBuf piece = gunzip.next();
        assertThat(piece).isNotNull();
        assertThat(gunzip.isWhole()).isFalse();
        gunzip.close();
        assertThat(gunzip.next()).isNull();
    }
}
