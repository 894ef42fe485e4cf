// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import org.jspecify.annotations.Nullable;

/**
 * A call over a connection of the pool, or over a new one where the pool's turn out to be closed. A request of which the server
 * can have taken no notice, or that came to a connection that had been kept, is made again. Confined to its loop.
 */
final class PooledCall implements HttpCall {

    private static final int MAX_PROBLEM = 16 * 1024;
    private static final int MAX_REPEATS = 3;

    private final OriginPool origin;
    private final HttpClientRequest request;
    private final HttpStreamListener listener;
    private final Deadline deadline;
    private final boolean awaitsWhole;
    private @Nullable CallCarrier carrier;
    private HttpHeaders problemHeaders = EmptyHttpHeaders.INSTANCE;
    private @Nullable ByteBuf problem;
    private int status;
    private int repeats;
    private boolean readable = true;
    private boolean done;

    PooledCall(OriginPool origin, Loop loop, HttpClientRequest request, HttpStreamListener listener) {
        this.origin = origin;
        this.request = request;
        this.listener = listener;
        this.awaitsWhole = listener instanceof WholeResponse;
        this.deadline = new Deadline(loop, this::late);
    }

    void start() {
        deadline.in(request.timeout());
        origin.carry(this, false);
    }

    /** Whether it needs no carrier any more. */
    boolean isDone() {
        return done;
    }

    /** Goes over a carrier. */
    void carriedBy(CallCarrier to) {
        carrier = to;
        if (!readable) {
            to.readable(false);
        }
        to.send(this, request);
    }

    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        if (carrier != null && !done) {
            carrier.readable(welcome);
        }
    }

    @Override
    public void cancel() {
        if (!done) {
            finish();
            abandon();
        }
    }

    void head(int code, HttpHeaders headers) {
        status = code;
        if (status < 200 || status > 299) {
            problem = Unpooled.buffer();
            problemHeaders = headers;
        } else {
            if (!awaitsWhole) {
                deadline.cancel();
            }
            tell(() -> listener.head(status, headers));
        }
    }

    void bytes(ByteBuf content) {
        if (done) {
            return;
        }
        if (problem != null) {
            problem.writeBytes(content, Math.min(content.readableBytes(), MAX_PROBLEM - problem.readableBytes()));
            return;
        }
        tell(() -> listener.bytes(content));
    }

    private void tell(Runnable news) {
        try {
            news.run();
        } catch (WherryException e) {
            give(e);
        }
    }

    void bytesComplete() {
        if (!done && problem == null && status != 0) {
            tell(listener::bytesComplete);
        }
    }

    void ended() {
        carrier = null;
        if (done) {
            return;
        }
        finish();
        if (problem != null) {
            listener.failed(Problem.read(status, problemHeaders, problem));
        } else {
            try {
                listener.ended();
            } catch (WherryException e) {
                listener.failed(e);
            }
        }
    }

    /**
     * The connection has gone.
     *
     * @param answering whether an answer had begun
     * @param repeatable whether the request may be made again, if none had
     */
    void lost(boolean answering, boolean repeatable, @Nullable Throwable cause) {
        carrier = null;
        if (done) {
            return;
        }
        if (!answering && repeatable && repeats < MAX_REPEATS) {
            repeats++;
            origin.carry(this, true);
            return;
        }
        fail(new WherryException(
                ErrorCode.UNAVAILABLE,
                answering
                        ? "response: broke off" + (cause == null ? "" : ": " + cause)
                        : "request: closed without an answer" + (cause == null ? "" : ": " + cause),
                cause));
    }

    private void late() {
        give(new WherryException(
                ErrorCode.TIMEOUT,
                "request: no answer from " + request.uri().getHost() + " after " + request.timeout()));
    }

    /** Ends the call and its carrier. */
    private void give(WherryException cause) {
        if (!done) {
            finish();
            // First: what the listener asks for next must not go where this was given up.
            abandon();
            listener.failed(cause);
        }
    }

    private void abandon() {
        CallCarrier used = carrier;
        carrier = null;
        if (used == null) {
            origin.gaveUp(this);
        } else {
            used.abandon();
        }
    }

    /** Fails it, if it is not over. */
    void fail(WherryException cause) {
        if (!done) {
            finish();
            listener.failed(cause);
        }
    }

    private void finish() {
        done = true;
        deadline.cancel();
    }
}
