// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.WherryException;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import io.wherry.testkit.simulation.SimulatedTransport.Kind;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a socket, or of a response that goes on, up to a number of bytes after which it is to be renewed.
 * Confined to its loop.
 */
final class SocketServer implements Connection, Wire.Events {

    private static final int RESPONSE_BYTES = 20_000;

    private final SimulatedPort port;
    private final Wire.End end;
    private final Kind kind;
    private final EnvelopeReader reader;
    private final ByteBuf received = Unpooled.buffer(64);
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private @Nullable ConnectionListener listener;
    private int responseBytes;

    SocketServer(SimulatedPort port, Wire.End end, Hello hello) {
        this.port = port;
        this.end = end;
        this.kind = hello.what() == Hello.What.SOCKET ? Kind.DUPLEX : Kind.STREAM;
        this.reader = new EnvelopeReader(port.maxMessage());
    }

    /** Begins to read, for a listener. */
    void open(ConnectionListener to) {
        listener = to;
        end.events(this);
        end.readable(true);
        if (end.isClosed()) {
            // It was cut before it was served.
            end.loop().execute(() -> closed(null));
        }
    }

    @Override
    public String transport() {
        return kind.text();
    }

    @Override
    public Loop loop() {
        return end.loop();
    }

    @Override
    public Framing framing() {
        return kind.framing();
    }

    @Override
    public boolean isWritable() {
        return end.isWritable() && !isUsedUp();
    }

    private boolean isUsedUp() {
        return kind == Kind.STREAM && responseBytes > RESPONSE_BYTES;
    }

    @Override
    public void write(ByteBuf envelopes) {
        byte[] bytes = new byte[envelopes.readableBytes()];
        envelopes.getBytes(envelopes.readerIndex(), bytes);
        taken.writeBytes(bytes);
        responseBytes += bytes.length;
    }

    @Override
    public void flush() {
        if (taken.size() > 0) {
            byte[] bytes = taken.toByteArray();
            taken.reset();
            end.send(bytes);
            if (isUsedUp()) {
                end.close(null);
            }
        }
    }

    @Override
    public void heartbeat() {
        taken.writeBytes(SimulatedTransport.encode(Envelope.control(Envelope.Kind.HEARTBEAT, Envelope.NO_NAME, null)));
        flush();
    }

    @Override
    public void readable(boolean readable) {
        end.readable(readable);
    }

    @Override
    public void close(@Nullable WherryException reason) {
        flush();
        end.close(reason);
    }

    @Override
    public void received(byte[] bytes, boolean whole) {
        received.writeBytes(bytes);
        try {
            SimulatedTransport.read(received, reader, port.network().trace(), envelope -> {
                if (listener != null && !end.isClosed()) {
                    listener.received(envelope);
                }
            });
        } catch (RuntimeException e) {
            close(WherryException.from(e));
        }
        received.discardReadBytes();
    }

    @Override
    public void receiveComplete() {
        if (listener != null && !end.isClosed()) {
            listener.receiveComplete();
        }
    }

    @Override
    public void writable() {
        if (listener != null) {
            listener.writable();
        }
    }

    @Override
    public void closed(@Nullable WherryException cause) {
        port.ended(end);
        ConnectionListener to = listener;
        listener = null;
        if (to != null) {
            to.closed(cause);
        }
    }
}
