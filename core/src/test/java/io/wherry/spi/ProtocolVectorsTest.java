// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the Java and the JavaScript codecs agree on: the files in {@code protocol/vectors}. */
final class ProtocolVectorsTest {

    private static final int MAX_MESSAGE = 1000;
    private static final byte[] LF = {'\n'};

    @Test
    void envelopesAreRead() throws IOException {
        Json envelopes = Json.vectors("envelopes");
        List<Json> all = new ArrayList<>(envelopes.get("good").elements());
        all.addAll(envelopes.get("decoded").elements());
        assertThat(all).hasSizeGreaterThan(20);
        for (Json vector : all) {
            assertThat(read(bytes(vector, "wire"))).isEqualTo(envelope(vector));
        }
    }

    @Test
    void envelopesAreWritten() throws IOException {
        for (Json vector : Json.vectors("envelopes").get("good").elements()) {
            ByteBuf out = Unpooled.buffer();
            envelope(vector).writeTo(out);
            assertThat(ByteBufUtil.getBytes(out)).isEqualTo(bytes(vector, "wire"));
        }
    }

    @Test
    void envelopesOfAKindThatIsNotKnownArePassedOver() throws IOException {
        for (String wire : Json.vectors("envelopes").get("passedOver").texts()) {
            assertThat(read(wire.getBytes(UTF_8))).as(wire).isNull();
        }
    }

    @Test
    void badEnvelopesAreRefused() throws IOException {
        for (Json vector : Json.vectors("envelopes").get("bad").elements()) {
            byte[] wire = bytes(vector, "wire");
            WherryException refusal = catchThrowableOfType(WherryException.class, () -> read(wire));
            assertThat(refusal).as("%s", vector).isNotNull();
            assertThat(refusal.code().text())
                    .as("%s", vector)
                    .isEqualTo(vector.get("code").text());
        }
    }

    @Test
    void positionsAreOrdered() throws IOException {
        Json positions = Json.vectors("positions");
        List<Position> ascending = positions(positions.get("ascending"));
        for (int i = 0; i < ascending.size(); i++) {
            for (int j = 0; j < ascending.size(); j++) {
                assertThat(ascending.get(i).isAfter(ascending.get(j))).isEqualTo(i > j);
            }
        }
        List<Position> apart = positions(positions.get("apart"));
        for (Position position : apart) {
            assertThat(apart).noneMatch(position::isAfter);
        }
        for (String text : positions.get("bad").texts()) {
            assertThat(catchThrowableOfType(WherryException.class, () -> Position.parse(text)))
                    .as(text)
                    .isNotNull();
        }
    }

    @Test
    void batchesAreTakenApartWhereverTheyAreCut() throws IOException {
        for (Json vector : Json.vectors("batches").get("good").elements()) {
            byte[] wire = bytes(vector, "wire");
            List<List<String>> expected =
                    vector.get("envelopes").elements().stream().map(Json::texts).toList();
            for (int cut = 0; cut <= wire.length; cut++) {
                List<List<String>> taken = new ArrayList<>();
                ByteBuf in = Unpooled.buffer().writeBytes(wire, 0, cut);
                take(in, taken);
                take(in.writeBytes(wire, cut, wire.length - cut), taken);
                assertThat(taken).as("cut at %s", cut).isEqualTo(expected);
                assertThat(in.isReadable()).isFalse();
            }
        }
    }

    @Test
    void badBatchesAreRefusedOrCutShort() throws IOException {
        for (String wire : Json.vectors("batches").get("bad").texts()) {
            ByteBuf in = Unpooled.copiedBuffer(wire, UTF_8);
            WherryException refusal = catchThrowableOfType(WherryException.class, () -> take(in, new ArrayList<>()));
            assertThat(refusal != null || in.isReadable()).as(wire).isTrue();
        }
    }

    private static void take(ByteBuf in, List<List<String>> taken) {
        EnvelopeReader reader = new EnvelopeReader(MAX_MESSAGE);
        for (Envelope each = reader.readNext(in, LF); each != null; each = reader.readNext(in, LF)) {
            taken.add(List.of(
                    String.valueOf(each.kind().letter()),
                    each.name(),
                    each.message().text()));
        }
    }

    private static @Nullable Envelope read(byte[] wire) {
        return Envelope.read(Unpooled.wrappedBuffer(wire), MAX_MESSAGE);
    }

    private static List<Position> positions(Json texts) {
        return texts.texts().stream().map(Position::parse).toList();
    }

    private static Envelope envelope(Json vector) {
        String id = vector.get("id").text();
        boolean isPosition = id.indexOf('-', 1) > 0;
        Kind kind =
                Objects.requireNonNull(Kind.ofLetter(vector.get("kind").text().charAt(0)), "kind");
        Format format = Format.valueOf(vector.get("format").text().toUpperCase(Locale.ROOT));
        return new Envelope(
                kind,
                isPosition ? Position.parse(id) : null,
                isPosition || id.equals("-") ? 0 : Long.parseLong(id),
                vector.get("name").text(),
                vector.get("argument").isNull() ? null : vector.get("argument").text(),
                Message.wrap(format, bytes(vector, "payload")));
    }

    /** Bytes that are given as text, or in base64 under the longer name. */
    private static byte[] bytes(Json vector, String name) {
        return vector.get(name).isNull()
                ? Base64.getDecoder().decode(vector.get(name + "Base64").text())
                : vector.get(name).text().getBytes(UTF_8);
    }
}
