// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.Position;
import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Who knows the promise: everything that was sent, and what has come of it. Confined to the thread of the run.
 *
 * <p>It objects at once to what can never be right, such as a message that comes twice, and at the end to what is missing.
 */
final class Checker {

    private final Trace trace;
    private boolean stopped;
    private final List<Life> lives = new ArrayList<>();
    private final Map<String, Sent> sent = new LinkedHashMap<>();
    private @Nullable String problem;

    Checker(Trace trace) {
        this.trace = trace;
    }

    /** Objects; the first objection stands. */
    void object(String what) {
        if (problem == null) {
            problem = what;
            trace.add("checker", what, 0);
        }
    }

    void require(boolean holds, String what) {
        if (!holds) {
            object(what);
        }
    }

    @Nullable String problem() {
        return problem;
    }

    /** A server begins to live. */
    Life begins(Life life) {
        lives.add(life);
        return life;
    }

    /** The life of a server by the epoch of its log, null when there was none. */
    @Nullable Life life(String epoch) {
        for (Life life : lives) {
            if (life.epoch().equals(epoch)) {
                return life;
            }
        }
        return null;
    }

    /** Whether a position, or a later life of the log, has been come to. */
    boolean isReached(Position position, Position by) {
        if (position.isSameEpoch(by)) {
            return !position.isAfter(by);
        }
        return lives.indexOf(life(position.epoch())) < lives.indexOf(life(by.epoch()));
    }

    Life lastLife() {
        return lives.get(lives.size() - 1);
    }

    /** Whether a server has died without notice since some other life began. */
    boolean hasStopped() {
        return stopped;
    }

    /** A server is about to stop in order. */
    void stops() {
        stopped = true;
    }

    boolean hasCrashed() {
        return lives.stream().anyMatch(Life::hasCrashed);
    }

    /** One thing that was sent, by its text. */
    final class Sent {

        private final String text;
        private final boolean isAnswered;
        private final Lane lane;
        private final int index;
        private int received;
        private boolean refused;
        /** The topic that it is published to. */
        private String topic = "";

        private boolean mustSucceed;
        private @Nullable CompletionStage<?> stage;
        private boolean done;
        private @Nullable WherryException failure;

        private Sent(Lane lane, int index, String text, boolean isAnswered) {
            this.lane = lane;
            this.index = index;
            this.text = text;
            this.isAnswered = isAnswered;
        }

        /** Notes the stage that tells what has come of it. */
        void stage(CompletionStage<?> given) {
            stage = given;
            refused = given.toCompletableFuture().isCompletedExceptionally();
            var unused = given.whenComplete((value, thrown) -> completed(thrown));
        }

        private void completed(@Nullable Throwable thrown) {
            require(!done, text + ": its stage completes twice");
            done = true;
            failure = thrown == null ? null : WherryException.from(thrown);
            trace.count("stage: " + (failure == null ? "done" : failure.code().text()));
            trace.add(lane.name, failure == null ? "done" : failure.code().text(), index);
            require(failure == null || !mustSucceed, text + ": fails when all is well: " + failure);
            lane.completed(this, failure);
        }

        /** Notes the topic that it is published to. */
        void to(String name) {
            topic = name;
        }

        /** Its stage must not fail. */
        void mustSucceed() {
            mustSucceed = true;
        }

        Lane lane() {
            return lane;
        }

        int index() {
            return index;
        }

        /** Whether a client has sent it. */
        boolean isFrom(String client) {
            return lane.name.equals(client + ">");
        }

        String text() {
            return text;
        }

        boolean isAnswered() {
            return isAnswered;
        }

        @Nullable WherryException failure() {
            return failure;
        }

        boolean isOpen() {
            return stage != null && !done;
        }

        boolean hasArrived() {
            return received > 0;
        }

        /** Whether it was taken: what was not is never to arrive. */
        boolean isTaken() {
            return !refused;
        }

        boolean hasSucceeded() {
            return done && failure == null;
        }
    }

    /** What one side has sent to the other's handlers on one channel, or through all channels of one client, in order. */
    abstract class Lane {

        private final String name;
        private final List<Sent> all = new ArrayList<>();

        Lane(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        List<Sent> all() {
            return all;
        }

        /** Begins to send something. */
        Sent send(boolean isAnswered, int padding) {
            int index = all.size();
            String text = name + "#" + index + "_".repeat(padding);
            Sent one = new Sent(this, index, text, isAnswered);
            all.add(one);
            sent.put(text, one);
            trace.add(name, isAnswered ? "asks" : "sends", index);
            return one;
        }

        /** Judges how a stage has completed. */
        abstract void completed(Sent one, @Nullable WherryException failure);

        /** What is not yet as it must be in the end; null for nothing. */
        @Nullable String unsettled(boolean alive, boolean mayLose) {
            int lastArrived = -1;
            for (Sent one : all) {
                lastArrived = one.hasArrived() ? one.index : lastArrived;
            }
            for (Sent one : all) {
                if (one.isOpen()) {
                    return one.text + ": its stage is open";
                }
                if (one.hasSucceeded() && !one.hasArrived() && !mayLose) {
                    return one.text + ": is said to have arrived and has not";
                }
                boolean must = alive || one.index < lastArrived;
                if (must && one.isTaken() && !one.hasArrived() && !mayLose && !isExcused(one)) {
                    return one.text + ": is lost";
                }
            }
            return null;
        }

        /** Whether it was told that this may not arrive. */
        boolean isExcused(Sent one) {
            return false;
        }
    }

    /** What of a lane was published more than once, or not in order; null for nothing. */
    @Nullable String publishedTwice(Lane lane) {
        Map<String, Position> lasts = new HashMap<>();
        for (Sent one : lane.all) {
            Position at = null;
            for (Life life : lives) {
                Position here = life.published(one.text);
                if (here != null && life.count(one.topic, one.text) != 1) {
                    return one.text + ": was published more than once";
                }
                if (here != null && at != null) {
                    return one.text + ": was published at " + at + " and at " + here;
                }
                at = here == null ? at : here;
            }
            Position last = lasts.get(one.topic);
            if (at != null && last != null && last.isAfter(at)) {
                return one.text + ": was published at " + at + ", which is before " + last;
            }
            if (at != null) {
                lasts.put(one.topic, at);
            }
        }
        return null;
    }

    /**
     * Something has come to a handler.
     *
     * @return what it is, null when nobody has sent it
     */
    @Nullable Sent arrived(String at, String text) {
        Sent one = sent.get(text);
        if (one == null) {
            object(at + ": " + text + " comes, which nobody has sent");
            return null;
        }
        one.received++;
        trace.add(at, "gets " + one.lane.name, one.index);
        require(one.received == 1, at + ": " + text + " comes again");
        require(one.isTaken(), at + ": " + text + " comes, which was refused");
        return one;
    }
}
