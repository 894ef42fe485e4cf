// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.spi.Transport;
import io.wherry.testkit.proxy.TcpProxy;
import java.net.URI;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network between clients and a server, which breaks on demand: a {@link TcpProxy} where the server has a port, else a
 * {@link CuttableTransport}. Thread-safe.
 */
public interface Network extends AutoCloseable {

    /** Where clients find the server through this network. */
    URI uri();

    /** With what clients find it. */
    Transport transport();

    /** Breaks all connections that live now. */
    void cut();

    /** Breaks a connection soon, in the middle of whatever passes then. */
    void cutSoon(Random random);

    /** Says whether new connections fail. */
    void refuse(boolean refuse);

    /** Says whether nothing passes, either way. */
    void stall(boolean stall);

    /** Ends what the network needs. */
    @Override
    void close();

    /** A network of sockets in front of a port of the loopback address. */
    static Network tcp(Transport transport, URI uri) {
        return new TcpNetwork(transport, uri);
    }

    /** A network without sockets. */
    static Network wrapping(Transport transport, URI uri) {
        CuttableTransport cuttable = new CuttableTransport(transport);
        return new Network() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public Transport transport() {
                return cuttable;
            }

            @Override
            public void cut() {
                cuttable.cut();
            }

            @Override
            public void cutSoon(Random random) {
                AtomicInteger left = new AtomicInteger(random.nextInt(20));
                cuttable.cutOn(envelope -> left.getAndDecrement() <= 0);
            }

            @Override
            public void refuse(boolean refuse) {
                cuttable.refuse(refuse);
            }

            @Override
            public void stall(boolean stall) {
                cuttable.stall(stall);
            }

            @Override
            public void close() {}
        };
    }
}
