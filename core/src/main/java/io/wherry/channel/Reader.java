// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Gap;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.WherryException;
import io.wherry.log.Entry;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place in the log, and a connection that is moved forward from it. Confined to the loop that it is given with each
 * connection.
 *
 * <p>A reader is <i>live</i> when it has all that its loop has read: then it is a member of a {@link ReaderGroup}, which
 * serves it, and its place is the loop's. Otherwise it is <i>behind</i>: whenever its connection is writable it reads what it
 * has missed (see {@link CatchUp}), until it has come up to its loop. Without a connection it stays where it is.
 */
final class Reader {

    private static final Logger logger = LoggerFactory.getLogger(Reader.class);

    private final Log log;
    private final @Nullable OwnLog own;
    /** Replaced when it changes: what most readers read for good is kept in as few bytes as there are. */
    private List<Subscribed> subscriptions = List.of();

    private TopicSet topics = TopicSet.EMPTY;
    private @Nullable ServerLoop home;

    private @Nullable Connection connection;
    private @Nullable ReaderGroup group;
    private int groupIndex;
    /** The place while not live. */
    private long written;

    private long writtenSub;
    private long lastWriteNanos;
    private List<Envelope> gaps = List.of();
    private @Nullable Owner owner;

    /** Who has a reader. Called on its loop. */
    @FunctionalInterface
    interface Owner {

        /** The reader has come up to its loop. */
        void caughtUp();
    }

    /**
     * Makes a reader without connection.
     *
     * @param own what is this reader's alone, null for a plain reader
     */
    Reader(Log log, @Nullable OwnLog own, long written) {
        this.log = log;
        this.own = own;
        this.written = written;
    }

    /** Sets who is told each time the reader has come up to its loop. */
    void owner(Owner told) {
        owner = told;
    }

    Connection connection() {
        Connection current = connection;
        if (current == null) {
            throw new AssertionError("a reader without a connection");
        }
        return current;
    }

    @Nullable Connection connectionOrNull() {
        return connection;
    }

    /**
     * The sequence number after which something that is this reader's own takes its place: that of the last message of the
     * log, so that what was published before comes before it.
     */
    long lastSequence() {
        if (isLive()) {
            liveHome().readOn();
            return liveHome().cursorSequence();
        }
        return log.last().sequence();
    }

    /** The position up to which has been written to the present connection, or to the last one. */
    Position position() {
        return isLive()
                ? new Position(log.epoch(), Math.max(written, liveHome().cursorSequence()), liveSub())
                : new Position(log.epoch(), written, writtenSub);
    }

    private long liveSub() {
        return written >= liveHome().cursorSequence() ? writtenSub : 0;
    }

    List<Envelope> gaps() {
        return gaps;
    }

    long lastWriteNanos() {
        ReaderGroup current = group;
        return current == null ? lastWriteNanos : Math.max(lastWriteNanos, current.lastDeliveryNanos());
    }

    /** Gives the connection a sign of life. */
    void heartbeat(long nowNanos) {
        lastWriteNanos = nowNanos;
        connection().heartbeat();
    }

    boolean isLive() {
        return group != null;
    }

    private ServerLoop liveHome() {
        ServerLoop current = home;
        if (current == null) {
            throw new AssertionError("a reader without a loop");
        }
        return current;
    }

    // ---- topics

    @Nullable Subscribed find(TopicHistory history) {
        for (Subscribed subscribed : subscriptions) {
            if (subscribed.history() == history) {
                return subscribed;
            }
        }
        return null;
    }

    /** Adds a topic, to be read after a sequence number that is not before this reader's place. */
    void subscribe(TopicHistory history, long from, Limits limits) {
        subscribe(history, from, 0, limits);
    }

    private void subscribe(TopicHistory history, long from, long wholeUpTo, Limits limits) {
        if (find(history) != null) {
            return;
        }
        if (subscriptions.size() >= limits.subscriptions()) {
            throw new WherryException(
                    ErrorCode.TOO_MANY,
                    "subscriptions: " + (subscriptions.size() + 1) + " (expected: at most " + limits.subscriptions()
                            + ")");
        }
        List<Subscribed> more = new ArrayList<>(subscriptions);
        more.add(new Subscribed(history, from, wholeUpTo));
        changeTopics(more);
        history.readers().incrementAndGet();
    }

    void unsubscribe(TopicHistory history) {
        Subscribed subscribed = find(history);
        if (subscribed != null) {
            List<Subscribed> fewer = new ArrayList<>(subscriptions);
            fewer.remove(subscribed);
            changeTopics(fewer);
            history.readers().decrementAndGet();
        }
    }

    /** Leaves all topics: the reader has ended. */
    void end() {
        detach();
        for (Subscribed subscribed : subscriptions) {
            subscribed.history().readers().decrementAndGet();
        }
        subscriptions = List.of();
        topics = TopicSet.EMPTY;
    }

    private void changeTopics(List<Subscribed> changed) {
        subscriptions = List.copyOf(changed);
        topics = TopicSet.of(subscriptions);
        ReaderGroup left = group;
        if (left != null) {
            // The new group is joined before the old one is left, so that the loop does not stop reading in between.
            int leftIndex = groupIndex;
            joinGroup();
            left.leave(leftIndex);
            liveHome().removeIfEmpty(left);
        }
    }

    /**
     * Subscribes a reader that has not begun to read, and sets its place to where they begin together.
     *
     * @return the gap to be told before, null for none
     */
    @Nullable Envelope begin(List<TopicHistory> histories, Start start, long head, Limits limits) {
        Envelope gap = null;
        List<Entry> found = new ArrayList<>();
        long place = head;
        long from = head;
        Position after = start.position();
        if (after != null) {
            if (after.epoch().equals(log.epoch())) {
                from = requireKnown(after, head).sequence();
                writtenSub = after.sub();
            } else {
                from = 0;
                gap = Envelope.at(
                        log.position(0),
                        Envelope.Kind.GAP,
                        "*",
                        Gap.Reason.EPOCH.text() + " " + after,
                        Message.empty());
            }
            place = from;
        }
        for (TopicHistory history : histories) {
            long topicFrom = from;
            long wholeUpTo = 0;
            if (start.mode() == Start.Mode.LAST) {
                found.clear();
                history.readLast(Math.min(start.count(), limits.history()), head, log.now(), found);
                topicFrom = found.isEmpty() ? head : found.get(0).sequence() - 1;
                place = Math.min(place, topicFrom);
                wholeUpTo = head;
            }
            subscribe(history, topicFrom, wholeUpTo, limits);
        }
        written = place;
        return gap;
    }

    /** Refuses a start that cannot have been given out by this server. */
    void requireKnownStart(Start start) {
        Position after = start.position();
        if (after != null && after.epoch().equals(log.epoch())) {
            requireKnown(after, 0);
        }
    }

    /** Checks that a position of this epoch is one that there has been. */
    Position requireKnown(Position after, long head) {
        if (after.sequence() > Math.max(head, log.last().sequence())) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "after: " + after + " (expected: a position that this server has given out, at most "
                            + log.position(head) + ")");
        }
        return after;
    }

    // ---- connections

    /** Takes a connection, and goes on after the place set before. What is written first, the caller has written. */
    void attach(ServerLoop loop, Connection attached) {
        home = loop;
        connection = attached;
        lastWriteNanos = loop.loop().nanoTime();
        long lastSequence = log.last().sequence();
        for (Subscribed subscribed : subscriptions) {
            subscribed.connected(lastSequence);
        }
        if (!catchUp()) {
            attached.flush();
        }
    }

    /** Goes back to a position that the client has named. */
    void moveTo(Position after) {
        written = after.sequence();
        writtenSub = after.sub();
    }

    /** Lets the connection go; the place stays. */
    void detach() {
        if (isLive()) {
            leaveGroup(liveHome().cursorSequence());
        }
        connection = null;
        gaps = List.of();
    }

    void movedInGroup(int index) {
        groupIndex = index;
    }

    /** Leaves the group, if it is a member: its connection takes no more at present. */
    void fallBehind() {
        if (isLive()) {
            leaveGroup(liveHome().cursorSequence());
        }
    }

    /** Leaves the group during its delivery, which did not reach this reader. */
    void fallBehind(long before) {
        leaveGroup(before);
    }

    private void leaveGroup(long place) {
        ReaderGroup current = group;
        if (current == null) {
            return;
        }
        group = null;
        lastWriteNanos = Math.max(lastWriteNanos, current.lastDeliveryNanos());
        current.leave(groupIndex);
        liveHome().removeIfEmpty(current);
        if (place > written) {
            written = place;
            writtenSub = 0;
        }
    }

    private void joinGroup() {
        ServerLoop loop = liveHome();
        if (!subscriptions.isEmpty()) {
            loop.startReading();
        }
        ReaderGroup joined = loop.group(connection().framing(), topics);
        topics = joined.topics(); // the same for all
        group = joined;
        groupIndex = joined.join(this);
    }

    // ---- reading

    /** The connection is writable again. */
    void writable() {
        if (connection != null && !isLive()) {
            catchUp();
        }
    }

    /** Something was added to what is this reader's own. */
    void ownAdded(OwnLog.Own added) {
        Connection current = connection;
        if (current == null || !isLive()) {
            return;
        }
        ServerLoop loop = liveHome();
        if (current.isWritable()) {
            write(loop, current, added.envelope());
            advance(added.position().sequence(), added.position().sub());
            loop.flushLater(current);
        } else {
            leaveGroup(loop.cursorSequence());
        }
    }

    /** Writes an envelope that is no part of the log at once. */
    void write(ServerLoop loop, Connection current, Envelope envelope) {
        lastWriteNanos = loop.writeNanos();
        current.writeOwn(envelope);
    }

    /** Reads on until live, or until the connection takes no more; returns whether something was flushed. */
    private boolean catchUp() {
        try {
            return tryToCatchUp();
        } catch (RuntimeException e) {
            failed(e);
            return true;
        }
    }

    /** The connection cannot be served: it ends, and its client comes back or not. */
    void failed(RuntimeException failure) {
        Connection current = connection();
        logger.warn("a {} connection could not be served", current.transport(), failure);
        current.close(WherryException.from(failure));
    }

    /** Ends the connection where a topic waits for this reader no longer; returns whether one does not. Called now and then. */
    boolean disconnectIfTooFarBehind() {
        if (connection == null || isLive()) {
            return false;
        }
        for (Subscribed subscribed : subscriptions) {
            if (subscribed.isTooFarBehind(written)) {
                disconnect(subscribed.history());
                return true;
            }
        }
        return false;
    }

    /** Tells the reader that a topic does not wait for it, and ends its connection; it may come back, and read on. */
    private void disconnect(TopicHistory history) {
        WherryException reason = new WherryException(
                ErrorCode.TOO_MANY,
                "behind: too many messages of " + WherryException.quote(history.name())
                        + " (expected: a reader that keeps up, this topic disconnects others)");
        logger.debug("a {} connection is too slow: {}", connection().transport(), reason.getMessage());
        write(
                liveHome(),
                connection(),
                Envelope.at(
                        null,
                        Envelope.Kind.ERROR,
                        Envelope.NO_NAME,
                        reason.code().text(),
                        Message.of(reason.getMessage())));
        connection().flush();
        connection().close(reason);
    }

    private boolean tryToCatchUp() {
        ServerLoop loop = liveHome();
        Connection current = connection();
        if (!subscriptions.isEmpty()) {
            loop.startReading();
        }
        CatchUp way = new CatchUp(this, loop, current, subscriptions, own);
        if (way.goOn()) {
            joinGroup();
            if (owner != null) {
                owner.caughtUp();
            }
        }
        @Nullable TopicHistory lost = way.lostTopic();
        if (lost != null) {
            disconnect(lost);
            return true;
        }
        if (way.hasWritten()) {
            current.flush();
        }
        if (connection == current && !isLive() && current.isWritable()) {
            goOnLater(loop, current);
        }
        return way.hasWritten();
    }

    private void goOnLater(ServerLoop loop, Connection current) {
        loop.loop().execute(() -> {
            // While the reader has this connection, it is on this loop; it may be on its way to another with another.
            if (connection == current) {
                writable();
            }
        });
    }

    // ---- the place, as it is moved on the way

    /** The sequence number up to which has been written, while not live. */
    long written() {
        return written;
    }

    /** What has been written of this reader's own after {@link #written}, while not live. */
    long writtenSub() {
        return writtenSub;
    }

    /** Moves the place on. */
    void advance(long sequence, long sub) {
        written = sequence;
        writtenSub = sub;
    }

    /** Notes that something was written to the connection. */
    void wrote(long nowNanos) {
        lastWriteNanos = nowNanos;
    }

    /** Writes a gap notice, and remembers it for the connection. */
    void tellGap(ServerLoop loop, Connection current, Envelope gap) {
        List<Envelope> told = new ArrayList<>(gaps);
        told.removeIf(earlier -> earlier.name().equals(gap.name()));
        told.add(gap);
        gaps = List.copyOf(told);
        write(loop, current, gap);
    }
}
