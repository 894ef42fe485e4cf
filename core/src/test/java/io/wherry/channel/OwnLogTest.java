// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OwnLogTest {

    private final ByteBudget budget = new ByteBudget(1 << 20, 1 << 20);
    private final OwnLog own = new OwnLog("e", budget);
    private final Completions completions = new Completions(Runnable::run);

    private CompletableFuture<Void> add(long afterSequence, String text) {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        Message message = Message.of(text);
        budget.add(OwnLog.weight(message));
        own.add(afterSequence, Kind.DIRECT, "to", null, message, arrived);
        return arrived;
    }

    private List<String> readAfter(long sequence, long sub, int max) {
        List<OwnLog.Own> found = new ArrayList<>();
        own.readAfter(sequence, sub, max, found);
        return found.stream().map(each -> each.envelope().message().text()).toList();
    }

    @Test
    void readsFromAnyPlace() {
        add(5, "5.1");
        add(5, "5.2");
        add(9, "9.1");
        add(7, "9.2");

        assertThat(readAfter(0, 0, 10)).containsExactly("5.1", "5.2", "9.1", "9.2");
        assertThat(readAfter(5, 1, 10)).containsExactly("5.2", "9.1", "9.2");
        assertThat(readAfter(6, 0, 1)).containsExactly("9.1");
        assertThat(readAfter(9, 2, 10)).isEmpty();
    }

    @Test
    void forgetsWhatHasArrived() {
        List<CompletableFuture<Void>> stages = List.of(add(1, "1.1"), add(1, "1.2"), add(2, "2.1"));

        own.trim(new Position("e", 1, 2), completions);
        completions.flush();

        assertThat(stages.get(1)).isCompleted();
        assertThat(stages.get(2)).isNotDone();
        assertThat(readAfter(0, 0, 10)).containsExactly("2.1");
        own.fail(new WherryException(ErrorCode.CLOSED, "closed"), completions);
        completions.flush();
        assertThat(stages.get(2)).isCompletedExceptionally();
        assertThat(own.isEmpty()).isTrue();
        assertThat(budget.room()).isEqualTo(1 << 20);
    }
}
