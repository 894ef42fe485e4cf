// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Target;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way up for connections that only come down: envelopes go to the server by POST, one POST at a time, each with what has
 * gathered meanwhile. What comes in an answer goes to the channel's listener. Confined to the target's loop.
 */
public final class HttpUplink {

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Target target;
    private final ClientListener listener;
    private final Consumer<WherryException> onFailure;
    private final Outbox outbox;
    private final Refusals refusals;
    private @Nullable String channelId;
    private @Nullable HttpCall call;
    private long mark;
    private long postedNanos;
    private @Nullable Runnable onEmpty;
    private boolean owed;
    private boolean delivering;
    private boolean closed;

    /**
     * Makes an uplink that waits for {@link #open}.
     *
     * @param listener who gets what comes in the answers, and hears when the uplink is writable again
     * @param onFailure told once when a POST has failed, after which the uplink does nothing more
     */
    public HttpUplink(
            HttpClientPool pool,
            ClientContext context,
            Target target,
            ClientListener listener,
            Consumer<WherryException> onFailure) {
        this.pool = pool;
        this.context = context;
        this.target = target;
        this.listener = listener;
        this.onFailure = onFailure;
        this.outbox = new Outbox(context.limits());
        this.refusals = new Refusals(target.loop(), context.config().get(CoreKeys.LOST_AFTER), this::flush);
    }

    /** Lets the POSTs begin: the channel's id is known. */
    public void open(String id) {
        channelId = id;
        flush();
    }

    /** Whether envelopes can be taken without piling up; {@link ClientListener#writable()} is called when that turns true. */
    public boolean isWritable() {
        return !closed && outbox.isWritable();
    }

    /** Takes an envelope. */
    public void send(Envelope envelope) {
        if (!closed) {
            outbox.add(envelope);
        }
    }

    /** Sends what was taken, now or when the POST under way is answered. */
    public void flush() {
        if (closed || call != null || delivering || channelId == null || refusals.isPausing()) {
            return;
        }
        if (owed || outbox.isUnderWay() || !outbox.isEmpty()) {
            post(channelId);
        } else if (onEmpty != null) {
            Runnable done = onEmpty;
            close();
            done.run();
        }
    }

    private void post(String id) {
        boolean wasFull = !isWritable();
        ByteBuf body = owed ? Unpooled.EMPTY_BUFFER : outbox.take();
        mark = body.isReadable() ? outbox.mark() : 0;
        if (wasFull && isWritable()) {
            target.loop().execute(listener::writable);
        }
        postedNanos = target.loop().nanoTime();
        URI uri = HttpClientRequest.going(target, HttpTransport.NAME, id, null);
        Duration timeout = context.config().get(CoreKeys.LOST_AFTER);
        call = pool.request(
                context,
                target.loop(),
                HttpClientRequest.post(target, uri, BatchFraming.MEDIA_TYPE, body, timeout),
                new HttpResponseListener() {
                    @Override
                    public void answered(HttpClientResponse response) {
                        HttpUplink.this.answered(response);
                    }

                    @Override
                    public void failed(WherryException cause) {
                        HttpUplink.this.failed(cause);
                    }
                });
    }

    private void answered(HttpClientResponse response) {
        call = null;
        outbox.arrived(mark);
        // Without an acknowledgement the server has no room yet: an empty POST waits for it.
        owed = !response.body().isReadable();
        if (!owed) {
            refusals.over();
        } else if (!refusals.takeUnacknowledged(postedNanos)) {
            failed(Refusals.unacknowledged());
            return;
        }
        deliver(response.body());
        flush();
    }

    private void deliver(ByteBuf batch) {
        delivering = true;
        try {
            if (batch.isReadable()) {
                BatchFraming.read(batch, context.limits().message(), envelope -> {
                    if (!closed) {
                        listener.answered(envelope);
                    }
                });
                listener.receiveComplete();
            }
        } finally {
            delivering = false;
        }
    }

    private void failed(WherryException cause) {
        call = null;
        if (closed) {
            return;
        }
        if (refusals.take(cause)) {
            // What was not taken is kept; an empty POST asks for room.
            owed = true;
        } else {
            close();
            onFailure.accept(cause);
        }
    }

    /** Ends the uplink when everything that it has taken was sent; then, or when a POST fails before, tells so. */
    public void closeWhenEmpty(Runnable done) {
        onEmpty = done;
        if (closed || channelId == null) {
            close();
            done.run();
        } else {
            flush();
        }
    }

    /** Ends the uplink at once. */
    public void close() {
        closed = true;
        onEmpty = null;
        refusals.stop();
        if (call != null) {
            call.cancel();
            call = null;
        }
    }
}
