// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.WherryException;
import io.wherry.log.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one listener of a topic has heard, judged against what was published. Confined to the thread of the run. */
final class Hearing {

    private final Checker checker;
    private final String name;
    private final String topic;
    private final Start start;
    private final List<Heard> heard = new ArrayList<>();
    private @Nullable Subscription subscription;
    private boolean answered;
    private @Nullable Position head;
    private @Nullable WherryException failure;
    private boolean closed;

    /** A message or a gap. */
    private record Heard(
            @Nullable Message message, @Nullable Gap gap) {}

    Hearing(Checker checker, String name, String topic, Start start) {
        this.checker = checker;
        this.name = name;
        this.topic = topic;
        this.start = start;
    }

    String topic() {
        return topic;
    }

    boolean isClosed() {
        return closed;
    }

    void begun(Subscription given) {
        subscription = given;
        var unused = given.subscribed().whenComplete((position, thrown) -> {
            checker.require(!answered, name + ": answered twice");
            answered = true;
            head = position;
            failure = thrown == null ? null : WherryException.from(thrown);
        });
    }

    /** Listens no more. */
    void close() {
        closed = true;
        Objects.requireNonNull(subscription, "subscription").close();
    }

    void message(Message message) {
        checker.require(!closed, name + ": hears " + message.text() + " after its end");
        heard.add(new Heard(message, null));
    }

    void gap(Gap gap) {
        if (!closed && (gap.topic().equals("*") || gap.topic().equals(topic))) {
            heard.add(new Heard(null, gap));
        }
    }

    /**
     * Judges what was heard.
     *
     * @param alive whether everything must have come
     * @param alone whether every gap of the topic is this listener's
     * @return what is missing, null for nothing; what can never be right is objected to
     */
    @Nullable String judge(boolean alive, boolean alone) {
        if (!answered) {
            return name + ": is not answered";
        }
        if (failure != null && heard.stream().anyMatch(one -> one.message != null)) {
            // It has ended before it was answered in full: what it got is a beginning.
            return null;
        }
        return new Judgement(alone).judge(alive && !closed && failure == null);
    }

    /** One walk through what was heard. */
    private final class Judgement {

        private @Nullable Position cursor =
                start.mode() == Start.Mode.LAST ? null : start.mode() == Start.Mode.AFTER ? start.position() : head;
        private @Nullable Position gapUpTo;
        private final boolean alone;
        private boolean epochTold;
        private boolean given;

        Judgement(boolean alone) {
            this.alone = alone;
        }

        @Nullable String judge(boolean alive) {
            for (Heard one : heard) {
                if (one.message != null) {
                    message(one.message);
                } else {
                    gap(Objects.requireNonNull(one.gap, "gap"));
                }
            }
            return alive && !given ? missing() : null;
        }

        private void message(Message message) {
            Position at = Objects.requireNonNull(message.position(), "position");
            Life life = checker.life(at.epoch());
            Entry entry = life == null ? null : life.at(topic, at.sequence());
            if (life == null
                    || entry == null
                    || !entry.envelope().message().text().equals(message.text())) {
                checker.object(name + ": hears " + message.text() + " at " + at + ", where it was not published");
                return;
            }
            Position before = cursor;
            if (before != null && before.isSameEpoch(at)) {
                checker.require(at.isAfter(before), name + ": hears " + at + " after " + before);
                lost(life, before.sequence(), at.sequence());
            } else if (before != null) {
                checker.require(epochTold, name + ": hears a new epoch, " + at + ", without being told");
                lost(life, 0, at.sequence());
            }
            cursor = at;
            epochTold = false;
        }

        private void lost(Life life, long after, long before) {
            long covered = gapUpTo != null && gapUpTo.epoch().equals(life.epoch()) ? gapUpTo.sequence() : 0;
            Entry entry = life.due(topic, Math.max(after, covered), before);
            checker.require(
                    entry == null,
                    name + ": hears " + before + " after " + after + " and has missed " + entry
                            + " without being told");
        }

        private void gap(Gap gap) {
            switch (gap.reason()) {
                case OVERRUN -> overrun(gap);
                case EPOCH -> epochTold = true;
                case CHANNEL -> {
                    given |= gap.topic().equals(topic);
                    boolean isLive = cursor != null && head != null && checker.isReached(head, cursor);
                    if (start.mode() == Start.Mode.LAST && !isLive) {
                        // The last ones are asked for again.
                        cursor = null;
                    }
                }
            }
        }

        private void overrun(Gap gap) {
            Position upTo = gap.upTo();
            if (upTo == null) {
                checker.object(name + ": a gap without an end");
                return;
            }
            Life life = checker.life(upTo.epoch());
            checker.require(
                    life != null && life.at(topic, upTo.sequence()) != null,
                    name + ": a gap up to " + upTo + ", where nothing was published");
            Position at = cursor;
            checker.require(
                    !alone || at == null || !at.isSameEpoch(upTo) || upTo.isAfter(at),
                    name + ": a gap up to " + upTo + ", and has come to " + at);
            if (gapUpTo == null || !gapUpTo.isSameEpoch(upTo) || upTo.isAfter(gapUpTo)) {
                gapUpTo = upTo;
            }
        }

        /** What must have come by now. */
        private @Nullable String missing() {
            Life life = checker.lastLife();
            Position at = cursor;
            if (at == null || !at.epoch().equals(life.epoch())) {
                at = head;
            }
            long from = at != null && at.epoch().equals(life.epoch()) ? at.sequence() : 0;
            long covered = gapUpTo != null && gapUpTo.epoch().equals(life.epoch()) ? gapUpTo.sequence() : 0;
            Entry entry = life.due(topic, Math.max(from, covered), Long.MAX_VALUE);
            return entry == null ? null : name + ": has come to " + cursor + " and misses " + entry;
        }
    }
}
