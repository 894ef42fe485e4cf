// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.ErrorCode.Advice;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a client's channel connected: connects, notices what is lost, waits, connects again. Confined to the channel's loop.
 */
final class Connector {

    private static final Logger log = LoggerFactory.getLogger(Connector.class);

    private final ClientChannel channel;
    private final URI uri;
    private final TransportChoice choice;
    private final Backoff backoff;
    private @Nullable Attempt attempt;
    private Loop.@Nullable Timer pause;
    private Loop.@Nullable Timer visits;
    private @Nullable String channelId;
    private @Nullable WherryException firstRefusal;
    private boolean allRefused = true;
    private boolean stopped;

    Connector(ClientChannel channel, URI uri) {
        this.channel = channel;
        this.uri = uri;
        this.choice = new TransportChoice(channel.client().transports());
        ClientSettings settings = channel.settings();
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
        Attempt current = attempt;
        return current != null && current.open ? current.connection : null;
    }

    /** Something was sent. */
    void sent() {
        Attempt current = attempt;
        if (current != null) {
            current.lastSentNanos = channel.loop().nanoTime();
        }
    }

    void readable(boolean readable) {
        Attempt current = attempt;
        if (current != null && current.connection != null) {
            current.connection.readable(readable);
        }
    }

    void connect() {
        pause = null;
        if (stopped) {
            return;
        }
        Attempt next = new Attempt(choice.current().name());
        attempt = next;
        next.connect();
        if (visits == null) {
            visits = channel.loop().schedule(this::visit, channel.inbound().visitEveryNanos());
        }
    }

    /** Looks after the connection at the times that the welcome has set. */
    private void visitAgain() {
        Loop.Timer timer = visits;
        if (timer != null) {
            timer.cancel();
        }
        visits = channel.loop().schedule(this::visit, channel.inbound().visitEveryNanos());
    }

    private void visit() {
        visits = null;
        if (stopped) {
            return;
        }
        Attempt current = attempt;
        if (current != null) {
            current.visit(channel.loop().nanoTime());
        }
        visits = channel.loop().schedule(this::visit, channel.inbound().visitEveryNanos());
    }

    /** An attempt has ended, before its welcome or after. */
    private void ended(Attempt which, @Nullable Throwable cause) {
        if (attempt != which) {
            return;
        }
        attempt = null;
        boolean orderly = cause == null && which.open;
        channel.disconnected(orderly);
        if (stopped) {
            return;
        }
        WherryException reason = cause == null ? null : asReason(cause);
        log.debug("{}: the {} connection ended", channel, which.transportName, cause);
        if (reason != null && reason.code() == ErrorCode.UNKNOWN_CHANNEL) {
            channelId = null;
            connect();
        } else if (which.open && reason != null && reason.code().advice() == Advice.NEVER) {
            channel.end(reason);
        } else if (which.open) {
            again(orderly && which.carried ? 0 : backoff.nextNanos());
        } else {
            failedToOpen(reason);
        }
    }

    private static WherryException asReason(Throwable cause) {
        return cause instanceof WherryException known
                ? known
                : new WherryException(ErrorCode.UNAVAILABLE, "the connection failed: " + cause, cause);
    }

    private void failedToOpen(@Nullable WherryException reason) {
        if (reason != null && reason.code().advice() == Advice.NEVER) {
            if (firstRefusal == null) {
                firstRefusal = reason;
            }
        } else {
            allRefused = false;
        }
        if (choice.failed()) {
            connect();
            return;
        }
        WherryException refusal = firstRefusal;
        if (allRefused && refusal != null) {
            channel.end(refusal);
            return;
        }
        firstRefusal = null;
        allRefused = true;
        again(backoff.nextNanos());
    }

    private void again(long pauseNanos) {
        pause = channel.loop().schedule(this::connect, pauseNanos);
    }

    /** The server has ended the channel, and says to come back with a new one after a while. */
    void comeBack(long afterNanos) {
        channelId = null;
        Attempt current = attempt;
        attempt = null;
        if (current != null) {
            current.close();
        }
        channel.disconnected(false);
        if (!stopped) {
            again(afterNanos + backoff.nextNanos());
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
        Attempt current = attempt;
        if (current == null) {
            whenClosed.run();
        } else {
            current.whenClosed = whenClosed;
            Loop.Timer bound = channel.loop()
                    .schedule(current::closedAtLast, channel.settings().closeTimeoutNanos());
            current.closeBound = bound;
            current.close();
        }
    }

    /** One connection, from the attempt to its end. */
    private final class Attempt implements ClientListener {

        private final String transportName;
        private final long startedNanos = channel.loop().nanoTime();
        private @Nullable ClientConnection connection;
        private boolean open;
        /** Whether more than the welcome has come: coming back at once would not go on for ever. */
        private boolean carried;

        private boolean isClosed;
        private long lastHeardNanos = startedNanos;
        private long lastSentNanos = startedNanos;
        private @Nullable Runnable whenClosed;
        private Loop.@Nullable Timer closeBound;

        Attempt(String transportName) {
            this.transportName = transportName;
        }

        void connect() {
            Target target = new Target(
                    uri,
                    channel.loop(),
                    channelId,
                    channelId == null ? null : channel.position(),
                    List.of(),
                    channel.client().headers());
            ClientConnection made;
            try {
                made = choice.current().transport().connect(channel.client().context(), target, this);
            } catch (RuntimeException e) {
                log.warn("{}: the {} transport failed to connect", channel, transportName, e);
                closed(WherryException.from(e));
                return;
            }
            connection = made;
            if (channel.dispatcher().isOverHigh()) {
                made.readable(false);
            }
        }

        void close() {
            ClientConnection made = connection;
            if (made != null) {
                made.close();
            }
        }

        void visit(long nowNanos) {
            if (!open) {
                if (nowNanos - startedNanos > channel.settings().connectTimeoutNanos()) {
                    giveUp("no welcome within wherry.connect-timeout");
                }
                return;
            }
            if (nowNanos - lastHeardNanos > channel.inbound().lostAfterNanos()
                    && !channel.dispatcher().isOverHigh()) {
                giveUp("nothing heard within wherry.lost-after");
                return;
            }
            channel.inbound().visit();
            if (nowNanos - lastSentNanos >= channel.inbound().heartbeatNanos()) {
                channel.inbound().heartbeat();
            }
        }

        private void giveUp(String why) {
            close();
            closed(new WherryException(ErrorCode.TIMEOUT, transportName + ": " + why));
        }

        private boolean isCurrent() {
            return attempt == this;
        }

        @Override
        public void received(Envelope envelope) {
            lastHeardNanos = channel.loop().nanoTime();
            if (!isCurrent() || channel.hasEnded()) {
                return;
            }
            if (open) {
                carried = true;
                channel.inbound().received(envelope);
                if (channel.dispatcher().isOverHigh()) {
                    readable(false);
                    if (!channel.dispatcher().isOverHigh()) {
                        readable(true);
                    }
                }
            } else if (envelope.kind() == Kind.WELCOME) {
                welcome(envelope);
            } else if (envelope.kind() == Kind.END) {
                channel.inbound().end(envelope);
            } else {
                close();
                closed(new WherryException(
                        ErrorCode.BAD_REQUEST,
                        transportName + ": " + envelope.kind() + " came first (expected: a welcome)"));
            }
        }

        private void welcome(Envelope envelope) {
            Position start = envelope.position();
            if (start == null) {
                close();
                closed(new WherryException(ErrorCode.BAD_REQUEST, transportName + ": a welcome without a position"));
                return;
            }
            open = true;
            choice.worked();
            backoff.reset();
            firstRefusal = null;
            allRefused = true;
            boolean isNew = !envelope.argumentOrEmpty().equals("resumed");
            channelId = envelope.name();
            channel.inbound().welcome(envelope, isNew);
            channel.opened(transportName, envelope.name(), start, isNew);
            visitAgain();
            channel.completions().flush();
        }

        @Override
        public void receiveComplete() {
            if (isCurrent() && open) {
                channel.inbound().receiveComplete();
            }
        }

        @Override
        public void alive() {
            lastHeardNanos = channel.loop().nanoTime();
        }

        @Override
        public void writable() {
            if (isCurrent() && open) {
                channel.transmit();
            }
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            ended(this, cause);
            closedAtLast();
        }

        private void closedAtLast() {
            Runnable action = whenClosed;
            whenClosed = null;
            if (action != null) {
                action.run();
            }
            Loop.Timer bound = closeBound;
            if (bound != null) {
                bound.cancel();
            }
        }

        @Override
        public @Nullable Position position() {
            return channel.position();
        }
    }
}
