// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel.State;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelListenersTest {

    private final ChannelListeners listeners = new ChannelListeners(new Dispatcher(Runnable::run, 100, () -> {}));
    private final List<Object> told = new ArrayList<>();

    @Test
    void aListenerThatComesLateIsToldTheStateThereIs() {
        listeners.state(State.OPEN);

        listeners.onState(told::add);
        listeners.state(State.RECONNECTING);

        assertThat(told).containsExactly(State.OPEN, State.RECONNECTING);
    }

    @Test
    void aListenerThatComesInTimeIsToldEachChangeOnce() {
        listeners.onState(told::add);
        assertThat(told).isEmpty();

        listeners.state(State.OPEN);

        assertThat(told).containsExactly(State.OPEN);
    }

    @Test
    void theEndIsToldWheneverItIsAskedFor() {
        WherryException reason = new WherryException(ErrorCode.CLOSED, "closed");
        listeners.onClose(told::add);
        listeners.closed(reason);
        listeners.onClose(told::add);

        assertThat(told).containsExactly(reason, reason);
    }
}
