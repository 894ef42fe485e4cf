// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How other servers are spoken with, all on WebSockets. */
enum PeerDialect implements Dialect {
    /** Text that is given to all as it is, and echoed. */
    TEXT {
        @Override
        Handshake open() {
            return Handshake.webSocket("/ws");
        }

        @Override
        String wrap(String payload, String answer) {
            return payload;
        }
    },
    /** Socket.IO 5 on Engine.IO 4, whose messages are events. */
    SOCKET_IO {
        @Override
        Handshake open() {
            return Handshake.webSocket("/socket.io/?EIO=4&transport=websocket")
                    .until("0{\"sid\"")
                    .then(frame("40"), "40", "sid");
        }

        @Override
        String wrap(String payload, String answer) {
            return "42[\"echo\",\"" + payload + "\"]";
        }
    },
    /** Bayeux 1.0. */
    COMETD {
        @Override
        Handshake open() {
            return Handshake.webSocket("/ws")
                    .then(
                            frame("[{\"id\":\"1\",\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                                    + "\"supportedConnectionTypes\":[\"websocket\"]}]"),
                            "\"clientId\"",
                            "\"successful\":true")
                    .then(
                            answer -> frame(
                                    "[{\"id\":\"2\",\"channel\":\"/meta/connect\",\"connectionType\":\"websocket\",\"advice\":{\"timeout\":0},"
                                            + client(answer) + "}]"),
                            "/meta/connect",
                            "\"successful\":true");
        }

        @Override
        public Handshake subscribe(String transport, List<Integer> topics, List<String> headers) {
            return open().then(
                            answer -> frame("[{\"id\":\"3\",\"channel\":\"/meta/subscribe\",\"subscription\":\"/t0\","
                                    + client(answer) + "}]"),
                            "/meta/subscribe",
                            "\"successful\":true");
        }

        @Override
        String wrap(String payload, String answer) {
            return "[{\"id\":\"4\",\"channel\":\"/service/echo\",\"data\":\"" + payload + "\"," + client(answer) + "}]";
        }
    };

    private static final String HOLE = "\0";
    private static final Pattern CLIENT = Pattern.compile("\"clientId\":\"[^\"]*\"");

    /** What every connection is begun with. */
    abstract Handshake open();

    /** A question. */
    abstract String wrap(String payload, String answer);

    private static String client(String answer) {
        Matcher matcher = CLIENT.matcher(answer);
        if (!matcher.find()) {
            throw new IllegalStateException("answer: " + answer + " (expected: a client id)");
        }
        return matcher.group();
    }

    private static byte[] frame(String text) {
        ByteBuffer out = ByteBuffer.allocate(text.length() + 16);
        EchoAsker.webSocket(out, text.getBytes(StandardCharsets.US_ASCII));
        byte[] frame = new byte[out.flip().remaining()];
        out.get(frame);
        return frame;
    }

    @Override
    public Handshake subscribe(String transport, List<Integer> topics, List<String> headers) {
        return open();
    }

    @Override
    public Handshake talk(String transport) {
        return open();
    }

    @Override
    public Asker asker(Swarm swarm, String transport, String answer, int bytes) {
        String around = wrap(HOLE, answer);
        byte[] before = around.substring(0, around.indexOf(HOLE)).getBytes(StandardCharsets.US_ASCII);
        byte[] after = around.substring(around.indexOf(HOLE) + 1).getBytes(StandardCharsets.US_ASCII);
        byte[] text = new byte[before.length + bytes + after.length];
        System.arraycopy(before, 0, text, 0, before.length);
        System.arraycopy(after, 0, text, before.length + bytes, after.length);
        return EchoAsker.byFrames(swarm, bytes, (out, payload) -> {
            System.arraycopy(payload, 0, text, before.length, bytes);
            EchoAsker.webSocket(out, text);
        });
    }
}
