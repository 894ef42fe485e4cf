// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.Client;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Environment;
import io.wherry.spi.Loops;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Target;
import io.wherry.spi.Transport;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A server and a client on loops, threads, randomness and a clock that they were given. */
final class EnvironmentTest {

    private final ManualLoop loop = new ManualLoop();

    private Environment environment() {
        return new Environment(Loops.given(List.of(loop)), loop, new Random(7), loop::nanoTime);
    }

    private Server server() {
        return Wherry.server()
                .transports("nowhere")
                .transport(new Nowhere())
                .environment(environment())
                .build();
    }

    @Test
    void takesItsEpochFromTheRandomnessGiven() {
        assertThat(server().toString()).isEqualTo(server().toString());
    }

    @Test
    void closesOnTheLoopsGivenWithoutEndingThem() {
        Server server = server().start();
        Client client = Wherry.client()
                .transports("nowhere")
                .transport(new Nowhere())
                .environment(environment())
                .build();
        CompletableFuture<Void> closed = CompletableFuture.allOf(
                server.closeAsync().toCompletableFuture(), client.closeAsync().toCompletableFuture());
        loop.runAll();
        assertThat(closed).isCompleted();
        loop.execute(() -> {});
        assertThat(loop.runOne()).isTrue();
    }

    @Test
    void givenLoopsAreServedInTurnAndHaveNothingOfNettys() {
        ManualLoop second = new ManualLoop();
        Loops loops = Loops.given(List.of(loop, second));
        assertThat(loops.next()).isSameAs(loop);
        assertThat(loops.next()).isSameAs(second);
        assertThatThrownBy(loops::group).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loops.eventLoop(loop)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Loops.given(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    /** A transport that listens and connects nowhere. */
    private static final class Nowhere implements Transport, ClientTransport {

        @Override
        public String name() {
            return "nowhere";
        }

        @Override
        public List<ConfigKey<?>> keys() {
            return List.of();
        }

        @Override
        public ServerTransport server(Config config) {
            return context -> {};
        }

        @Override
        public ClientTransport client(Config config) {
            return this;
        }

        @Override
        public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> close() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
