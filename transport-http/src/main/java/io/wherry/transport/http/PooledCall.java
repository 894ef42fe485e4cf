// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import org.jspecify.annotations.Nullable;

/** A call over a connection of the pool, or over a new one where the pool's turn out to be closed. Confined to its loop. */
final class PooledCall implements HttpCall {

    private static final int MAX_PROBLEM = 16 * 1024;

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Loop loop;
    private final HttpClientRequest request;
    private final HttpStreamListener listener;
    private final Deadline deadline;
    private final boolean awaitsWhole;
    private @Nullable HttpClientConnection connection;
    private HttpHeaders problemHeaders = EmptyHttpHeaders.INSTANCE;
    private @Nullable ByteBuf problem;
    private int status;
    private boolean readable = true;
    private boolean done;

    PooledCall(
            HttpClientPool pool,
            ClientContext context,
            Loop loop,
            HttpClientRequest request,
            HttpStreamListener listener) {
        this.pool = pool;
        this.context = context;
        this.loop = loop;
        this.request = request;
        this.listener = listener;
        this.awaitsWhole = listener instanceof WholeResponse;
        this.deadline = new Deadline(loop, this::late);
    }

    void start() {
        deadline.in(request.timeout());
        @Nullable HttpClientConnection idle = pool.takeIdle(loop, request.uri());
        if (idle != null) {
            send(idle);
        } else {
            connect();
        }
    }

    private void connect() {
        pool.connect(context, loop, request.uri()).whenComplete((connected, failure) -> {
            if (loop.inLoop()) {
                connected(connected, failure);
            } else {
                loop.execute(() -> connected(connected, failure));
            }
        });
    }

    private void connected(@Nullable HttpClientConnection connected, @Nullable Throwable failure) {
        if (failure != null) {
            fail(WherryException.from(failure));
        } else if (connected != null) {
            if (done) {
                connected.close();
            } else {
                send(connected);
            }
        }
    }

    private void send(HttpClientConnection to) {
        connection = to;
        if (!readable) {
            to.readable(false);
        }
        to.send(this, request);
    }

    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        if (connection != null && !done) {
            connection.readable(welcome);
        }
    }

    @Override
    public void cancel() {
        if (!done) {
            finish();
            if (connection != null) {
                connection.abandon();
            }
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

    void ended(boolean reusable) {
        HttpClientConnection used = connection;
        connection = null;
        if (used != null && reusable) {
            pool.giveBack(loop, request.uri(), used);
        } else if (used != null) {
            used.close();
        }
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

    /** The connection has gone. */
    void lost(boolean answering, @Nullable Throwable cause) {
        HttpClientConnection gone = connection;
        connection = null;
        if (done) {
            return;
        }
        if (!answering && gone != null && gone.isUsed()) {
            connect();
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

    /** Ends the call and its connection. */
    private void give(WherryException cause) {
        HttpClientConnection used = connection;
        fail(cause);
        if (used != null) {
            used.abandon();
        }
    }

    private void fail(WherryException cause) {
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
