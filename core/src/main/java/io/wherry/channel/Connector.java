// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.ErrorCode.Advice;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.channel.PathHealth.Aside;
import io.wherry.channel.TransportChoice.Named;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a client's channel connected: connects, notices what is lost, waits, connects again, and moves to a better transport
 * while the present one still works. Confined to the channel's loop.
 */
final class Connector implements Attempt.Owner {

    private static final Logger log = LoggerFactory.getLogger(Connector.class);

    /** What is added at most, at random, to the time after which a server says to come back. */
    private static final long MAX_ADDED_NANOS = 1_000_000_000L;

    private final ClientChannel channel;
    private final URI uri;
    private final TransportChoice choice;
    private final Changeover changeover;
    private final Backoff backoff;
    private final SilenceLimit silence = new SilenceLimit();
    private final List<String> failures = new ArrayList<>(2);
    private @Nullable Attempt current;
    private Loop.@Nullable Timer pause;
    private Loop.@Nullable Timer visits;
    private @Nullable String channelId;
    private @Nullable WherryException firstRefusal;
    private boolean allRefused = true;
    /** Whether a server has asked to be left alone since a connection worked. */
    private boolean hasWaited;
    /** Whether credentials were refused since a connection worked, and new ones are tried. */
    private boolean hasRenewed;

    private long lastNumber;
    private boolean stopped;

    Connector(ClientChannel channel, URI uri) {
        this.channel = channel;
        this.uri = uri;
        ClientSettings settings = channel.settings();
        Aside aside = new Aside(
                settings.putAsideMinNanos(),
                settings.putAsideMaxNanos(),
                channel.client().random());
        this.choice = new TransportChoice(
                channel.client().transports(), uri, channel.client().pathHealth(), aside);
        this.changeover = new Changeover(channel, this, choice);
        this.backoff = new Backoff(
                settings.backoffMinNanos(),
                settings.backoffMaxNanos(),
                channel.client().random());
    }

    URI uri() {
        return uri;
    }

    /** The connection, once its welcome has come; null before and after. */
    @Nullable ClientConnection openConnection() {
        Attempt attempt = current;
        return attempt != null && attempt.isOpen() ? attempt.connection() : null;
    }

    @Nullable Attempt current() {
        return current;
    }

    /** Something was sent. */
    void sent() {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.sent();
        }
    }

    void readable(boolean readable) {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.readable(readable);
        }
    }

    void connect() {
        pause = null;
        if (stopped) {
            return;
        }
        Attempt attempt = newAttempt(
                choice.next(channel.loop().nanoTime()),
                false,
                choice.patienceNanos(channel.settings().connectTimeoutNanos()));
        current = attempt;
        connect(attempt, false);
        if (visits == null) {
            visits = channel.loop().schedule(this::visit, visitEveryNanos());
        }
    }

    Attempt newAttempt(Named transport, boolean standby, long patienceNanos) {
        return new Attempt(this, transport, ++lastNumber, standby, channel.loop(), patienceNanos);
    }

    void connect(Attempt attempt, boolean standby) {
        RealClient client = channel.client();
        attempt.connect(client, () -> {
            Position after = channelId == null ? null : channel.position();
            return new Target(uri, channel.loop(), channelId, after, client.credentials(), attempt.number(), standby);
        });
    }

    /** Looks after the connection at the times that the welcome has set. */
    private void visitAgain() {
        Loop.Timer timer = visits;
        if (timer != null) {
            timer.cancel();
        }
        visits = channel.loop().schedule(this::visit, visitEveryNanos());
    }

    /** Often enough to ask in time where the path cuts connections that are silent. */
    private long visitEveryNanos() {
        return Math.min(channel.inbound().visitEveryNanos(), silence.askAfterNanos() / 2);
    }

    private void visit() {
        visits = null;
        if (stopped) {
            return;
        }
        Attempt attempt = current;
        if (attempt != null && attempt.isOpen()) {
            visit(attempt, channel.loop().nanoTime());
        }
        visits = channel.loop().schedule(this::visit, visitEveryNanos());
    }

    private void visit(Attempt attempt, long nowNanos) {
        if (channel.dispatcher().isOverHigh()) {
            // The connection is not read: that nothing is heard says nothing of the server.
            attempt.alive();
        }
        if (nowNanos - attempt.lastHeardNanos() > channel.inbound().lostAfterNanos()) {
            attempt.giveUp("nothing heard within wherry.lost-after");
            return;
        }
        channel.inbound().visit();
        if (nowNanos - attempt.lastSentNanos() >= channel.inbound().heartbeatNanos()) {
            channel.inbound().heartbeat();
        }
        long silentNanos = nowNanos - attempt.lastHeardNanos();
        if (attempt.works()
                && silentNanos >= silence.askAfterNanos()
                && nowNanos - attempt.lastAskedNanos() >= silence.askAfterNanos()) {
            attempt.askAgain();
            attempt.flush();
        }
        if (attempt.works() && attempt.livedNanos() > PathHealth.LASTED_NANOS) {
            choice.lasted(attempt.transport());
        }
    }

    // ---- what happens on connections

    @Override
    public @Nullable Position position() {
        return channel.position();
    }

    @Override
    public void welcomed(Attempt attempt, Envelope welcome) {
        if (changeover.isCandidate(attempt)) {
            changeover.welcomed(attempt, welcome, Objects.requireNonNull(channelId));
        }
        if (attempt != current || channel.hasEnded()) {
            return;
        }
        boolean isNew = !welcome.argumentOrEmpty().equals("resumed");
        channelId = welcome.name();
        channel.inbound().welcome(welcome, isNew);
        attempt.ask();
        String reason = failures.isEmpty() ? "connected" : String.join("; ", failures);
        channel.opened(
                attempt.transportName(), reason, welcome.name(), Objects.requireNonNull(welcome.position()), isNew);
        attempt.flush();
        visitAgain();
        channel.completions().flush();
    }

    @Override
    public void received(Attempt attempt, Envelope envelope) {
        if (changeover.isCandidate(attempt)) {
            changeover.received(attempt, envelope);
        }
        if (attempt != current || channel.hasEnded()) {
            return;
        }
        if (!attempt.works() && isAnswer(envelope)) {
            worked(attempt);
        }
        channel.inbound().received(envelope);
        if (attempt.works()) {
            holdBack();
        }
    }

    /** Does not read on while the callbacks are behind. What is needed to know that a connection works is read all the same. */
    private void holdBack() {
        if (channel.dispatcher().isOverHigh()) {
            readable(false);
            if (!channel.dispatcher().isOverHigh()) {
                readable(true);
            }
        }
    }

    /** Whether it shows that a message has made the round trip. */
    static boolean isAnswer(Envelope envelope) {
        return envelope.kind() == Kind.ACK || isSignOfLife(envelope);
    }

    /** Whether it answers the question for a sign of life. */
    static boolean isSignOfLife(Envelope envelope) {
        return envelope.kind() == Kind.HEARTBEAT && envelope.name().equals(ServerMessages.ANSWER);
    }

    /** A message has made the round trip on the present connection. */
    private void worked(Attempt attempt) {
        attempt.worked();
        choice.worked(attempt.transport());
        backoff.reset();
        hasWaited = false;
        hasRenewed = false;
        firstRefusal = null;
        allRefused = true;
        failures.clear();
        holdBack();
        changeover.connected(attempt);
    }

    /** The connection that stood by carries the channel from now on. */
    void tookOver(Attempt attempt, String reason) {
        Attempt old = current;
        current = attempt;
        worked(attempt);
        channel.tookOver(attempt.transportName(), reason);
        if (old != null) {
            old.close();
        }
        visitAgain();
    }

    @Override
    public void receiveComplete(Attempt attempt) {
        if (attempt == current) {
            channel.inbound().receiveComplete();
        }
    }

    @Override
    public void writable(Attempt attempt) {
        if (attempt == current) {
            channel.transmit();
        }
    }

    // ---- what happens when one ends

    @Override
    public void ended(Attempt attempt, @Nullable Throwable cause) {
        if (changeover.isCandidate(attempt)) {
            changeover.failed(asReason(cause, "the connection was ended"));
            return;
        }
        if (attempt != current) {
            return;
        }
        current = null;
        if (!stopped && changeover.isTakingOver()) {
            // It may have been ended because the other one has the channel already.
            log.debug("{}: the {} connection ended while another takes over", channel, attempt.transportName(), cause);
            return;
        }
        changeover.interrupt();
        boolean orderly = cause == null && attempt.isOpen();
        channel.disconnected(orderly);
        if (!stopped) {
            comeAgain(attempt, cause);
        }
    }

    /** The one that was taking over has failed, and the one before has ended meanwhile. */
    void lostBoth() {
        channel.disconnected(false);
        if (!stopped) {
            again(backoff.nextNanos());
        }
    }

    private void comeAgain(Attempt attempt, @Nullable Throwable cause) {
        log.debug("{}: the {} connection ended", channel, attempt.transportName(), cause);
        WherryException reason = asReason(cause, "the connection was closed");
        boolean isOurs = attempt.number() < lastNumber;
        if (reason.code() == ErrorCode.UNAUTHORIZED
                && !hasRenewed
                && channel.client().credentials().canRenew()) {
            hasRenewed = true;
            connect();
        } else if (reason.code() == ErrorCode.UNKNOWN_CHANNEL) {
            // A channel that was just opened may be lost again and again, where its requests come to several servers.
            boolean isOfNoChannel = attempt.isOpen() || channelId == null;
            channelId = null;
            again(isOfNoChannel ? backoff.nextNanos() : 0);
        } else if (reason.code() == ErrorCode.SUPERSEDED && isOurs) {
            again(0);
        } else if (attempt.isOpen() && (reason.code() == ErrorCode.SUPERSEDED || reason.code() == ErrorCode.CLOSED)) {
            channel.end(reason);
        } else if (cause == null && attempt.isOpen() && attempt.hasCarried()) {
            again(0);
        } else if (attempt.works() && reason.code().advice() != Advice.NEVER) {
            silence.cutAfter(channel.loop().nanoTime() - attempt.lastHeardNanos());
            boolean isAside = choice.cut(
                    attempt.transport(), attempt.livedNanos(), channel.loop().nanoTime());
            failures.add(describe(attempt.transportName(), reason)
                    + (isAside ? ", again and again soon after it was opened" : ""));
            again(pauseNanos(reason));
        } else {
            notWorking(attempt, reason);
        }
    }

    static WherryException asReason(@Nullable Throwable cause, String otherwise) {
        if (cause instanceof WherryException known) {
            return known;
        }
        return new WherryException(
                ErrorCode.UNAVAILABLE, cause == null ? otherwise : "the connection failed: " + cause, cause);
    }

    /** How long to wait: what the server has asked for, and a bit at random since it counts in whole seconds; else the back-off. */
    private long pauseNanos(WherryException reason) {
        Duration asked = reason.retryAfter();
        if (asked == null) {
            return backoff.nextNanos();
        }
        long nanos = Durations.nanos(asked);
        return nanos + channel.client().random().nextLong(Math.min(nanos, MAX_ADDED_NANOS) + 1);
    }

    /** A transport does not work: another may. What one is refused, for good, another may be allowed; all of them means the channel. */
    private void notWorking(Attempt attempt, WherryException reason) {
        boolean mustWait = reason.retryAfter() != null;
        if (mustWait && !hasWaited) {
            // The server is there and wants to be left alone for a while: that says nothing of the transport, the first
            // time.
            hasWaited = true;
            again(pauseNanos(reason));
            return;
        }
        failures.add(describe(attempt.transportName(), reason));
        if (reason.code().advice() == Advice.NEVER) {
            if (firstRefusal == null) {
                firstRefusal = reason;
            }
        } else {
            allRefused = false;
        }
        if (choice.failed(attempt.transport(), channel.loop().nanoTime()) && !mustWait) {
            connect();
            return;
        }
        failures.clear();
        WherryException refusal = firstRefusal;
        if (allRefused && refusal != null) {
            channel.end(refusal);
            return;
        }
        firstRefusal = null;
        allRefused = true;
        again(pauseNanos(reason));
    }

    static String describe(String transportName, WherryException reason) {
        String message = String.valueOf(reason.getMessage());
        return message.startsWith(transportName) ? message : transportName + ": " + message;
    }

    private void again(long pauseNanos) {
        pause = channel.loop().schedule(this::connect, pauseNanos);
    }

    // ---- what the channel asks for

    /** Moves to a transport while the present one still works. */
    void switchTo(String name, CompletableFuture<Void> stage) {
        @Nullable Named to = choice.find(name);
        if (to == null) {
            channel.completions()
                    .fail(
                            stage,
                            new WherryException(
                                    ErrorCode.BAD_REQUEST,
                                    "transport: " + WherryException.quote(name) + " (expected: one of " + choice.names()
                                            + ")"));
        } else if (stopped) {
            channel.completions().fail(stage, new WherryException(ErrorCode.CLOSED, "the channel is closed"));
        } else {
            changeover.switchTo(to, stage);
        }
        channel.completions().flush();
    }

    /** The server has ended the channel, and says to come back with a new one after a while: negative where it does not say. */
    void comeBack(long afterNanos) {
        channelId = null;
        Attempt attempt = current;
        current = null;
        changeover.interrupt();
        if (attempt != null) {
            attempt.close();
        }
        channel.disconnected(false);
        if (!stopped) {
            again(afterNanos < 0 ? backoff.nextNanos() : afterNanos);
        }
    }

    /** Tells the server that the channel ends, on whichever connection has it by now. */
    void sayGoodbye() {
        for (Attempt attempt : new @Nullable Attempt[] {current, changeover.takingOver()}) {
            if (attempt != null && attempt.isOpen()) {
                attempt.send(Envelope.control(Kind.END, Envelope.NO_NAME, null));
                attempt.flush();
            }
        }
    }

    /** Stops for good; the connection is closed after what was sent. */
    void stop(Runnable whenClosed) {
        stopped = true;
        for (Loop.Timer timer : new Loop.@Nullable Timer[] {pause, visits}) {
            if (timer != null) {
                timer.cancel();
            }
        }
        changeover.cancel("the channel is closed");
        Attempt attempt = current;
        if (attempt == null) {
            whenClosed.run();
        } else {
            attempt.close(whenClosed, channel.settings().closeTimeoutNanos());
        }
    }
}
