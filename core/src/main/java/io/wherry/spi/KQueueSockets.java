// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;

/** What macOS and the BSDs call kqueue, by classes that need not be there: only {@link SocketChoice} names this one, and is ready for its failing. */
final class KQueueSockets {

    private KQueueSockets() {}

    /**
     * The sockets.
     *
     * @throws LinkageError when Netty's classes, its native library or the system are not as they must be
     */
    static Sockets open() {
        KQueue.ensureAvailability();
        Sockets.requireSystemErrors();
        return new Sockets(
                "kqueue",
                KQueueIoHandler.newFactory(),
                KQueueServerSocketChannel.class,
                KQueueSocketChannel.class,
                null);
    }
}
