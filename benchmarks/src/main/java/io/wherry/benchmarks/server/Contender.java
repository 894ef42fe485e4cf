// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

/**
 * A server under test. It has a public constructor that takes {@link Settings} and starts it on a free port of loopback. Used by one thread at
 * a time, but for {@link #publish}.
 */
public interface Contender extends AutoCloseable {

    /** The TCP port on loopback. */
    int port();

    /** What it is, with its version. */
    String version();

    /** How many subscribers would get a message that is published now, all topics together. */
    int subscribers();

    /**
     * Sends a text message to all subscribers of a topic. Does not wait. Thread-safe.
     *
     * @param topic a number, from 0; servers without topics know 0 alone
     * @param text UTF-8; not changed afterwards
     */
    void publish(int topic, byte[] text);

    /** How many bytes outside of the heap its buffers hold, 0 where that is not known. */
    default long directBytes() {
        return 0;
    }

    @Override
    void close();
}
