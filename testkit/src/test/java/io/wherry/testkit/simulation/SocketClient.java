// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.spi.Target;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.simulation.SimulatedTransport.Kind;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** The client's end of a socket. Confined to its loop. */
final class SocketClient implements ClientConnection, Wire.Events {

    private final Trace trace;
    private final ClientListener listener;
    private final Wire.End end;
    private final EnvelopeReader reader;
    private final ByteBuf received = Unpooled.buffer(64);
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    private SocketClient(SimulatedNetwork network, ClientContext context, Target target, ClientListener listener) {
        this.trace = network.trace();
        this.listener = listener;
        this.reader = new EnvelopeReader(context.limits().message());
        Hello hello = new Hello(Kind.DUPLEX.text(), Hello.What.SOCKET, target, true, null);
        this.end = network.connect((FakeLoop) target.loop(), SimulatedPort.NAME, hello, this);
    }

    static ClientConnection connect(
            SimulatedNetwork network, ClientContext context, Target target, ClientListener listener) {
        return new SocketClient(network, context, target, listener);
    }

    @Override
    public boolean isWritable() {
        return end.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        taken.writeBytes(SimulatedTransport.encode(envelope));
    }

    @Override
    public void flush() {
        if (taken.size() > 0) {
            byte[] bytes = taken.toByteArray();
            taken.reset();
            end.send(bytes);
        }
    }

    @Override
    public void readable(boolean readable) {
        end.readable(readable);
    }

    @Override
    public void close() {
        flush();
        end.close(null);
    }

    @Override
    public void received(byte[] bytes, boolean whole) {
        received.writeBytes(bytes);
        try {
            SimulatedTransport.read(received, reader, trace, envelope -> {
                if (!end.isClosed()) {
                    listener.received(envelope);
                }
            });
        } catch (WherryException e) {
            end.finish(e);
        }
        received.discardReadBytes();
    }

    @Override
    public void receiveComplete() {
        if (!end.isClosed()) {
            listener.receiveComplete();
        }
    }

    @Override
    public void writable() {
        listener.writable();
    }

    @Override
    public void closed(@Nullable WherryException cause) {
        listener.closed(cause);
    }
}
