// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** How a connection is begun: what is sent, and what the server must have said before more is. Immutable. */
final class Handshake {

    private static final String END_OF_HEADERS = "\r\n\r\n";
    private static final int LONGEST_ANSWER = 64 * 1024;
    private static final int INPUT_BYTES = 32 * 1024;

    private final List<Step> steps;

    /** Something that is sent, and the words that its answer holds, in this order. */
    private static final class Step {

        private final Function<String, byte[]> send;
        private final List<String> words;

        Step(Function<String, byte[]> send, List<String> words) {
            this.send = send;
            this.words = words;
        }
    }

    private Handshake(List<Step> steps) {
        this.steps = steps;
    }

    /** A handshake that says nothing. */
    static Handshake none() {
        return new Handshake(List.of());
    }

    /** This, and then bytes are sent whose answer must hold some words, in this order. */
    Handshake then(byte[] send, String... words) {
        return then(answer -> send, words);
    }

    /** The same where what is sent depends on what has come before. */
    Handshake then(Function<String, byte[]> send, String... words) {
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(send, List.of(words)));
        return new Handshake(more);
    }

    /** This, whose last answer must hold one more word, after the others. */
    Handshake until(String word) {
        List<Step> more = new ArrayList<>(steps);
        Step last = more.remove(more.size() - 1);
        List<String> words = new ArrayList<>(last.words);
        words.add(word);
        more.add(new Step(last.send, words));
        return new Handshake(more);
    }

    /** A request that becomes a WebSocket. */
    static Handshake webSocket(String target, String... headers) {
        List<String> all = new ArrayList<>(List.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        all.addAll(List.of(headers));
        return none().then(get(target, all), "HTTP/1.1 101 ", END_OF_HEADERS);
    }

    /** A request whose answer goes on. */
    static Handshake stream(String target, String... headers) {
        return none().then(get(target, List.of(headers)), "HTTP/1.1 200 ", END_OF_HEADERS);
    }

    /** A request without a body. */
    static byte[] get(String target, List<String> headers) {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        headers.forEach(header -> request.append(header).append("\r\n"));
        return request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Runs it on a connection that blocks.
     *
     * @return all that has come
     */
    String run(Wire wire) throws IOException {
        String answers = "";
        for (Step step : steps) {
            wire.write(ByteBuffer.wrap(step.send.apply(answers)));
            answers += await(wire, step.words);
        }
        return answers;
    }

    private static String await(Wire wire, List<String> words) throws IOException {
        StringBuilder answer = new StringBuilder();
        ByteBuffer in = ByteBuffer.allocate(INPUT_BYTES);
        while (!holds(answer, words)) {
            if (answer.length() > LONGEST_ANSWER || wire.read(in.clear()) < 0) {
                throw new EOFException("answer: " + answer + " (expected: " + words + ")");
            }
            answer.append(StandardCharsets.ISO_8859_1.decode(in.flip()));
        }
        return answer.toString();
    }

    private static boolean holds(StringBuilder answer, List<String> words) {
        int end = 0;
        for (String word : words) {
            int begin = answer.indexOf(word, end);
            if (begin < 0) {
                return false;
            }
            end = begin + word.length();
        }
        return true;
    }
}
