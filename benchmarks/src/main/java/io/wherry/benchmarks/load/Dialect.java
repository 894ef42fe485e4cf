// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.util.List;
import java.util.stream.IntStream;

/** How the load generator speaks with a kind of server. Immutable. */
interface Dialect {

    /** What a connection is begun with that is given what is published to some topics. */
    Handshake subscribe(String transport, List<Integer> topics, List<String> headers);

    /** What a connection is begun with on which something is asked again and again. */
    Handshake talk(String transport);

    /**
     * The load generator's end of such a connection.
     *
     * @param answer what the handshake was answered
     * @param bytes the length of each payload
     */
    Asker asker(Swarm swarm, String transport, String answer, int bytes);

    /** The first topics. */
    static List<Integer> topics(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
