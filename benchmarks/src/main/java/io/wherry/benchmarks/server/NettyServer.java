// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.Version;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** What servers that are written for Netty have in common: a listening socket on a free port of loopback. */
public final class NettyServer {

    private final int port;

    /**
     * Listens.
     *
     * @param group of the loops, which ends it
     * @param type of the socket
     * @param initializer sets up each connection
     */
    public NettyServer(EventLoopGroup group, Class<? extends ServerChannel> type, Consumer<Channel> initializer) {
        Channel listening = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initializer.accept(channel);
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
        port = ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Its TCP port. */
    public int port() {
        return port;
    }

    /** Netty's version, after a name. */
    public static String version(String name) {
        Version version = Version.identify().get("netty-transport");
        return name + (version == null ? "" : " " + version.artifactVersion());
    }
}
