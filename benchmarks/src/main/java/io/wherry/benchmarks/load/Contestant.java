// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.NettyContender;
import io.wherry.benchmarks.server.WherryContender;
import java.util.List;

/**
 * A server and the way in which it is spoken to. Immutable.
 *
 * @param name what the table calls it
 * @param className of the server
 * @param dialect how peers speak
 * @param classPath of its JVM
 */
record Contestant(String name, String className, Dialect dialect, String classPath) {

    private static final String OWN = System.getProperty("java.class.path");

    /** The reference: the least that Netty has to do. */
    static final Contestant NETTY = own("netty", NettyContender.class, Dialect.PLAIN);

    /** Wherry with readers that get bare payloads: the same bytes as the reference's. */
    static final Contestant WHERRY = own("wherry", WherryContender.class, Dialect.PLAIN);

    /** Wherry with channels: each message in its envelope, with its position. */
    static final Contestant CHANNELS = own("channels", WherryContender.class, Dialect.CHANNEL);

    /** All that is in this jar, the reference first. */
    static final List<Contestant> OURS = List.of(NETTY, WHERRY, CHANNELS);

    private static Contestant own(String name, Class<?> type, Dialect dialect) {
        return new Contestant(name, type.getName(), dialect, OWN);
    }

    @Override
    public String toString() {
        return name;
    }
}
