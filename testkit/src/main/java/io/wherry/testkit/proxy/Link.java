// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.wherry.testkit.proxy.TcpFaults.Kind;
import io.wherry.testkit.proxy.TcpFaults.TcpFault;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection and those to the server that belong to it: the first handler of the client's connection, through
 * whose passages all of its bytes go. Confined to the proxy's loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as the end of the connection
final class Link extends ChannelDuplexHandler {

    private final TcpProxy proxy;
    private final SocketChannel client;
    private final Passage up;
    private final Passage down;
    private final Set<Channel> servers = new HashSet<>();
    private final Set<TcpFault> agesWatched = new HashSet<>();
    private final long openedNanos = System.nanoTime();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Runnable onChange;
    private boolean upFull;
    private boolean serverFull;
    private boolean upEnded;
    private boolean downEnded;
    private boolean closing;
    private boolean ended;

    Link(TcpProxy proxy, SocketChannel client) {
        this.proxy = proxy;
        this.client = client;
        this.up = new Passage(Direction.UP, proxy.faults(), client.eventLoop(), new Up(), proxy.counter(Direction.UP));
        this.down = new Passage(
                Direction.DOWN, proxy.faults(), client.eventLoop(), new Down(), proxy.counter(Direction.DOWN));
    }

    SocketChannel client() {
        return client;
    }

    /** Lets nothing pass, ever. */
    void silence() {
        up.vanish();
        down.vanish();
    }

    /** Calls this whenever a fault was switched. */
    void onChange(Runnable action) {
        onChange = action;
    }

    /** A connection to the server belongs to this one from now on. */
    void add(Channel server) {
        if (ended) {
            reset(server);
            return;
        }
        servers.add(server);
        server.closeFuture().addListener(closed -> servers.remove(server));
    }

    /** A fault was switched. */
    void changed() {
        watchAge();
        up.pump();
        down.pump();
        Runnable action = onChange;
        if (action != null && !ended) {
            action.run();
        }
    }

    private void watchAge() {
        for (TcpFault fault : proxy.faults().on(Kind.CUT_OLD, null)) {
            if (agesWatched.add(fault)) {
                long left = fault.amount() - (System.nanoTime() - openedNanos);
                client.eventLoop().schedule(() -> cutOld(fault), left, TimeUnit.NANOSECONDS);
            }
        }
    }

    private void cutOld(TcpFault fault) {
        agesWatched.remove(fault);
        if (!ended && fault.fault().strike()) {
            reset();
        }
    }

    /** Resets all connections; bytes on their way are lost. */
    void reset() {
        end(Link::reset);
    }

    /** Closes all connections in order. */
    void close() {
        end(Channel::close);
    }

    private void end(Consumer<Channel> how) {
        if (ended) {
            return;
        }
        ended = true;
        up.close();
        down.close();
        how.accept(client);
        Set.copyOf(servers).forEach(how);
        Runnable action = onChange;
        if (action != null) {
            action.run();
        }
        proxy.ended(this);
    }

    boolean hasEnded() {
        return ended;
    }

    static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    /** The server will send no more: told to the client after what is under way. */
    void endDown() {
        down.end();
    }

    /** Closes both sides, once what is under way has gone down. */
    void closeWhenSent() {
        closing = true;
        down.end();
    }

    /** A connection to the server was reset. */
    void serverReset() {
        if (!down.vanishes()) {
            reset();
        }
    }

    /** Says whether a server takes no more for now. */
    void serverFull(boolean full) {
        serverFull = full;
        readOrNot();
    }

    private void readOrNot() {
        client.config().setAutoRead(!upFull && !serverFull);
    }

    private void finishIfEnded() {
        if (upEnded && downEnded) {
            close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        watchAge();
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        up.pass((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // told by the passage
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        down.pass((ByteBuf) message);
        promise.trySuccess();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            up.end();
            if (up.vanishes() && servers.isEmpty()) {
                reset();
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        clientReset();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        clientReset();
        ctx.fireChannelInactive();
    }

    private void clientReset() {
        if (!up.vanishes() || servers.isEmpty()) {
            reset();
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("a link that is not in a pipeline");
        }
        return current;
    }

    /** What is behind the passage up: the handlers after this one. */
    private final class Up implements Passage.FarSide {

        @Override
        public void pass(ByteBuf bytes) {
            context().fireChannelRead(bytes);
        }

        @Override
        public void flush() {
            context().fireChannelReadComplete();
        }

        @Override
        public void end() {
            upEnded = true;
            context().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            finishIfEnded();
        }

        @Override
        public void full(boolean full) {
            upFull = full;
            readOrNot();
        }

        @Override
        public void cut() {
            reset();
        }

        @Override
        public void cutAll() {
            proxy.cutOnLoop();
        }
    }

    /** What is behind the passage down: the client's socket. */
    private final class Down implements Passage.FarSide {

        @Override
        public void pass(ByteBuf bytes) {
            context().write(bytes);
        }

        @Override
        public void flush() {
            context().flush();
        }

        @Override
        public void end() {
            downEnded = true;
            if (!client.isActive()) {
                reset();
            } else if (closing) {
                // After the last bytes: the close frame, the response.
                context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
                    upEnded = true;
                    finishIfEnded();
                });
            } else {
                ((DuplexChannel) client).shutdownOutput();
                finishIfEnded();
            }
        }

        @Override
        public void full(boolean full) {
            var buffer = client.unsafe().outboundBuffer();
            if (buffer != null) {
                buffer.setUserDefinedWritability(1, !full);
            }
        }

        @Override
        public void cut() {
            reset();
        }

        @Override
        public void cutAll() {
            proxy.cutOnLoop();
        }
    }
}
