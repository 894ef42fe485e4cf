// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.spi.Framing;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Target;
import io.wherry.spi.Transport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A transport through the simulated network, of one of the kinds that the real ones are. Immutable. */
final class SimulatedTransport implements Transport, ClientTransport {

    private static final byte[] LF = {'\n'};

    /** What the transports are like. */
    enum Kind {
        /** Both ways on one connection, as websocket. */
        DUPLEX,
        /** Down on one response, up by POST, as sse and comet. */
        STREAM,
        /** Down by requests that wait, up by POST. */
        LONGPOLL,
        /** Down and up by requests that do not wait. */
        POLL;

        private final Framing framing = new BatchOf(this);

        Framing framing() {
            return framing;
        }

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final SimulatedNetwork network;
    private final Kind kind;

    SimulatedTransport(SimulatedNetwork network, Kind kind) {
        this.network = network;
        this.kind = kind;
    }

    /** Envelopes one after the other, each followed by LF. */
    private record BatchOf(Kind kind) implements Framing {

        @Override
        public void encode(Envelope envelope, ByteBuf out) {
            envelope.writeTo(out);
            out.writeBytes(LF);
        }
    }

    /** Writes an envelope as bytes. */
    static byte[] encode(Envelope envelope) {
        ByteBuf out = Unpooled.buffer(64);
        Kind.DUPLEX.framing().encode(envelope, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /** Reads the whole envelopes at the beginning of a buffer, and leaves the rest. */
    static void read(ByteBuf in, EnvelopeReader reader, Trace trace, Consumer<Envelope> to) {
        Envelope envelope;
        while ((envelope = reader.readNext(in, LF)) != null) {
            trace.note(
                    "envelope",
                    envelope.kind() + " " + (envelope.position() == null ? envelope.number() : envelope.position()),
                    envelope.name() + " " + envelope.argumentOrEmpty());
            to.accept(envelope);
        }
    }

    /** Reads a batch. */
    static void read(byte[] batch, int maxMessage, Trace trace, Consumer<Envelope> to) {
        ByteBuf in = Unpooled.wrappedBuffer(batch);
        read(in, new EnvelopeReader(maxMessage), trace, to);
        if (in.isReadable()) {
            throw new WherryException(io.wherry.ErrorCode.BAD_REQUEST, "batch: ends early");
        }
    }

    @Override
    public String name() {
        return kind.text();
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return List.of();
    }

    @Override
    public ServerTransport server(Config config) {
        return context -> context.port(SimulatedPort.class, of -> new SimulatedPort(network, of));
    }

    @Override
    public ClientTransport client(Config config) {
        return this;
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        Requests requests = new Requests(network, context, target, kind.text());
        return switch (kind) {
            case DUPLEX -> SocketClient.connect(network, context, target, listener);
            case STREAM -> new SplitClient(requests, listener, true).connect();
            case LONGPOLL -> new SplitClient(requests, listener, false).connect();
            case POLL -> new PollClient(requests, listener).connect();
        };
    }

    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }
}
