// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel.State;
import io.wherry.ErrorCode;
import io.wherry.TransportChange;
import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChannelListenersTest {

    private final ChannelListeners listeners = made(State.CONNECTING, null);
    private final List<Object> told = new ArrayList<>();

    @Test
    void aListenerThatComesLateIsToldTheStateThereIs() {
        listeners.state(State.OPEN);

        listeners.onState(told::add);
        listeners.state(State.RECONNECTING);

        assertThat(told).containsExactly(State.OPEN, State.RECONNECTING);
    }

    private static ChannelListeners made(State lastState, @Nullable TransportChange lastTransport) {
        return new ChannelListeners(new Dispatcher(Runnable::run, 100, () -> {}), lastState, lastTransport);
    }

    @Test
    void theFirstListenerIsToldWhatWasBeforeAnybodyListened() {
        TransportChange change = new TransportChange("", "sse", "the client has connected by it");
        ChannelListeners late = made(State.OPEN, change);

        late.onState(told::add);
        late.onTransport(told::add);

        assertThat(told).containsExactly(State.OPEN, change);
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
