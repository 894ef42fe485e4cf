// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a peer subscribes to topics. Immutable. */
enum Dialect {
    /** A plain reader of Wherry, or of what speaks as it does. */
    PLAIN {
        @Override
        Handshake subscribe(String transport, List<Integer> topics, List<String> headers) {
            return Dialect.open(transport, query(topics), headers);
        }
    },
    /** A channel: the protocol {@code wherry.v1}. */
    CHANNEL {
        @Override
        Handshake subscribe(String transport, List<Integer> topics, List<String> headers) {
            if (!transport.equals("websocket")) {
                return Dialect.open(transport, query(topics) + "&protocol=wherry.v1", headers);
            }
            List<String> more = new ArrayList<>(headers);
            more.add("Sec-WebSocket-Protocol: wherry.v1");
            return Dialect.open(transport, query(topics), more);
        }
    };

    /** What a connection is begun with that is given what is published to some topics. */
    abstract Handshake subscribe(String transport, List<Integer> topics, List<String> headers);

    private static Handshake open(String transport, String query, List<String> headers) {
        String target = "/wherry/" + transport + "?" + query;
        String[] all = headers.toArray(String[]::new);
        return transport.equals("websocket") ? Handshake.webSocket(target, all) : Handshake.stream(target, all);
    }

    private static String query(List<Integer> topics) {
        return topics.stream().map(topic -> "topic=t" + topic).collect(Collectors.joining("&"));
    }

    /** The first topics. */
    static List<Integer> topics(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
