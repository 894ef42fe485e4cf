// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.channel.TransportChoice.Named;
import io.wherry.spi.Envelope;
import io.wherry.spi.Loop;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a client's channel from a connection that works to another, without a break. Confined to the channel's loop.
 *
 * <p>The new connection stands by first: it is opened, and carries a question and its answer. Then the server is asked to give it
 * the channel after the position that has been reached. Until the server says that it has, the old one carries the channel; what
 * both bring is dropped by its position, what was sent on both by its number ({@code docs/protocol.md}, section 3.3).
 */
final class Changeover {

    private static final Logger log = LoggerFactory.getLogger(Changeover.class);

    private final ClientChannel channel;
    private final Connector connector;
    private final TransportChoice choice;
    private @Nullable Attempt candidate;
    /** What the application wants: begun when there is a connection to move from. */
    private @Nullable Wish wish;

    private String reason = "";
    private Loop.@Nullable Timer look;

    /** A move that the application has asked for. */
    private record Wish(Named to, CompletableFuture<Void> stage) {}

    Changeover(ClientChannel channel, Connector connector, TransportChoice choice) {
        this.channel = channel;
        this.connector = connector;
        this.choice = choice;
    }

    boolean isCandidate(Attempt attempt) {
        return candidate == attempt;
    }

    /** Whether the server was asked to give the channel away, and has not said that it did. */
    boolean isTakingOver() {
        return takingOver() != null;
    }

    /** The connection that the channel was asked to be given to, and may have been; null for none. */
    @Nullable Attempt takingOver() {
        Attempt attempt = candidate;
        return attempt != null && attempt.isAskedToTakeOver() ? attempt : null;
    }

    /** Moves to a transport, now or when the channel is connected again; whoever waited for another move is told that it failed. */
    void switchTo(Named to, CompletableFuture<Void> stage) {
        Attempt current = connector.current();
        boolean isLast = current == null && isTakingOver();
        cancel("another change of transport was asked for");
        wish = new Wish(to, stage);
        if (isLast) {
            // The one that was given up was all that there was.
            connector.lostBoth();
        } else if (current != null && current.works()) {
            begin(to, "asked for by the application");
        }
    }

    private void begin(Named to, String why) {
        stopLooking();
        Attempt attempt = connector.newAttempt(to, true, channel.settings().connectTimeoutNanos());
        candidate = attempt;
        reason = why;
        log.debug("{}: {} stands by", channel, to.name());
        connector.connect(attempt, true);
    }

    void welcomed(Attempt attempt, Envelope welcome, String channelId) {
        if (!welcome.name().equals(channelId)) {
            failed(new WherryException(
                    ErrorCode.UNKNOWN_CHANNEL, "the server welcomed to another channel (expected: this one)"));
            attempt.close();
            return;
        }
        attempt.ask();
        attempt.flush();
    }

    void received(Attempt attempt, Envelope envelope) {
        switch (envelope.kind()) {
            case ACK -> channel.inbound().received(envelope);
            case HEARTBEAT -> {
                if (Connector.isSignOfLife(envelope) && !attempt.isAskedToTakeOver()) {
                    takeOver(attempt);
                }
            }
            case WELCOME, END -> log.debug("{}: {} on a connection that stands by", channel, envelope.kind());
            default -> tookOver(attempt);
        }
    }

    private void takeOver(Attempt attempt) {
        Position position = channel.position();
        if (position != null) {
            attempt.takeOver(position);
        }
    }

    private void tookOver(Attempt attempt) {
        candidate = null;
        Wish granted = wish;
        wish = null;
        if (granted != null) {
            choice.pin(attempt.transport());
        }
        connector.tookOver(attempt, reason);
        if (granted != null) {
            channel.completions().done(granted.stage);
        }
    }

    /** The candidate has ended. */
    void failed(WherryException why) {
        Attempt attempt = candidate;
        if (attempt == null) {
            return;
        }
        candidate = null;
        log.debug("{}: {} did not take over", channel, attempt.transportName(), why);
        failWish(why);
        choice.failedOnStandby(attempt.transport(), channel.loop().nanoTime());
        Attempt current = connector.current();
        if (current == null) {
            connector.lostBoth();
        } else {
            lookForBetter(current);
        }
    }

    private void failWish(WherryException why) {
        Wish failed = wish;
        wish = null;
        if (failed != null) {
            channel.completions().fail(failed.stage, why);
            channel.completions().flush();
        }
    }

    /** Gives a move up that is under way or wished for. */
    void cancel(String why) {
        interrupt();
        failWish(new WherryException(ErrorCode.UNAVAILABLE, "the transport was not changed: " + why));
    }

    /** The connection to move from is gone: what the application wants waits for the next. */
    void interrupt() {
        stopLooking();
        Attempt attempt = candidate;
        candidate = null;
        if (attempt != null) {
            attempt.close();
        }
    }

    private void stopLooking() {
        Loop.Timer timer = look;
        look = null;
        if (timer != null) {
            timer.cancel();
        }
    }

    /** There is a connection that works: moves from it, if the application wants to, or when a better one works. */
    void connected(Attempt current) {
        Wish waiting = wish;
        if (waiting == null) {
            lookForBetter(current);
        } else if (candidate == null) {
            begin(waiting.to, "asked for by the application");
        }
    }

    private void lookForBetter(Attempt current) {
        stopLooking();
        long in = choice.betterInNanos(current.transport(), channel.loop().nanoTime());
        if (in >= 0 && candidate == null) {
            look = channel.loop()
                    .schedule(this::lookNow, Math.max(in, channel.settings().putAsideMinNanos()));
        }
    }

    private void lookNow() {
        look = null;
        Attempt current = connector.current();
        if (current == null || !current.works() || candidate != null) {
            return;
        }
        @Nullable Named better = choice.better(current.transport(), channel.loop().nanoTime());
        if (better == null) {
            lookForBetter(current);
        } else {
            begin(better, "it works, and is preferred");
        }
    }
}
