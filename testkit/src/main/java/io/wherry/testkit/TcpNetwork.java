// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.spi.Transport;
import io.wherry.testkit.proxy.Direction;
import io.wherry.testkit.proxy.Fault;
import io.wherry.testkit.proxy.TcpProxy;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A network of sockets: a proxy in front of the server, and what is wrong with it now. Confined to the test's thread. */
final class TcpNetwork implements Network {

    private final Transport transport;
    private final URI uri;
    private final TcpProxy proxy;
    private final Fault refusing;
    private final List<Fault> stalling;
    private Fault cutting;

    TcpNetwork(Transport transport, URI uri) {
        this.transport = transport;
        this.uri = uri;
        this.proxy = TcpProxy.to(uri.getPort());
        this.refusing = proxy.resetConnects().off();
        this.stalling = Arrays.stream(Direction.values())
                .map(direction -> proxy.stall(direction).off())
                .toList();
        this.cutting = proxy.cutAfter(Direction.UP, 0).off();
    }

    @Override
    public URI uri() {
        return proxy.front(uri);
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public void cut() {
        proxy.cut();
    }

    @Override
    public void cutSoon(Random random) {
        cutting.off();
        cutting = proxy.cutAfter(random.nextBoolean() ? Direction.UP : Direction.DOWN, random.nextInt(5000));
    }

    @Override
    public void refuse(boolean refuse) {
        turn(refusing, refuse);
    }

    @Override
    public void stall(boolean stall) {
        stalling.forEach(fault -> turn(fault, stall));
    }

    private static void turn(Fault fault, boolean on) {
        if (on) {
            fault.on();
        } else {
            fault.off();
        }
    }

    @Override
    public void close() {
        proxy.close();
    }
}
