// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.channel.local.LocalAddress;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.WherryException;
import io.wherry.spi.Acceptor;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Port;
import io.wherry.spi.ServerContext;
import io.wherry.testkit.FakeLoop;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The server half of all simulated transports: what a connection asks for, it is given. Confined to the thread of the run. */
final class SimulatedPort implements Port, SimulatedNetwork.Host {

    static final String NAME = "server";

    private final SimulatedNetwork network;
    private final ServerContext context;
    private final Set<Wire.End> ends = new LinkedHashSet<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean closing;

    SimulatedPort(SimulatedNetwork network, ServerContext context) {
        this.network = network;
        this.context = context;
    }

    SimulatedNetwork network() {
        return network;
    }

    @Override
    public CompletionStage<SocketAddress> bind() {
        if (!network.listen(NAME, this)) {
            return CompletableFuture.failedFuture(new WherryException(ErrorCode.UNAVAILABLE, "name: taken"));
        }
        return CompletableFuture.completedFuture(new LocalAddress(NAME));
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        network.unlisten(NAME, this);
        closing = true;
        for (Wire.End end : List.copyOf(ends)) {
            end.loop().execute(() -> end.close(stopping()));
        }
        completeIfClosed();
        return closed;
    }

    private static WherryException stopping() {
        return new WherryException(ErrorCode.UNAVAILABLE, "the server is stopping");
    }

    private void completeIfClosed() {
        if (closing && ends.isEmpty()) {
            closed.complete(null);
        }
    }

    @Override
    public FakeLoop nextLoop() {
        return (FakeLoop) context.loops().next();
    }

    @Override
    public void accepted(Wire.End end, Hello hello) {
        if (closing) {
            end.close(stopping());
            return;
        }
        ends.add(end);
        Handshake handshake = new Handshake(hello.transport(), null, headers(hello), Map.of());
        context.acceptor()
                .authenticate(() -> handshake)
                .whenComplete((principal, failure) -> end.loop().execute(() -> serve(end, hello, handshake)));
    }

    void ended(Wire.End end) {
        ends.remove(end);
        completeIfClosed();
    }

    private static Map<String, List<String>> headers(Hello hello) {
        Map<String, List<String>> headers = new TreeMap<>();
        hello.target().headers().get().forEach((name, value) -> headers.put(name, List.of(value)));
        return headers;
    }

    private void serve(Wire.End end, Hello hello, Handshake handshake) {
        try {
            switch (hello.what()) {
                case SOCKET, STREAM -> {
                    SocketServer connection = new SocketServer(this, end, hello);
                    connection.open(attach(hello, handshake, connection));
                }
                case POST ->
                    PollServer.post(
                            this,
                            end,
                            batch(hello),
                            channelId(hello),
                            hello.target().connection());
                case POLL, LONG_POLL -> poll(end, hello, handshake);
            }
        } catch (WherryException e) {
            end.close(e);
            ended(end);
        }
    }

    private void poll(Wire.End end, Hello hello, Handshake handshake) {
        PollServer answer = new PollServer(this, end, hello);
        boolean goesOn = true;
        if (hello.body() != null) {
            List<Envelope> batch = batch(hello);
            answer.waitFor(context.acceptor()
                    .uplink(null, channelId(hello), hello.target().connection(), batch));
            goesOn = batch.stream().noneMatch(envelope -> envelope.kind() == Envelope.Kind.END);
        }
        if (goesOn) {
            answer.open(attach(hello, handshake, answer));
        } else {
            answer.openAlone();
        }
    }

    private ConnectionListener attach(Hello hello, Handshake handshake, Connection connection) {
        Position after = hello.target().after();
        Start start = after == null ? Start.now() : Start.after(after);
        return context.acceptor()
                .attach(
                        new Attachment(
                                () -> handshake,
                                null,
                                hello.target().channelId(),
                                start,
                                List.of(),
                                true,
                                hello.welcome(),
                                hello.target().connection(),
                                hello.target().standby()),
                        connection);
    }

    Acceptor acceptor() {
        return context.acceptor();
    }

    private static String channelId(Hello hello) {
        String id = hello.target().channelId();
        if (id == null) {
            throw new WherryException(ErrorCode.BAD_REQUEST, "channel: none");
        }
        return id;
    }

    private List<Envelope> batch(Hello hello) {
        byte[] body = hello.body();
        List<Envelope> batch = new ArrayList<>();
        if (body != null) {
            SimulatedTransport.read(body, context.limits().message(), network.trace(), batch::add);
        }
        return batch;
    }

    int maxMessage() {
        return context.limits().message();
    }
}
