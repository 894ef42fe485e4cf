// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Position;
import org.junit.jupiter.api.Test;

class ReceiptsTest {

    private static final Position SHARED = Position.parse("abc-7");
    private static final Position OWN = Position.parse("abc-7.1");

    private final Receipts receipts = new Receipts(100, 1000);

    @Test
    void asksAtOnceAboutWhatIsForOnePeerAlone() {
        assertThat(receipts.isPingDue(SHARED, 1001)).isFalse();
        assertThat(receipts.isPingDue(OWN, 1001)).isTrue();
    }

    @Test
    void asksOneThingAtATime() {
        receipts.ping(OWN, 1001);
        assertThat(receipts.isPingDue(Position.parse("abc-7.2"), 1002)).isFalse();

        assertThat(receipts.pong()).isEqualTo(OWN);

        assertThat(receipts.isPingDue(Position.parse("abc-7.2"), 1003)).isTrue();
    }

    @Test
    void asksAboutNothingTwice() {
        receipts.ping(OWN, 1001);
        assertThat(receipts.pong()).isEqualTo(OWN);

        assertThat(receipts.isPingDue(OWN, 1002)).isFalse();
    }

    @Test
    void asksAfterAWhileInAnyCase() {
        assertThat(receipts.isPingDue(SHARED, 1099)).isFalse();
        assertThat(receipts.isPingDue(SHARED, 1100)).isTrue();
        receipts.ping(SHARED, 1100);
        assertThat(receipts.isPingDue(SHARED, 1199)).isFalse();
        assertThat(receipts.isPingDue(SHARED, 1200)).isTrue();
    }

    @Test
    void learnsNothingFromAPongThatNobodyAskedFor() {
        assertThat(receipts.pong()).isNull();
        receipts.ping(OWN, 1001);
        assertThat(receipts.pong()).isEqualTo(OWN);
        assertThat(receipts.pong()).isNull();
    }
}
