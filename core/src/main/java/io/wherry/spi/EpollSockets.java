// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;

/** What Linux calls epoll, by classes that need not be there: only {@link SocketChoice} names this one, and is ready for its failing. */
final class EpollSockets {

    private EpollSockets() {}

    /**
     * The sockets.
     *
     * @throws LinkageError when Netty's classes, its native library or the system are not as they must be
     */
    static Sockets open() {
        Epoll.ensureAvailability();
        Sockets.requireSystemErrors();
        return new Sockets(
                "epoll",
                EpollIoHandler.newFactory(),
                EpollServerSocketChannel.class,
                EpollSocketChannel.class,
                EpollChannelOption.TCP_USER_TIMEOUT);
    }
}
