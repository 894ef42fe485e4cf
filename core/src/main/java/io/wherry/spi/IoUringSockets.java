// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/** What Linux calls io_uring, by classes that need not be there: only {@link SocketChoice} names this one, and is ready for its failing. */
final class IoUringSockets {

    private IoUringSockets() {}

    /**
     * The sockets.
     *
     * @throws LinkageError when Netty's classes, its native library or the system are not as they must be
     */
    static Sockets open() {
        IoUring.ensureAvailability();
        Sockets.requireSystemErrors();
        return new Sockets(
                "io_uring",
                IoUringIoHandler.newFactory(),
                IoUringServerSocketChannel.class,
                IoUringSocketChannel.class,
                IoUringChannelOption.TCP_USER_TIMEOUT);
    }
}
