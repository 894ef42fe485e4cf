// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A relay in front of a server's port that resets connections, lets nothing pass for a while, and refuses. Its state is
 * confined to one loop; the methods may be called on any thread.
 */
final class Cutter {

    private final EventLoop loop;
    private final int targetPort;
    private final Channel listening;
    private final AtomicLong cuts = new AtomicLong();
    private final Set<Link> links = new LinkedHashSet<>();
    private long bytesToCut = Long.MAX_VALUE;
    private boolean stalled;
    private boolean refusing;

    private Cutter(EventLoop loop, int targetPort) {
        this.loop = loop;
        this.targetPort = targetPort;
        this.listening = new ServerBootstrap()
                .group(loop, loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        accepted(client);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Starts a relay on a loop, in front of a port of the loopback address. */
    static Cutter start(EventLoop loop, int targetPort) {
        return new Cutter(loop, targetPort);
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** How many connections were cut. */
    long cuts() {
        return cuts.get();
    }

    /** Resets all connections. */
    void cut() {
        loop.execute(this::cutAll);
    }

    private void cutAll() {
        List.copyOf(links).forEach(Link::cut);
    }

    /** Resets one connection; which one is the caller's choice, by any number. */
    void cutOne(int which) {
        loop.execute(() -> {
            List<Link> all = new ArrayList<>(links);
            if (!all.isEmpty()) {
                all.get(Math.floorMod(which, all.size())).cut();
            }
        });
    }

    /** Resets the connection on which so many more bytes have passed, in the middle of whatever they are. */
    void cutAfter(long bytes) {
        loop.execute(() -> bytesToCut = bytes);
    }

    /** Lets nothing pass for a while; the bytes wait. */
    void stall(long millis) {
        loop.execute(() -> {
            stalled = true;
            later(millis, () -> {
                stalled = false;
                links.forEach(Link::read);
            });
        });
    }

    /** Resets all connections, and new ones for a while. */
    void refuse(long millis) {
        loop.execute(() -> {
            refusing = true;
            cutAll();
            later(millis, () -> refusing = false);
        });
    }

    private void later(long millis, Runnable task) {
        var unused = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** Does no more harm. */
    void calm() {
        loop.execute(() -> bytesToCut = Long.MAX_VALUE);
    }

    private void accepted(SocketChannel client) {
        if (refusing) {
            cuts.incrementAndGet();
            reset(client);
            return;
        }
        Link link = new Link(client);
        links.add(link);
        client.pipeline().addLast(link.new Pump(false));
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(link.new Pump(true))
                .connect(InetAddress.getLoopbackAddress(), targetPort);
        link.server = connecting.channel();
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                link.read();
            } else {
                link.cut();
            }
        });
    }

    private static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            var unused = channel.close();
        }
    }

    /** A client's connection and the one to the server that belongs to it. */
    private final class Link {

        private final Channel client;
        private @Nullable Channel server;

        Link(Channel client) {
            this.client = client;
        }

        void read() {
            Channel to = server;
            if (!stalled && to != null && to.isActive()) {
                client.read();
                to.read();
            }
        }

        void cut() {
            if (links.remove(this)) {
                cuts.incrementAndGet();
            }
            reset(client);
            Channel to = server;
            if (to != null) {
                reset(to);
            }
        }

        /** What comes on one of the two goes out on the other. */
        private final class Pump extends ChannelInboundHandlerAdapter {

            private final boolean down;

            Pump(boolean down) {
                this.down = down;
            }

            private @Nullable Channel other() {
                return down ? client : server;
            }

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                Channel to = other();
                if (to == null) {
                    bytes.release();
                    return;
                }
                bytesToCut -= bytes.readableBytes();
                if (bytesToCut < 0) {
                    bytes.writerIndex(Math.max(bytes.readerIndex(), bytes.writerIndex() + (int) bytesToCut));
                    bytesToCut = Long.MAX_VALUE;
                    to.writeAndFlush(bytes).addListener(written -> cut());
                } else {
                    to.writeAndFlush(bytes).addListener(written -> {
                        if (written.isSuccess() && !stalled) {
                            context.read();
                        }
                    });
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                links.remove(Link.this);
                Channel to = other();
                if (to != null) {
                    to.writeAndFlush(to.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                links.remove(Link.this);
                reset(context.channel());
                Channel to = other();
                if (to != null) {
                    reset(to);
                }
            }
        }
    }
}
