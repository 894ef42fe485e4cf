// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Payload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Questions by POST, one POST at a time with all that is to be asked, and answers on an event stream or a Comet response: of a channel, or of bare
 * Netty's likeness of one. This is the stream's end; the POSTs have a connection of their own. Confined to the swarm's thread.
 */
final class StreamAsker extends Asker {

    private static final Pattern WELCOME = Pattern.compile("w \\S+ \\d+ text (\\S+) new");
    private static final String DATA = "data: ";

    private final Swarm swarm;
    private final HttpReader answers = new HttpReader();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private final boolean isChannel;
    private final String target;
    private @Nullable Wire up;
    private String position = "";
    private long number;
    private int owed;
    private boolean isPosting;

    /**
     * Makes one.
     *
     * @param answer of the stream: the welcome of a channel, or a header with bare Netty's number of a stream
     */
    StreamAsker(Swarm swarm, int bytes, String answer) {
        super(swarm, bytes);
        this.swarm = swarm;
        Matcher welcome = WELCOME.matcher(answer);
        isChannel = welcome.find();
        target = "/wherry/http?"
                + (isChannel ? "channel=" + welcome.group(1) : "stream=" + HttpReader.header(answer, "Wherry-Stream"));
    }

    /** The end of the connection for POSTs. */
    Swarm.Peer uplink() {
        return (in, wire) -> {
            answers.take(in, (head, input, begin, end) -> {
                if (!head.startsWith("HTTP/1.1 200 ")) {
                    throw new IllegalStateException("answer: " + head);
                }
                isPosting = false;
            });
            post();
        };
    }

    /** Sets the connection for POSTs. */
    void post(Wire wire) {
        up = wire;
    }

    @Override
    void begin(Wire wire, int count) throws IOException {
        owed = count;
        post();
    }

    @Override
    void goOn(Wire wire, int count) throws IOException {
        owed += count;
        post();
    }

    private void post() throws IOException {
        if (!isPosting && owed > 0 && swarm.isAsking()) {
            int count = owed;
            owed = 0;
            isPosting = true;
            ask(Objects.requireNonNull(up, "up"), count);
        }
    }

    @Override
    void take(ByteBuffer in) {
        while (in.hasRemaining()) {
            byte next = in.get();
            if (next == '\n') {
                line(line.toString(StandardCharsets.US_ASCII));
                line.reset();
            } else {
                line.write(next);
            }
        }
    }

    /** A line of whatever is around payloads, or one of these: they have no line breaks. */
    private void line(String whole) {
        String text = whole.startsWith(DATA) ? whole.substring(DATA.length()) : whole;
        if (text.startsWith("r ")) {
            position = text.substring(2, text.indexOf(' ', 2));
        } else if (text.startsWith("e ") || text.startsWith("x ")) {
            throw new IllegalStateException("answer: " + text);
        } else if (text.length() >= Payload.TIMED
                && text.charAt(0) == Payload.FIRST
                && text.charAt(1) == Payload.SECOND) {
            answered(Long.parseLong(text, 2, Payload.TIMED, 10));
        }
    }

    @Override
    void before(ByteBuffer out) {
        if (!position.isEmpty()) {
            batch.writeBytes(Envelopes.acknowledgement(position));
            batch.write('\n');
        }
    }

    @Override
    void question(ByteBuffer out, byte[] payload) {
        batch.writeBytes(isChannel ? Envelopes.request(++number, payload) : payload);
        batch.write('\n');
    }

    @Override
    void after(ByteBuffer out) {
        PostAsker.post(out, target, batch);
    }
}
