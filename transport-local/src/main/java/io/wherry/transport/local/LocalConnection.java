// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.netty.buffer.ByteBuf;
import io.wherry.WherryException;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The server's end of a connection. Confined to its loop. */
final class LocalConnection implements Connection, LocalSocket.Events {

    private final LocalPort port;
    private final LocalSocket socket;
    private @Nullable ConnectionListener listener;

    LocalConnection(LocalPort port, Loop loop, int maxMessage) {
        this.port = port;
        this.socket = new LocalSocket(loop, maxMessage, this);
    }

    LocalSocket socket() {
        return socket;
    }

    /** Begins to read, for a listener. */
    void open(ConnectionListener to) {
        listener = to;
        socket.readable(true);
    }

    @Override
    public String transport() {
        return "local";
    }

    @Override
    public Loop loop() {
        return socket.loop();
    }

    @Override
    public Framing framing() {
        return LocalFraming.INSTANCE;
    }

    @Override
    public boolean isWritable() {
        return socket.isWritable();
    }

    @Override
    public void write(ByteBuf envelopes) {
        socket.write(envelopes);
    }

    @Override
    public void flush() {
        socket.flush();
    }

    @Override
    public void heartbeat() {
        ByteBuf beat = loop().alloc().buffer();
        framing().encode(Envelope.control(Envelope.Kind.HEARTBEAT, Envelope.NO_NAME, null), beat);
        write(beat);
        beat.release();
        flush();
    }

    @Override
    public void readable(boolean readable) {
        socket.readable(readable);
    }

    @Override
    public void close(@Nullable WherryException reason) {
        socket.close(reason);
    }

    @Override
    public void received(Envelope envelope) {
        Objects.requireNonNull(listener, "listener").received(envelope);
    }

    @Override
    public void receiveComplete() {
        Objects.requireNonNull(listener, "listener").receiveComplete();
    }

    @Override
    public void writable() {
        if (listener != null) {
            listener.writable();
        }
    }

    @Override
    public void closed(@Nullable WherryException cause) {
        port.remove(this);
        if (listener != null) {
            listener.closed(cause);
        }
    }
}
