// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends: what waits for a connection, what waits for the server's acknowledgement, and what waits for an
 * answer. Confined to the channel's loop.
 *
 * <p>A thing is numbered when it is first sent, and keeps its number when it is sent again.
 */
final class Outbox {

    private final ArrayDeque<Sent> waiting = new ArrayDeque<>();
    private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();
    private final Map<Long, Sent> unanswered = new HashMap<>();
    private final ByteBudget budget;
    private long lastNumber;

    /**
     * Makes an empty outbox.
     *
     * @param budget what is given to this outbox was counted there; it is released here
     */
    Outbox(ByteBudget budget) {
        this.budget = budget;
    }

    /** One thing to be sent. */
    static final class Sent {

        private final Kind kind;
        private final String name;
        private final @Nullable String argument;
        private final Message message;
        private final Outcome outcome;
        private final @Nullable Supplier<Message> latest;
        private long number;

        /** A thing whose payload is asked for each time that it is sent, so that it is never an old one; it counts as nothing. */
        Sent(Kind kind, Supplier<Message> latest, Outcome outcome) {
            this.kind = kind;
            this.name = Envelope.NO_NAME;
            this.argument = null;
            this.message = Message.empty();
            this.outcome = outcome;
            this.latest = latest;
        }

        Sent(Kind kind, String name, @Nullable String argument, Message message, Outcome outcome) {
            this.kind = kind;
            this.name = name;
            this.argument = argument;
            this.message = message;
            this.outcome = outcome;
            this.latest = null;
        }

        private Message payload() {
            return latest == null ? message : latest.get();
        }

        Outcome outcome() {
            return outcome;
        }

        Message message() {
            return message;
        }

        /** What it counts: its payload, and what there is around it. */
        int weight() {
            return OwnLog.weight(message);
        }

        /** Whether the server answers it, beyond acknowledging it. */
        private boolean isAnswered() {
            return switch (kind) {
                case REQUEST, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, CREDENTIALS -> true;
                default -> false;
            };
        }

        /** Whether it says something to the channel's other side alone, and nothing to a new channel's. */
        private boolean isReply() {
            return kind == Kind.REPLY || kind == Kind.ERROR;
        }

        /** Whether sending it on a new channel does no harm when the lost one has applied it too. */
        private boolean isRepeatable() {
            return kind == Kind.SUBSCRIBE || kind == Kind.UNSUBSCRIBE || kind == Kind.CREDENTIALS;
        }
    }

    /** What becomes of a thing that is sent; exactly one of them happens, or nothing more than an acknowledgement. */
    interface Outcome {

        /** Nobody waits. */
        Outcome NONE = new Outcome() {};

        /** The server has it. */
        default void acknowledged() {}

        /** The server has answered it. */
        default void answered(Message answer) {}

        /** The server has refused it, or it will never arrive. */
        default void failed(WherryException reason) {}
    }

    void add(Sent sent) {
        waiting.add(sent);
    }

    /** Adds what goes before everything that waits, and counts it. */
    void addFirst(Sent sent) {
        budget.add(sent.weight());
        waiting.addFirst(sent);
    }

    /** Takes out what is not needed any more; where it was sent already, its answer will be ignored. */
    void abandon(Sent sent) {
        if (sent.number == 0) {
            if (waiting.remove(sent)) {
                budget.release(sent.weight());
            }
        } else {
            unanswered.remove(sent.number);
        }
    }

    /** Takes the next that waits, to be sent; null for none. */
    @Nullable Envelope next() {
        Sent next = waiting.poll();
        if (next == null) {
            return null;
        }
        if (next.number == 0) {
            next.number = ++lastNumber;
            unanswered.put(next.number, next);
        }
        unacknowledged.add(next);
        return Envelope.numbered(next.number, next.kind, next.name, next.argument, next.payload());
    }

    /** Whether everything was sent and acknowledged. */
    boolean isEmpty() {
        return waiting.isEmpty() && unacknowledged.isEmpty();
    }

    /** Drops what the server has. */
    void acknowledged(long number) {
        acknowledged(unacknowledged, number);
        acknowledged(waiting, number);
    }

    private void acknowledged(ArrayDeque<Sent> queue, long number) {
        Sent first;
        while ((first = queue.peek()) != null && first.number > 0 && first.number <= number) {
            queue.poll();
            budget.release(first.weight());
            first.outcome.acknowledged();
            if (!first.isAnswered()) {
                unanswered.remove(first.number);
            }
        }
    }

    /** The server has answered a number, or refused it; returns whether anybody waited for that. */
    boolean answered(Envelope answer) {
        long number;
        try {
            number = Long.parseLong(answer.name());
        } catch (NumberFormatException e) {
            return false;
        }
        Sent sent = unanswered.remove(number);
        if (sent == null) {
            return false;
        }
        if (!sent.isAnswered()) {
            // A refusal follows its acknowledgement; where that comes by another way, it may come after it.
            sent.outcome.acknowledged();
            return false;
        }
        if (answer.kind() == Kind.REPLY) {
            sent.outcome.answered(answer.message().at(answer.position()));
        } else {
            sent.outcome.failed(PendingRequests.errorOf(answer));
        }
        return true;
    }

    /** Lets everything be sent again that is not acknowledged, under the same numbers: the connection is gone. */
    void sendAgain() {
        Iterator<Sent> backwards = unacknowledged.descendingIterator();
        while (backwards.hasNext()) {
            waiting.addFirst(backwards.next());
        }
        unacknowledged.clear();
    }

    /**
     * The channel has ended, and the server has told up to which number it has applied what was sent: what comes after that can
     * be sent on another channel as if it were new.
     */
    void appliedUpTo(long number) {
        acknowledged(number);
        sendAgain();
        for (Sent sent : waiting) {
            if (sent.number > 0) {
                unanswered.remove(sent.number);
                sent.number = 0;
            }
        }
    }

    /**
     * Begins to number anew, for a new channel. What was sent on the lost one and has no answer fails, for nobody knows
     * whether it was applied; what was never sent waits on, and so does what does no harm when it is repeated.
     */
    void beginAnew(WherryException reason) {
        sendAgain();
        List<Sent> lost = new ArrayList<>();
        List<Sent> kept = new ArrayList<>();
        for (Sent sent : unanswered.values()) {
            (sent.isRepeatable() ? kept : lost).add(sent);
        }
        for (Sent sent : waiting) {
            if (sent.number > 0) {
                budget.release(sent.weight());
            }
        }
        waiting.removeIf(sent -> sent.number > 0);
        unanswered.clear();
        dropReplies();
        lastNumber = 0;
        kept.sort((a, b) -> Long.compare(b.number, a.number));
        for (Sent sent : kept) {
            sent.number = 0;
            budget.add(sent.weight());
            waiting.addFirst(sent);
        }
        lost.sort((a, b) -> Long.compare(a.number, b.number));
        lost.forEach(sent -> sent.outcome.failed(reason));
    }

    /** Drops the answers to what was asked on the channel before. */
    private void dropReplies() {
        waiting.removeIf(sent -> {
            if (sent.isReply()) {
                budget.release(sent.weight());
            }
            return sent.isReply();
        });
    }

    /** Drops everything, and fails who waited. */
    void fail(WherryException reason) {
        sendAgain();
        List<Sent> failed = new ArrayList<>(unanswered.values());
        for (Sent sent : waiting) {
            if (sent.number == 0) {
                failed.add(sent);
            }
        }
        waiting.forEach(sent -> budget.release(sent.weight()));
        waiting.clear();
        unanswered.clear();
        failed.forEach(sent -> sent.outcome.failed(reason));
    }
}
