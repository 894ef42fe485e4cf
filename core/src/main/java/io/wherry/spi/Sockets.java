// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One way to the sockets of the operating system. Immutable.
 *
 * @param name as in {@code wherry.sockets}
 * @param handlers what an event loop waits with
 * @param serverType listening sockets
 * @param type the others
 * @param unacknowledgedLimit the option by which a socket is given up whose peer has acknowledged nothing of what was sent for so
 *     many milliseconds, null where there is none
 */
record Sockets(
        String name,
        IoHandlerFactory handlers,
        Class<? extends ServerSocketChannel> serverType,
        Class<? extends SocketChannel> type,
        @Nullable ChannelOption<Integer> unacknowledgedLimit) {

    static Sockets nio() {
        return new Sockets(
                "nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class, null);
    }

    /**
     * Fails where a native library is not of the version of the classes that it has in common with others: it can be loaded then,
     * and what is missing would show at the first socket that connects.
     *
     * @throws LinkageError for such a library
     */
    static void requireSystemErrors() {
        try {
            Class.forName("io.netty.channel.unix.Errors", true, Sockets.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new NoClassDefFoundError(e.getMessage());
        }
    }
}
