// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.wherry.testkit.proxy.TcpFaults.Kind;
import io.wherry.testkit.proxy.TcpFaults.TcpFault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A proxy on the loopback address in front of a server, which cuts, refuses, delays and loses bytes on demand. Thread-safe.
 *
 * <p>A method that makes a {@link Fault} switches it on, for the connections that live and for those that will come, until
 * {@link Fault#off()}. Faults add up. The proxy has one thread, which ends with {@link #close()}.
 *
 * <pre>{@code
 * try (TcpProxy proxy = TcpProxy.to(server.port())) {
 *     Channel channel = client.connect(proxy.front(uri));
 *     Fault slow = proxy.delay(Direction.DOWN, Duration.ofMillis(300));
 *     …
 *     slow.off();
 * }
 * }</pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // the thread's end is awaited in its place
public sealed class TcpProxy implements AutoCloseable permits HttpProxy {

    private static final int CLOSE_SECONDS = 5;

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final Thread thread;
    private final Listening listening;
    private final TcpFaults faults = new TcpFaults();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicLong bytesUp = new AtomicLong();
    private final AtomicLong bytesDown = new AtomicLong();
    private volatile int targetPort;

    /** A proxy that does not listen yet. */
    TcpProxy(int targetPort) {
        this.targetPort = targetPort;
        this.group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("faulty-proxy", true), NioIoHandler.newFactory());
        this.loop = group.next();
        this.thread = loop.submit(Thread::currentThread).syncUninterruptibly().getNow();
        this.listening = new Listening(new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, Listening.BACKLOG)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        accept(client);
                    }
                }));
    }

    /** Starts a proxy in front of a port of the loopback address. */
    public static TcpProxy to(int port) {
        TcpProxy proxy = new TcpProxy(port);
        proxy.listen();
        return proxy;
    }

    final void listen() {
        try {
            listening.start();
        } catch (RuntimeException e) {
            group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
            throw e;
        }
    }

    /** The port that the proxy listens on, as long as it lives. */
    public final int port() {
        return listening.port();
    }

    /** An address of the server, led through the proxy: the same with the proxy's port. */
    public final URI front(URI uri) {
        return URI.create(uri.toString().replaceFirst("^([^/]+//[^/?#]*?)(:[0-9]+)?(?=[/?#]|$)", "$1:" + port()));
    }

    /** Leads new connections to another port of the loopback address: the server was started again there. */
    public final void retarget(int port) {
        targetPort = port;
    }

    /**
     * Resets all connections that live now; bytes on their way are lost.
     *
     * @return how many there were
     */
    public final int cut() {
        return loop.submit(this::cutOnLoop).syncUninterruptibly().getNow();
    }

    /** Resets all connections as soon as so many more bytes have gone one way, all connections counted. Strikes once. */
    public final Fault cutAfter(Direction direction, long bytes) {
        return add(Kind.CUT_ALL_AFTER, direction, bytes, "cut after " + bytes + " bytes " + direction, 1);
    }

    /** Resets each connection as soon as so many bytes have gone one way on it. Strikes once for each. */
    public final Fault cutEachAfter(Direction direction, long bytes) {
        return add(Kind.CUT_EACH_AFTER, direction, bytes, "cut each after " + bytes + " bytes " + direction);
    }

    /** Resets each connection so long after it was opened, for ever. Strikes once for each. */
    public final Fault cutEachAfter(Duration age) {
        return add(Kind.CUT_OLD, null, age.toNanos(), "cut each after " + age);
    }

    /**
     * Loses what goes one way, without a reset, the end of a connection too. A connection that has lost something stays silent
     * that way for good, as one does that a router on the way has forgotten. Strikes with each read.
     */
    public final Fault blackHole(Direction direction) {
        return add(Kind.BLACK_HOLE, direction, 0, "black hole " + direction);
    }

    /** Lets nothing pass one way: the bytes wait, and go on when it is off. Strikes with each read. */
    public final Fault stall(Direction direction) {
        return add(Kind.STALL, direction, 0, "stall " + direction);
    }

    /** Lets bytes pass one way so much later. Strikes with each read. */
    public final Fault delay(Direction direction, Duration time) {
        return add(Kind.DELAY, direction, time.toNanos(), "delay " + direction + " by " + time);
    }

    /** Lets so many bytes a second pass one way on each connection. Strikes with each piece. */
    public final Fault throttle(Direction direction, long bytesPerSecond) {
        if (bytesPerSecond <= 0) {
            throw new IllegalArgumentException("bytesPerSecond: " + bytesPerSecond + " (expected: > 0)");
        }
        return add(
                Kind.THROTTLE, direction, bytesPerSecond, "throttle " + direction + " to " + bytesPerSecond + " B/s");
    }

    /** Lets nobody listen on the port: the system refuses connections, which nobody counts. */
    public final Fault refuseConnects() {
        Fault fault = add(Kind.LISTENING, null, 0, "refuse connects");
        listening.refuse(fault);
        return fault;
    }

    /** Leaves the attempts to connect without an answer, so that they time out; which nobody counts. On Linux. */
    public final Fault ignoreConnects() {
        Fault fault = add(Kind.LISTENING, null, 0, "ignore connects");
        listening.ignore(fault);
        return fault;
    }

    /** Accepts connections and resets them at once. Strikes with each. */
    public final Fault resetConnects() {
        return add(Kind.RESET_CONNECTS, null, 0, "reset connects");
    }

    /** Accepts connections and says nothing on them, for good; the server does not see them. Strikes with each. */
    public final Fault silenceConnects() {
        return add(Kind.SILENCE_CONNECTS, null, 0, "silence connects");
    }

    /** Switches all faults off. */
    public void repair() {
        faults.allOff();
    }

    /** How many connections of clients live. */
    public final int connections() {
        return links.size();
    }

    /** How many connections of clients there have been, those too that were reset at once. */
    public final int accepted() {
        return accepted.get();
    }

    /** How many bytes have gone one way. */
    public final long bytes(Direction direction) {
        return direction == Direction.UP ? bytesUp.get() : bytesDown.get();
    }

    /** Resets all connections and stops to listen; waits until the thread has ended. */
    @Override
    public final void close() {
        listening.close();
        if (!loop.isShuttingDown()) {
            cut();
        }
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Fault add(Kind kind, @Nullable Direction direction, long amount, String name) {
        return add(kind, direction, amount, name, Integer.MAX_VALUE);
    }

    private Fault add(Kind kind, @Nullable Direction direction, long amount, String name, int times) {
        Fault fault = new Fault(name, times, this::changed);
        faults.add(new TcpFault(kind, direction, amount, fault));
        changed();
        return fault;
    }

    /** A fault was switched: what is held may go on, and the port may listen or not. Returns when it is done. */
    final void changed() {
        if (loop.inEventLoop()) {
            links.forEach(Link::changed);
        } else if (!loop.isShuttingDown()) {
            loop.submit(() -> links.forEach(Link::changed)).syncUninterruptibly();
            listening.update();
        }
    }

    final TcpFaults faults() {
        return faults;
    }

    final LongConsumer counter(Direction direction) {
        AtomicLong bytes = direction == Direction.UP ? bytesUp : bytesDown;
        return bytes::addAndGet;
    }

    final int cutOnLoop() {
        Set<Link> live = Set.copyOf(links);
        live.forEach(Link::reset);
        return live.size();
    }

    final void ended(Link link) {
        links.remove(link);
    }

    private void accept(SocketChannel client) {
        if (listening.isFiller(client.remoteAddress())) {
            Link.reset(client);
            return;
        }
        accepted.incrementAndGet();
        if (faults.strikes(Kind.RESET_CONNECTS, null)) {
            Link.reset(client);
            return;
        }
        // Known before the server sees it, so that a cut reaches every connection that either side knows of.
        Link link = new Link(this, client);
        links.add(link);
        client.pipeline().addLast(link);
        if (faults.strikes(Kind.SILENCE_CONNECTS, null)) {
            link.silence();
            client.config().setAutoRead(true);
        } else {
            serve(link);
        }
    }

    /** Does for a client's connection what this proxy is there for. */
    void serve(Link link) {
        connect(link).addListener((ChannelFutureListener) connected -> {
            if (!connected.isSuccess() || link.hasEnded()) {
                link.reset();
                return;
            }
            Channel server = connected.channel();
            server.pipeline().addLast(new Relay.FromServer(link));
            link.client().pipeline().addLast(new Relay.FromClient(link, server));
            server.config().setAutoRead(true);
            link.client().config().setAutoRead(true);
        });
    }

    /** Opens a connection to the server, which reads nothing yet. */
    final ChannelFuture connect(Link link) {
        var connecting = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel server) {
                        // the handlers come when it is connected
                    }
                })
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
        link.add(connecting.channel());
        return connecting;
    }
}
