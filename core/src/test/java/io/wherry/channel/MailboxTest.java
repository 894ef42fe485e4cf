// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private final ManualLoop first = new ManualLoop();
    private final ManualLoop second = new ManualLoop();
    private final Mailbox mailbox = new Mailbox(first);
    private final List<String> done = new ArrayList<>();

    @Test
    void keepsTheOrderAcrossAMove() {
        mailbox.execute(() -> done.add("before"));
        mailbox.execute(() -> mailbox.moveTo(second, () -> done.add("first there")));
        mailbox.execute(() -> {
            assertThat(second.inLoop()).isTrue();
            done.add("handed in before the move");
        });

        first.runAll();
        mailbox.execute(() -> done.add("handed in after"));
        assertThat(done).containsExactly("before");
        second.runAll();
        assertThat(done).containsExactly("before", "first there", "handed in before the move", "handed in after");
        assertThat(first.runOne()).isFalse();
    }

    @Test
    void runsAtOnceOnlyOnItsLoopAndWhenNothingWaits() {
        mailbox.run(() -> done.add("from elsewhere"));
        assertThat(done).isEmpty();

        first.inLoop(() -> mailbox.run(() -> done.add("behind")));
        assertThat(done).isEmpty();
        first.runAll();
        assertThat(done).containsExactly("from elsewhere", "behind");

        first.inLoop(() -> mailbox.run(() -> {
            mailbox.run(() -> done.add("not inside another"));
            done.add("at once");
        }));
        assertThat(done).endsWith("at once");
        first.runAll();
        assertThat(done).endsWith("at once", "not inside another");
    }

    @Test
    void whatIsRunQuietlyKeepsItsPlaceAndSaysWhetherTheLoopMustBeWoken() {
        assertThat(mailbox.runQuietly(done::add, "first")).isTrue();
        mailbox.execute(() -> done.add("second"));
        first.wake();
        assertThat(first.wakeUps()).isEqualTo(1);
        assertThat(done).isEmpty();
        first.runAll();
        assertThat(done).containsExactly("first", "second");

        first.inLoop(() -> assertThat(mailbox.runQuietly(done::add, "at once")).isFalse());
        assertThat(done).endsWith("at once");
    }

    @Test
    void aTaskThatFailsHoldsUpNoOther() {
        mailbox.execute(() -> {
            throw new IllegalStateException("thrown by the test");
        });
        mailbox.execute(() -> done.add("next"));

        first.runAll();

        assertThat(done).containsExactly("next");
    }
}
