// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.netty.buffer.ByteBuf;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Loop;
import org.jspecify.annotations.Nullable;

/** The client's end of a connection. Confined to its loop. */
final class LocalClientConnection implements ClientConnection, LocalSocket.Events {

    private final LocalSocket socket;
    private final ClientListener listener;

    LocalClientConnection(Loop loop, int maxMessage, ClientListener listener) {
        this.socket = new LocalSocket(loop, maxMessage, this);
        this.listener = listener;
    }

    LocalSocket socket() {
        return socket;
    }

    /** Ends a connection that was never made. */
    void refuse(WherryException cause) {
        socket.fail(cause);
    }

    @Override
    public boolean isWritable() {
        return socket.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        ByteBuf encoded = socket.loop().alloc().buffer();
        LocalFraming.INSTANCE.encode(envelope, encoded);
        socket.write(encoded);
        encoded.release();
    }

    @Override
    public void flush() {
        socket.flush();
    }

    @Override
    public void readable(boolean readable) {
        socket.readable(readable);
    }

    @Override
    public void close() {
        socket.close(null);
    }

    @Override
    public void received(Envelope envelope) {
        listener.received(envelope);
    }

    @Override
    public void receiveComplete() {
        listener.receiveComplete();
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
