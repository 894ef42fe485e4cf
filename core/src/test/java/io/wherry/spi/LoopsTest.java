// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.wherry.WherryException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loops over each kind of sockets that this machine has. */
@Timeout(30)
final class LoopsTest {

    static List<String> kinds() {
        List<String> there = new ArrayList<>();
        for (String kind : List.of("nio", "epoll", "io_uring", "kqueue")) {
            try {
                SocketChoice.ofSystem().choose(kind);
                there.add(kind);
            } catch (WherryException e) {
                // not on this machine
            }
        }
        return there;
    }

    static Stream<String> kindsThatGiveUp() {
        return kinds().stream().filter(kind -> kind.equals("epoll") || kind.equals("io_uring"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void runsWhatItWasGivenQuietlyOnceItIsWoken(String kind) throws Exception {
        Loops loops = Loops.start(1, "test", kind);
        try {
            Loop loop = loops.next();
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Boolean> ran = new CompletableFuture<>();
                loop.executeQuietly(() -> ran.complete(loop.inLoop()));
                loop.wake();
                assertThat(ran.get(10, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            loops.close().toCompletableFuture().join();
        }
    }

    /** Listens on loopback and gives the first connection. */
    private static Channel listen(Loops loops, CompletableFuture<Channel> accepted) throws Exception {
        return new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverSocketType())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                ctx.close();
                            }
                        });
                        accepted.complete(channel);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void carryBytes(String kind) throws Exception {
        Loops loops = Loops.start(2, "loops-test", kind);
        try {
            assertThat(loops.sockets()).isEqualTo(kind);
            CompletableFuture<Channel> accepted = new CompletableFuture<>();
            Channel listening = listen(loops, accepted);
            int port = ((InetSocketAddress) listening.localAddress()).getPort();
            try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Channel channel = accepted.get(15, TimeUnit.SECONDS);
                assertThat(loops.all()).contains(loops.of(channel.eventLoop()));
                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {7})).sync();
                assertThat(peer.getInputStream().read()).isEqualTo(7);
                channel.close();
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            loops.close().toCompletableFuture().get(15, TimeUnit.SECONDS);
        }
    }

    /** What its peer has no room for stays in the system's buffers; without the limit nothing would ever come of it. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("kindsThatGiveUp")
    void giveAPeerUpThatAcknowledgesNothing(String kind) throws Exception {
        Loops loops = Loops.start(1, "loops-test", kind);
        try {
            CompletableFuture<Channel> accepted = new CompletableFuture<>();
            Channel listening = listen(loops, accepted);
            try (Socket peer = new Socket()) {
                peer.setReceiveBufferSize(2048);
                peer.connect(listening.localAddress());
                Channel channel = accepted.get(15, TimeUnit.SECONDS);
                channel.config().setOption(ChannelOption.SO_SNDBUF, 1 << 20);
                assertThat(loops.limitUnacknowledged(channel, Duration.ofMillis(200)))
                        .isTrue();

                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[256 * 1024]))
                        .sync();

                assertThat(channel.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(loops.limitUnacknowledged(channel, Duration.ZERO)).isFalse();
            }
        } finally {
            loops.close().toCompletableFuture().get(15, TimeUnit.SECONDS);
        }
    }
}
