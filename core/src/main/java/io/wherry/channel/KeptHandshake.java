// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Handshake;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A handshake in as few bytes as there are letters in it, since it is kept as long as its channel and hardly ever asked for; in
 * none where another channel's client, without secrets, has sent the same.
 * Immutable.
 */
final class KeptHandshake {

    /** Texts that were kept lately. Written by any thread, without order: whichever it is, it is whole. */
    private static final @Nullable String[] RECENT = new @Nullable String[64];

    /** Headers that are the same for many, and hold no secret that must not stay when its peer has gone. */
    private static final Set<String> COMMON_HEADERS = Set.of(
            "accept",
            "accept-encoding",
            "accept-language",
            "cache-control",
            "connection",
            "content-length",
            "dnt",
            "host",
            "origin",
            "pragma",
            "upgrade",
            "user-agent");

    private static final Set<String> COMMON_QUERY =
            Set.of("protocol", "topic", "last", "connection", "delimiter", "format");

    /** What was of use to the handshake alone, and is not kept. */
    private static final String ONCE = "sec-websocket-key";

    private final String transport;
    private final @Nullable SocketAddress remoteAddress;
    /** Headers and query: how many names; each name, how many values, and these. A text comes after its length and a colon. */
    private final String texts;

    private KeptHandshake(Handshake handshake) {
        this.transport = handshake.transport();
        this.remoteAddress = handshake.remoteAddress();
        StringBuilder out = new StringBuilder(512);
        write(handshake.headers(), out);
        write(handshake.query(), out);
        String made = out.toString();
        boolean isCommon = handshake.headers().keySet().stream()
                        .allMatch(name -> name.startsWith("sec-") || COMMON_HEADERS.contains(name))
                && COMMON_QUERY.containsAll(handshake.query().keySet());
        this.texts = isCommon ? shared(made) : made;
    }

    /** The same text as that of another channel, where it is equal. */
    private static String shared(String text) {
        int slot = (text.hashCode() ^ (text.hashCode() >>> 16)) & (RECENT.length - 1);
        @Nullable String known = RECENT[slot];
        if (text.equals(known)) {
            return known;
        }
        RECENT[slot] = text;
        return text;
    }

    static KeptHandshake of(Handshake handshake) {
        return new KeptHandshake(handshake);
    }

    @Nullable SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** The handshake, made anew. */
    Handshake handshake() {
        Parser in = new Parser(texts);
        return new Handshake(transport, remoteAddress, in.map(), in.map());
    }

    private static void write(Map<String, List<String>> values, StringBuilder out) {
        out.append(values.size() - (values.containsKey(ONCE) ? 1 : 0)).append(':');
        values.forEach((name, texts) -> {
            if (name.equals(ONCE)) {
                return;
            }
            write(name, out);
            out.append(texts.size()).append(':');
            texts.forEach(text -> write(text, out));
        });
    }

    private static void write(String text, StringBuilder out) {
        out.append(text.length()).append(':').append(text);
    }

    /** Transport and address, as those of the handshake. */
    @Override
    public String toString() {
        return "Handshake[" + transport + ", " + remoteAddress + "]";
    }

    /** Reads what was written. */
    private static final class Parser {

        private final String in;
        private int at;

        Parser(String in) {
            this.in = in;
        }

        Map<String, List<String>> map() {
            Map<String, List<String>> values = new HashMap<>();
            for (int names = number(); names > 0; names--) {
                String name = text();
                List<String> texts = new ArrayList<>(1);
                for (int count = number(); count > 0; count--) {
                    texts.add(text());
                }
                values.put(name, List.copyOf(texts));
            }
            return values;
        }

        private int number() {
            int end = in.indexOf(':', at);
            int number = Integer.parseInt(in, at, end, 10);
            at = end + 1;
            return number;
        }

        private String text() {
            int length = number();
            at += length;
            return in.substring(at - length, at);
        }
    }
}
