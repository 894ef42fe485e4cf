// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client's run of requests, one at a time: a GET from time to time, or a POST as soon as there is something to send, whose
 * answer brings what a GET would have brought. Confined to its target's loop.
 */
final class PollingConnection implements ClientConnection {

    /** An answer of this size may not have been all there is. */
    private static final int LARGE_ANSWER = 32 * 1024;

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Target target;
    private final ClientListener listener;
    private final Outbox outbox;
    private final Duration interval;
    private final Duration patience;
    private @Nullable String channelId;
    private @Nullable HttpCall call;
    private Loop.@Nullable Timer timer;
    private boolean posting;
    private boolean delivering;
    private boolean flushed;
    private boolean owed;
    private boolean due = true;
    private boolean readable = true;
    private boolean closing;
    private boolean closed;

    PollingConnection(HttpClientPool pool, ClientContext context, Target target, ClientListener listener) {
        this.pool = pool;
        this.context = context;
        this.target = target;
        this.listener = listener;
        this.outbox = new Outbox(context.limits());
        this.interval = context.config().get(HttpKeys.POLL_INTERVAL);
        this.patience = context.config().get(CoreKeys.LOST_AFTER);
    }

    /** Makes the request that is due, if none is under way. */
    void advance() {
        if (closed || call != null || delivering) {
            return;
        }
        if (closing && outbox.isEmpty()) {
            end(null);
        } else if (channelId == null) {
            URI uri = HttpClientRequest.opening(target, HttpTransport.NAME);
            get(uri, context.config().get(CoreKeys.CONNECT_TIMEOUT));
        } else if (owed || (flushed && !outbox.isEmpty())) {
            post(channelId);
        } else if (due && readable) {
            get(HttpClientRequest.going(target, HttpTransport.NAME, channelId, position()), patience);
        } else if (timer == null && !due) {
            timer = target.loop().schedule(this::pollAgain, interval.toNanos());
        }
    }

    private void pollAgain() {
        timer = null;
        due = true;
        advance();
    }

    private void get(URI uri, Duration timeout) {
        posting = false;
        request(HttpClientRequest.get(target, uri, timeout));
    }

    private void post(String id) {
        posting = true;
        flushed = false;
        URI uri = HttpClientRequest.going(target, HttpTransport.NAME, id, readable ? position() : null);
        request(HttpClientRequest.post(target, uri, BatchFraming.MEDIA_TYPE, outbox.take(), patience));
    }

    private void request(HttpClientRequest request) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        call = pool.request(context, target.loop(), request, new HttpResponseListener() {
            @Override
            public void answered(HttpClientResponse response) {
                PollingConnection.this.answered(response);
            }

            @Override
            public void failed(WherryException cause) {
                end(cause);
            }
        });
    }

    private void answered(HttpClientResponse response) {
        call = null;
        int size = response.body().readableBytes();
        // Without an acknowledgement the server has no room yet: an empty POST waits for it.
        owed &= posting;
        due = size >= LARGE_ANSWER;
        boolean wasWritable = isWritable();
        deliver(response.body());
        if (channelId == null) {
            throw new WherryException(ErrorCode.BAD_REQUEST, "answer: no welcome (expected: one, first)");
        }
        advance();
        if (!wasWritable && isWritable()) {
            listener.writable();
        }
    }

    private void deliver(ByteBuf batch) {
        delivering = true;
        try {
            listener.alive();
            if (batch.isReadable()) {
                BatchFraming.read(batch, context.limits().message(), this::received);
                listener.receiveComplete();
            }
        } finally {
            delivering = false;
        }
    }

    private void received(Envelope envelope) {
        if (envelope.kind() == Kind.WELCOME) {
            channelId = envelope.name();
        } else if (envelope.kind() == Kind.ACK) {
            owed = false;
        }
        if (!closed) {
            listener.received(envelope);
        }
    }

    private @Nullable Position position() {
        return listener.position();
    }

    @Override
    public boolean isWritable() {
        return !closed && outbox.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        if (!closed && !closing) {
            outbox.add(envelope);
        }
    }

    @Override
    public void flush() {
        flushed = true;
        advance();
    }

    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        if (welcome) {
            advance();
        }
    }

    @Override
    public void close() {
        if (closed || closing) {
            return;
        }
        closing = true;
        flushed = true;
        if (call != null && !posting) {
            call.cancel();
            call = null;
        }
        if (channelId == null) {
            end(null);
        } else {
            advance();
        }
    }

    private void end(@Nullable WherryException cause) {
        if (closed) {
            return;
        }
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        if (call != null) {
            call.cancel();
            call = null;
        }
        listener.closed(cause);
    }
}
