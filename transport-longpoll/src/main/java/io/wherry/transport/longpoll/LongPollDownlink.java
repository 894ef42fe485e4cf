// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.HttpCall;
import io.wherry.transport.http.HttpClientPool;
import io.wherry.transport.http.HttpClientRequest;
import io.wherry.transport.http.HttpClientResponse;
import io.wherry.transport.http.HttpResponseListener;
import io.wherry.transport.http.SplitConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of polls, one at a time, each for what comes after the position that the channel has reached. A poll is told by its
 * position, so that one whose answer got lost is simply made again. Confined to the target's loop.
 */
final class LongPollDownlink implements SplitConnection.Downlink, HttpResponseListener {

    /** An empty answer that comes sooner was not held: somebody else polls, or stands in between. */
    private static final long SHORTEST_HOLD_NANOS = Duration.ofMillis(200).toNanos();

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Target target;
    private final Duration patience;
    private @Nullable SplitConnection connection;
    private @Nullable String channelId;
    private @Nullable HttpCall call;
    private Loop.@Nullable Timer pause;
    private long askedNanos;
    private boolean readable = true;
    private boolean cancelled;

    LongPollDownlink(HttpClientPool pool, ClientContext context, Target target) {
        this.pool = pool;
        this.context = context;
        this.target = target;
        this.patience =
                context.config().get(LongPollKeys.HOLD).plus(context.config().get(CoreKeys.LOST_AFTER));
    }

    @Override
    public void start(SplitConnection to) {
        connection = to;
        request(
                HttpClientRequest.opening(target, LongPollTransport.NAME),
                context.config().get(CoreKeys.CONNECT_TIMEOUT));
    }

    private void request(URI uri, Duration timeout) {
        askedNanos = target.loop().nanoTime();
        call = pool.request(context, target.loop(), HttpClientRequest.get(target, uri, timeout), this);
    }

    /** Makes the next poll, if it is time. */
    private void poll() {
        if (channelId != null && call == null && pause == null && readable && !cancelled) {
            request(
                    HttpClientRequest.going(
                            target,
                            LongPollTransport.NAME,
                            channelId,
                            connection().position()),
                    patience);
        }
    }

    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        poll();
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (pause != null) {
            pause.cancel();
        }
        if (call != null) {
            call.cancel();
            call = null;
        }
    }

    @Override
    public void answered(HttpClientResponse response) {
        call = null;
        boolean empty = !response.body().isReadable();
        BatchFraming.read(response.body(), context.limits().message(), this::received);
        connection().complete();
        if (channelId == null) {
            throw new WherryException(ErrorCode.UNAVAILABLE, "answer: no welcome (expected: one, first)");
        }
        long early = SHORTEST_HOLD_NANOS - (target.loop().nanoTime() - askedNanos);
        if (empty && early > 0 && !cancelled) {
            pause = target.loop().schedule(this::pollAgain, early);
        } else {
            poll();
        }
    }

    private void pollAgain() {
        pause = null;
        poll();
    }

    private void received(Envelope envelope) {
        if (envelope.kind() == Kind.WELCOME) {
            channelId = envelope.name();
        }
        connection().received(envelope);
    }

    @Override
    public void failed(WherryException cause) {
        call = null;
        connection().failed(cause);
    }

    private SplitConnection connection() {
        return Objects.requireNonNull(connection, "connection");
    }
}
