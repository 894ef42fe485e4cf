// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Target;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection whose two ways are apart: down by whatever a {@link Downlink} is, up by POST. Confined to the
 * target's loop.
 */
public final class SplitConnection implements ClientConnection {

    private final ClientListener listener;
    private final Downlink downlink;
    private final HttpUplink uplink;
    private boolean welcomed;
    private boolean closing;
    private boolean closed;

    /** The way down. Called on the loop; it tells its connection what comes, and last {@link #ended} or {@link #failed}. */
    public interface Downlink {

        /** Makes the first request. */
        void start(SplitConnection connection);

        /** Says whether what comes is welcome. */
        void readable(boolean readable);

        /** Stops; no effect when it has ended. */
        void cancel();
    }

    private SplitConnection(
            HttpClientPool pool, ClientContext context, Target target, ClientListener listener, Downlink downlink) {
        this.listener = listener;
        this.downlink = downlink;
        this.uplink = new HttpUplink(pool, context, target, listener, this::failed);
    }

    /** Starts to connect. On the target's loop. */
    public static ClientConnection connect(
            HttpClientPool pool, ClientContext context, Target target, ClientListener listener, Downlink downlink) {
        SplitConnection connection = new SplitConnection(pool, context, target, listener, downlink);
        target.loop().execute(() -> {
            if (!connection.closing) {
                downlink.start(connection);
            }
        });
        return connection;
    }

    @Override
    public boolean isWritable() {
        return !closing && uplink.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        if (!closing) {
            uplink.send(envelope);
        }
    }

    @Override
    public void flush() {
        if (!closing) {
            uplink.flush();
        }
    }

    @Override
    public void readable(boolean readable) {
        if (!closing) {
            downlink.readable(readable);
        }
    }

    @Override
    public void close() {
        if (!closing) {
            closing = true;
            downlink.cancel();
            uplink.closeWhenEmpty(() -> end(null));
        }
    }

    /** An envelope has come down. */
    public void received(Envelope envelope) {
        if (closing) {
            return;
        }
        listener.received(envelope);
        if (!welcomed && envelope.kind() == Kind.WELCOME) {
            welcomed = true;
            uplink.open(envelope.name());
        }
    }

    /** Something has come down, and no more is at hand. */
    public void complete() {
        if (!closing) {
            listener.alive();
            listener.receiveComplete();
        }
    }

    /** The position after which the way down goes on. */
    public @Nullable Position position() {
        return listener.position();
    }

    /** The way down has ended as it should, and may begin anew. */
    public void ended() {
        if (welcomed) {
            uplink.close();
            end(null);
        } else {
            failed(new WherryException(ErrorCode.UNAVAILABLE, "response: ended before the welcome"));
        }
    }

    /** The way down has failed. */
    public void failed(WherryException cause) {
        uplink.close();
        downlink.cancel();
        end(cause);
    }

    private void end(@Nullable WherryException cause) {
        closing = true;
        if (!closed) {
            closed = true;
            listener.closed(cause);
        }
    }
}
