// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

/** A server that sends the same message to all of its WebSocket subscribers. Used by one thread. */
interface BroadcastServer extends AutoCloseable {

    /** The TCP port on loopback. */
    int port();

    /** How many subscribers would get a message that is published now. */
    int subscribers();

    /**
     * Sends a text message to all subscribers. Does not wait.
     *
     * @param text UTF-8; not changed afterwards
     */
    void publish(byte[] text);

    /**
     * Sends a text message to those subscribers alone that have asked for the topic {@code f} as well. Does not wait.
     *
     * @param text UTF-8; not changed afterwards
     */
    default void fill(byte[] text) {
        throw new UnsupportedOperationException("fill: this server has no second topic");
    }

    @Override
    void close();
}
