// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Acceptor.Reading;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A reader without a channel: it is given topics on one connection, and is gone with it. Confined to the connection's loop. */
final class PlainReader implements ConnectionListener, Sweep.Visited, Reader.Owner {

    private final RealServer server;
    private final ServerLoop home;
    private final Connection connection;
    private final Reader reader;
    private final Liveness liveness;
    private int sweepIndex = -1;
    private boolean ended;
    private long beatNanos;
    /** Null for nobody known. */
    private @Nullable Identity identity;

    private @Nullable WherryException leaving;
    /** Null until somebody asks for it; guarded by this, as is whether it is complete, or would be. */
    private @Nullable CompletableFuture<Void> gone;

    private boolean isGone;

    PlainReader(RealServer server, ServerLoop home, Connection connection) {
        this.server = server;
        this.home = home;
        this.connection = connection;
        this.reader = new Reader(server.log(), null, 0);
        this.liveness = new Liveness(home.loop().nanoTime());
        reader.owner(this);
    }

    /** Refuses what cannot be read. */
    void check(Reading reading) {
        reader.requireKnownStart(reading.start());
    }

    /**
     * Begins to read.
     *
     * @param head the last of the log when the reader was let in
     */
    void start(Reading reading, List<TopicHistory> topics, long head) {
        if (ended) {
            return;
        }
        @Nullable Envelope gap =
                reader.begin(topics, reading.start(), head, server.settings().limits());
        liveness.connected(home.loop().nanoTime());
        beatNanos = home.loop().nanoTime();
        if (reading.principal() != null) {
            identity = new Identity(
                    reading.principal(),
                    home.loop().nanoTime(),
                    server.settings().lostAfterNanos());
        }
        home.sweep().add(this);
        server.plainReaders().add(this);
        reader.write(
                home,
                connection,
                Envelope.at(reader.position(), Kind.WELCOME, Envelope.NO_NAME, null, Message.empty()));
        if (gap != null) {
            reader.tellGap(home, connection, gap);
        }
        reader.attach(home, connection);
        WherryException farewell = server.farewell();
        if (farewell != null) {
            // Who stops may have looked before this was to be seen.
            var unused = leave(farewell);
        }
    }

    /** Ends the connection after all that there is to read: the server stops. Completes when it has ended. Any thread. */
    CompletableFuture<Void> leave(WherryException reason) {
        home.loop().execute(() -> {
            leaving = reason;
            caughtUp();
        });
        return gone();
    }

    private synchronized CompletableFuture<Void> gone() {
        CompletableFuture<Void> stage = gone;
        if (stage == null) {
            stage = new CompletableFuture<>();
            gone = stage;
            if (isGone) {
                stage.complete(null);
            }
        }
        return stage;
    }

    private void completeGone() {
        CompletableFuture<Void> waited;
        synchronized (this) {
            isGone = true;
            waited = gone;
        }
        if (waited != null) {
            waited.complete(null);
        }
    }

    @Override
    public void caughtUp() {
        WherryException reason = leaving;
        if (reason != null && !ended && reader.isLive()) {
            home.readOn();
            // In a turn of its own: this may be called while the reader is being served.
            home.loop().execute(() -> connection.close(reason));
        }
    }

    /** Ends the connection now: the server stops. Any thread. */
    void stop(WherryException reason) {
        home.loop().execute(() -> {
            if (!ended) {
                connection.close(reason);
            }
        });
    }

    @Override
    public void received(Envelope envelope) {
        // A plain reader has nothing to say; its transport refuses what it sends.
    }

    @Override
    public void receiveComplete() {
        // Nothing is acknowledged.
    }

    @Override
    public void alive() {
        liveness.heard(home.loop().nanoTime());
    }

    @Override
    public void writable() {
        liveness.tookBytes(home.loop().nanoTime());
        home.loop().execute(reader::writable);
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        ended = true;
        home.loop().execute(() -> {
            reader.end();
            home.sweep().remove(this);
            server.plainReaders().remove(this);
            completeGone();
        });
    }

    @Override
    public Position position() {
        return reader.position();
    }

    @Override
    public List<Envelope> gaps() {
        return reader.gaps();
    }

    @Override
    public void visit(long nowNanos) {
        if (reader.disconnectIfTooFarBehind()) {
            return;
        }
        if (identity != null && identity.isExpired(nowNanos)) {
            connection.close(new WherryException(ErrorCode.UNAUTHORIZED, "credentials: expired (expected: new ones)"));
            return;
        }
        boolean answers = connection.answersHeartbeats();
        if (!answers) {
            liveness.heard(nowNanos);
        }
        WherryException lost =
                liveness.lost(connection, nowNanos, server.settings().lostAfterNanos());
        if (lost != null) {
            connection.close(lost);
            return;
        }
        // One that answers is asked even while it is being written to: only the answer shows that it lives.
        long quietNanos = answers ? liveness.silentNanos(nowNanos) : nowNanos - reader.lastWriteNanos();
        if (quietNanos >= server.settings().heartbeatNanos()
                && nowNanos - beatNanos >= server.settings().heartbeatNanos()) {
            beatNanos = nowNanos;
            reader.heartbeat(nowNanos);
        }
    }

    @Override
    public int sweepIndex() {
        return sweepIndex;
    }

    @Override
    public void sweepIndex(int index) {
        sweepIndex = index;
    }
}
