// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The requests of a server to one client that have no reply yet. Confined to the channel's loop. */
final class PendingRequests {

    /** Null while there was none: a server asks few of its clients. */
    private @Nullable Map<Position, Pending> pending;

    private final Completions completions;

    PendingRequests(Completions completions) {
        this.completions = completions;
    }

    /** A request, and what ends the wait for it. */
    private record Pending(CompletableFuture<Message> reply, Loop.Timer timer) {}

    /**
     * Adds a request.
     *
     * @param timer calls {@link #timedOut}, unless a reply comes first
     */
    void add(Position number, CompletableFuture<Message> reply, Loop.Timer timer) {
        if (pending == null) {
            pending = new HashMap<>(2);
        }
        pending.put(number, new Pending(reply, timer));
    }

    void replied(Envelope reply) {
        @Nullable Pending request = remove(Position.parse(reply.name()));
        if (request == null) {
            return;
        }
        request.timer.cancel();
        if (reply.kind() == Kind.REPLY) {
            completions.complete(request.reply, reply.message().at(reply.position()));
        } else {
            completions.fail(request.reply, errorOf(reply));
        }
        completions.flush();
    }

    void timedOut(Position number, String to, Duration timeout) {
        @Nullable Pending request = remove(number);
        if (request != null) {
            completions.fail(request.reply, timeout(to, timeout));
            completions.flush();
        }
    }

    /** Fails all: the channel has ended. */
    void fail(WherryException reason) {
        Map<Position, Pending> failed = pending;
        pending = null;
        if (failed != null) {
            failed.forEach((number, request) -> {
                request.timer.cancel();
                completions.fail(request.reply, reason);
            });
        }
    }

    private @Nullable Pending remove(Position number) {
        return pending == null ? null : pending.remove(number);
    }

    /** The failure that an error envelope tells. */
    static WherryException errorOf(Envelope error) {
        @Nullable ErrorCode code = ErrorCode.ofText(error.argumentOrEmpty());
        return new WherryException(
                code == null ? ErrorCode.INTERNAL : code, error.message().text());
    }

    static WherryException timeout(String to, Duration timeout) {
        return new WherryException(
                ErrorCode.TIMEOUT,
                "request: no reply from " + to + " (expected: within " + timeout.toMillis() + " ms)");
    }
}
