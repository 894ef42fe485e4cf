// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** How Wherry is spoken with (docs/protocol.md), and a server that speaks as its plain readers are spoken to. */
enum WherryDialect implements Dialect {
    /** A plain reader. */
    PLAIN {
        @Override
        public Handshake subscribe(String transport, List<Integer> topics, List<String> headers) {
            return WherryDialect.open(transport, query(topics), headers);
        }

        @Override
        public Handshake talk(String transport) {
            return switch (transport) {
                case "websocket" -> WherryDialect.open(transport, "to=echo", List.of());
                case "http" -> Handshake.none();
                default -> WherryDialect.open(transport, "", List.of());
            };
        }

        @Override
        public Asker asker(Swarm swarm, String transport, String answer, int bytes) {
            return switch (transport) {
                case "websocket" -> EchoAsker.byFrames(swarm, bytes, EchoAsker::webSocket);
                case "http" -> EchoAsker.byPosts(swarm, bytes, "/wherry/http?to=echo");
                default -> new StreamAsker(swarm, bytes, answer);
            };
        }
    },
    /** A channel: the protocol {@code wherry.v1}. */
    CHANNEL {
        @Override
        public Handshake subscribe(String transport, List<Integer> topics, List<String> headers) {
            return WherryDialect.channel(transport, query(topics), headers);
        }

        @Override
        public Handshake talk(String transport) {
            return WherryDialect.channel(transport, "", List.of());
        }

        @Override
        public Asker asker(Swarm swarm, String transport, String answer, int bytes) {
            return switch (transport) {
                case "websocket" -> new ChannelAsker(swarm, bytes);
                case "http" -> new PostAsker(swarm, bytes, answer.substring(answer.indexOf("\r\n\r\n") + 4));
                default -> new StreamAsker(swarm, bytes, answer);
            };
        }
    };

    /** Up to the end of the welcome, after which nothing comes by itself. */
    private static Handshake channel(String transport, String query, List<String> headers) {
        if (!transport.equals("websocket")) {
            return open(transport, query + (query.isEmpty() ? "" : "&") + "protocol=wherry.v1", headers)
                    .until("acked=0\n");
        }
        List<String> more = new ArrayList<>(headers);
        more.add("Sec-WebSocket-Protocol: wherry.v1");
        return open(transport, query, more).until("acked=0\n");
    }

    private static Handshake open(String transport, String query, List<String> headers) {
        String target = "/wherry/" + transport + "?" + query;
        String[] all = headers.toArray(String[]::new);
        return transport.equals("websocket") ? Handshake.webSocket(target, all) : Handshake.stream(target, all);
    }

    /** Where a subscriber of the first topic asks. */
    static String target(String transport, Dialect dialect) {
        return "/wherry/" + transport + "?topic=t0" + (dialect == CHANNEL ? "&protocol=wherry.v1" : "");
    }

    private static String query(List<Integer> topics) {
        return topics.stream().map(topic -> "topic=t" + topic).collect(Collectors.joining("&"));
    }
}
