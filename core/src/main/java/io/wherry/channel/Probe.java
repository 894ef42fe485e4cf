// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.TransportReport;
import io.wherry.TransportReport.Outcome;
import io.wherry.WherryException;
import io.wherry.channel.TransportChoice.Named;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tries the transports of a client on the way to a server, one after the other: each opens a channel of its own, sends something that
 * is answered, and ends the channel. Confined to its loop.
 */
final class Probe implements Attempt.Owner {

    private final RealClient client;
    private final URI uri;
    private final Loop loop;
    private final Queue<Named> left;
    private final List<TransportReport> reports = new ArrayList<>();
    private final CompletableFuture<List<TransportReport>> result = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable Attempt current;
    private @Nullable Position position;
    private @Nullable WherryException refusal;
    private @Nullable Duration welcome;
    private long sinceNanos;
    private boolean stopped;

    Probe(RealClient client, URI uri, Loop loop) {
        this.client = client;
        this.uri = uri;
        this.loop = loop;
        this.left = new ArrayDeque<>(client.transports());
    }

    /** Completes with a report for each transport, apart from the loop. */
    CompletableFuture<List<TransportReport>> result() {
        return result;
    }

    /** Completes when nothing is left of it. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Begins. Any thread. */
    void start() {
        loop.execute(this::next);
    }

    /** Gives up. Any thread. */
    void stop() {
        loop.execute(() -> {
            stopped = true;
            Attempt attempt = current;
            if (attempt != null) {
                attempt.giveUp("the client was closed");
            }
        });
    }

    private void next() {
        @Nullable Named transport = left.poll();
        if (transport == null || stopped) {
            end();
            return;
        }
        position = null;
        refusal = null;
        welcome = null;
        sinceNanos = loop.nanoTime();
        Attempt attempt =
                new Attempt(this, transport, 1, false, loop, client.settings().connectTimeoutNanos());
        current = attempt;
        attempt.connect(client, () -> new Target(uri, loop, null, null, client.credentials(), 1, false));
    }

    private void end() {
        client.callbacks(loop).execute(() -> {
            if (stopped) {
                result.completeExceptionally(new WherryException(ErrorCode.CLOSED, "the client was closed"));
            } else {
                result.complete(List.copyOf(reports));
            }
        });
        ended.complete(null);
    }

    private Duration sinceThen() {
        long now = loop.nanoTime();
        Duration took = Duration.ofNanos(now - sinceNanos);
        sinceNanos = now;
        return took;
    }

    private void report(Outcome outcome, @Nullable Duration roundTrip, @Nullable WherryException reason) {
        Attempt attempt = current;
        current = null;
        if (attempt != null) {
            reports.add(new TransportReport(attempt.transportName(), outcome, welcome, roundTrip, reason));
        }
    }

    @Override
    public void welcomed(Attempt attempt, Envelope envelope) {
        if (attempt == current) {
            position = envelope.position();
            welcome = sinceThen();
            attempt.ask();
            attempt.flush();
        }
    }

    @Override
    public void received(Attempt attempt, Envelope envelope) {
        if (attempt != current) {
            return;
        }
        if (envelope.kind() == Kind.END) {
            @Nullable ErrorCode code = ErrorCode.ofText(envelope.name());
            refusal = new WherryException(
                    code == null ? ErrorCode.UNAVAILABLE : code,
                    envelope.message().text());
            attempt.close();
        } else if (Connector.isAnswer(envelope)) {
            attempt.worked();
            report(Outcome.WORKS, sinceThen(), null);
            attempt.send(Envelope.control(Kind.END, Envelope.NO_NAME, null));
            attempt.flush();
            attempt.close(this::next, client.settings().closeTimeoutNanos());
        } else if (envelope.position() != null) {
            position = envelope.position();
        }
    }

    @Override
    public void receiveComplete(Attempt attempt) {
        // nothing is acknowledged: nothing is asked for
    }

    @Override
    public void writable(Attempt attempt) {
        // what is sent is little, and sent anyway
    }

    @Override
    public void ended(Attempt attempt, @Nullable Throwable cause) {
        if (attempt != current) {
            return;
        }
        WherryException told = refusal;
        WherryException reason = told != null ? told : Connector.asReason(cause, "the connection was closed");
        if (attempt.isOpen()) {
            report(Outcome.ONE_WAY, null, reason);
        } else {
            report(reason.code() == ErrorCode.TIMEOUT ? Outcome.SILENT : Outcome.REFUSED, null, reason);
        }
        loop.execute(this::next);
    }

    @Override
    public @Nullable Position position() {
        return position;
    }

    @Override
    public String toString() {
        return "Probe[" + uri + ", " + reports.size() + " done, " + left.size() + " to come]";
    }
}
