// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.ErrorCode;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.WherryException;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

@SuppressWarnings("unchecked")
class RecorderTest {

    private final Channel channel = mock();
    private final Recorder recorder = new Recorder(channel);
    private MessageHandler handler;
    private Consumer<Gap> gaps;
    private Consumer<State> states;
    private Consumer<WherryException> ends;

    @BeforeEach
    void capture() {
        ArgumentCaptor<MessageHandler> handlers = ArgumentCaptor.captor();
        ArgumentCaptor<Consumer<Gap>> gapListeners = ArgumentCaptor.captor();
        ArgumentCaptor<Consumer<State>> stateListeners = ArgumentCaptor.captor();
        ArgumentCaptor<Consumer<WherryException>> endListeners = ArgumentCaptor.captor();
        recorder.handle("in");
        verify(channel).onMessage(eq("in"), handlers.capture());
        verify(channel).onGap(gapListeners.capture());
        verify(channel).onState(stateListeners.capture());
        verify(channel).onClose(endListeners.capture());
        handler = handlers.getValue();
        gaps = gapListeners.getValue();
        states = stateListeners.getValue();
        ends = endListeners.getValue();
    }

    @Test
    void givesEventsInTheirOrder() throws Exception {
        Gap gap = new Gap("topic", Gap.Reason.OVERRUN, null);
        handler.message(channel, Message.of("1"));
        gaps.accept(gap);
        handler.message(channel, Message.of("2"));
        states.accept(State.OPEN);
        states.accept(State.CLOSED);
        ends.accept(new WherryException(ErrorCode.CLOSED, "closed"));

        assertThat(recorder.takeTexts("in", 1)).containsExactly("1");
        assertThatThrownBy(() -> recorder.takeMessage("in")).hasMessageContaining("expected: a message of in");
        assertThat(recorder.takeMessage("in").text()).isEqualTo("2");
        recorder.takeState(State.CLOSED);
        assertThatThrownBy(recorder::assertNothingLeft).hasMessageContaining("1 left");
        assertThat(recorder.takeEnd().code()).isEqualTo(ErrorCode.CLOSED);
        recorder.assertNothingLeft();
    }

    @Test
    void reportsWhatNobodyTook() throws Exception {
        handler.message(channel, Message.of("1"));

        assertThatThrownBy(recorder::assertNothingLeft).hasMessageContaining("1 left");
        verify(channel).onMessage(eq("in"), any());
    }
}
