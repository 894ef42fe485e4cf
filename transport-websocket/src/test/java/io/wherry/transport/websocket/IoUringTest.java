// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.channel.uring.IoUring;
import io.wherry.testkit.ChannelContract;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.RequestContract;
import io.wherry.testkit.TopicContract;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What a channel does from its opening to its end, over io_uring, where the system has it. The whole contract is tried over epoll,
 * which is what is chosen here by itself, and over NIO by the modules without Netty's native jars.
 */
@Timeout(60)
class IoUringTest implements ChannelContract, RequestContract, TopicContract {

    private @Nullable Fixture fixture;

    @Override
    public Fixture fixture() {
        return Objects.requireNonNull(fixture, "fixture");
    }

    @BeforeEach
    void open() {
        Assumptions.assumeTrue(IoUring.isAvailable(), "io_uring is not there");
        fixture = new Fixture(
                new WebSocketTransport(),
                server -> URI.create("http://127.0.0.1:" + server.port() + "/wherry"),
                Map.of("wherry.sockets", "io_uring"));
    }

    @AfterEach
    void close() {
        if (fixture != null) {
            fixture.close();
        }
    }
}
