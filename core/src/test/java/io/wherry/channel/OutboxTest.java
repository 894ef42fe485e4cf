// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.channel.Outbox.Outcome;
import io.wherry.channel.Outbox.Sent;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private static final Message MESSAGE = Message.of("0123456789");

    private final ByteBudget budget = new ByteBudget(1000, 500);
    private final Outbox outbox = new Outbox(budget);
    private final List<String> outcomes = new ArrayList<>();

    private Sent sent(Kind kind, String name) {
        assertThat(budget.reserve(OwnLog.weight(MESSAGE))).isTrue();
        return new Sent(kind, name, null, MESSAGE, new Outcome() {
            @Override
            public void acknowledged() {
                outcomes.add(name + " acknowledged");
            }

            @Override
            public void answered(Message answer) {
                outcomes.add(name + " answered " + answer.text());
            }

            @Override
            public void failed(WherryException reason) {
                outcomes.add(name + " failed " + reason.code().text());
            }
        });
    }

    private List<String> transmit() {
        List<String> numbers = new ArrayList<>();
        for (Envelope next = outbox.next(); next != null; next = outbox.next()) {
            numbers.add(next.number() + " " + next.name());
        }
        return numbers;
    }

    private static Envelope answer(Kind kind, long number, String text) {
        return Envelope.at(null, kind, Long.toString(number), "internal", Message.of(text));
    }

    @Test
    void numbersWhenItSendsAndKeepsTheNumbers() {
        outbox.add(sent(Kind.DIRECT, "a"));
        outbox.add(sent(Kind.DIRECT, "b"));
        outbox.add(sent(Kind.DIRECT, "c"));
        assertThat(transmit()).containsExactly("1 a", "2 b", "3 c");

        outbox.acknowledged(1);
        outbox.add(sent(Kind.DIRECT, "d"));
        outbox.sendAgain();
        assertThat(transmit()).containsExactly("2 b", "3 c", "4 d");
        outbox.acknowledged(4);
        outbox.acknowledged(2);

        assertThat(outcomes).containsExactly("a acknowledged", "b acknowledged", "c acknowledged", "d acknowledged");
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(budget.reserve(1000)).isTrue();
    }

    @Test
    void dropsWhatAWelcomeSaysIsApplied() {
        outbox.add(sent(Kind.DIRECT, "a"));
        outbox.add(sent(Kind.DIRECT, "b"));
        transmit();
        outbox.sendAgain();

        outbox.acknowledged(1);

        assertThat(transmit()).containsExactly("2 b");
    }

    @Test
    void answersComeInAnyOrderAndOnce() {
        outbox.add(sent(Kind.REQUEST, "a"));
        outbox.add(sent(Kind.REQUEST, "b"));
        transmit();

        outbox.answered(answer(Kind.REPLY, 2, "two"));
        outbox.acknowledged(2);
        outbox.answered(answer(Kind.ERROR, 1, "one"));
        outbox.answered(answer(Kind.REPLY, 1, "again"));
        outbox.answered(answer(Kind.REPLY, 77, "nobody's"));

        assertThat(outcomes).containsExactly("b answered two", "a acknowledged", "b acknowledged", "a failed internal");
    }

    /** On a transport whose two ways are apart, one answer may overtake the other. */
    @Test
    void aRefusalThatOvertakesItsAcknowledgementStandsForIt() {
        outbox.add(sent(Kind.DIRECT, "a"));
        transmit();

        assertThat(outbox.answered(answer(Kind.ERROR, 1, "refused"))).isFalse();
        assertThat(outcomes).containsExactly("a acknowledged");
        assertThat(outbox.isEmpty()).isFalse();

        outbox.acknowledged(1);
        assertThat(outcomes).doesNotContain("a failed internal");
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(budget.reserve(1000)).isTrue();
    }

    @Test
    void anAbandonedRequestIsNotSentOrNotHeard() {
        Sent early = sent(Kind.REQUEST, "early");
        Sent late = sent(Kind.REQUEST, "late");
        outbox.add(late);
        transmit();
        outbox.add(early);

        outbox.abandon(early);
        outbox.abandon(late);
        outbox.answered(answer(Kind.REPLY, 1, "too late"));

        assertThat(transmit()).isEmpty();
        outbox.acknowledged(1);
        assertThat(outcomes).containsExactly("late acknowledged");
        assertThat(budget.reserve(1000)).isTrue();
    }

    @Test
    void aNewChannelGetsWhatWasNeverSentAndWhatMayBeRepeated() {
        outbox.add(sent(Kind.DIRECT, "applied or not"));
        outbox.add(sent(Kind.SUBSCRIBE, "topic"));
        outbox.add(sent(Kind.REQUEST, "asked"));
        transmit();
        outbox.acknowledged(3);
        outbox.add(sent(Kind.DIRECT, "sent, not acknowledged"));
        transmit();
        outbox.sendAgain();
        outbox.add(sent(Kind.DIRECT, "never sent"));
        outcomes.clear();

        outbox.beginAnew(new WherryException(ErrorCode.UNKNOWN_CHANNEL, "lost"));

        assertThat(outcomes)
                .containsExactly("asked failed unknown-channel", "sent, not acknowledged failed unknown-channel");
        assertThat(transmit()).containsExactly("1 topic", "2 never sent");
        outbox.acknowledged(2);
        assertThat(budget.reserve(1000)).isTrue();
    }

    @Test
    void failsEverythingAtTheEnd() {
        outbox.add(sent(Kind.DIRECT, "sent"));
        transmit();
        outbox.add(sent(Kind.DIRECT, "waiting"));

        outbox.fail(new WherryException(ErrorCode.CLOSED, "closed"));

        assertThat(outcomes).containsExactlyInAnyOrder("sent failed closed", "waiting failed closed");
        assertThat(budget.reserve(1000)).isTrue();
    }

    @Test
    void sendsAsNewWhatAnEndedChannelHasNotApplied() {
        for (String name : List.of("a", "b", "c")) {
            outbox.add(sent(Kind.REQUEST, name));
        }
        outbox.add(sent(Kind.REPLY, "reply"));
        outbox.add(sent(Kind.DIRECT, "d"));
        assertThat(transmit()).containsExactly("1 a", "2 b", "3 c", "4 reply", "5 d");
        outbox.add(sent(Kind.DIRECT, "e"));

        outbox.appliedUpTo(2);
        outbox.answered(answer(Kind.REPLY, 1, "one"));
        outbox.beginAnew(new WherryException(ErrorCode.UNKNOWN_CHANNEL, "lost"));

        assertThat(outcomes)
                .containsExactly("a acknowledged", "b acknowledged", "a answered one", "b failed unknown-channel");
        assertThat(transmit()).containsExactly("1 c", "2 d", "3 e");
        outbox.acknowledged(3);
        assertThat(budget.room()).isEqualTo(1000);
    }
}
