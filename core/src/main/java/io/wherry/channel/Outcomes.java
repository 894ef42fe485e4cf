// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.channel.Outbox.Outcome;
import io.wherry.spi.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the outcomes that complete a stage of the application's. Confined to the channel's loop, but for the making. */
final class Outcomes {

    private final Completions completions;

    Outcomes(Completions completions) {
        this.completions = completions;
    }

    /** Completes a stage when the server has what was sent. */
    Outcome arrival(CompletableFuture<Void> stage) {
        return new Completing(stage) {
            @Override
            public void acknowledged() {
                completions.done(stage);
            }
        };
    }

    /** Completes a stage with what the server's answer says. */
    <T> Outcome answer(CompletableFuture<T> stage, Function<Message, T> reading) {
        return new Completing(stage) {
            @Override
            public void answered(Message answer) {
                completions.complete(stage, reading.apply(answer));
            }
        };
    }

    /** Completes a stage when the server has answered, whatever it says. */
    Outcome done(CompletableFuture<Void> stage) {
        return new Completing(stage) {
            @Override
            public void answered(Message answer) {
                completions.done(stage);
            }
        };
    }

    /** Completes a stage with the reply to a request. */
    Reply reply(CompletableFuture<Message> stage) {
        return new Reply(stage);
    }

    /** Fails a stage where what was sent fails. */
    private abstract class Completing implements Outcome {

        private final CompletableFuture<?> stage;

        Completing(CompletableFuture<?> stage) {
            this.stage = stage;
        }

        @Override
        public void failed(WherryException reason) {
            completions.fail(stage, reason);
        }
    }

    /** What becomes of a request, with the timer that gives it up. */
    final class Reply extends Completing {

        private final CompletableFuture<Message> stage;
        private Loop.@Nullable Timer timer;

        private Reply(CompletableFuture<Message> stage) {
            super(stage);
            this.stage = stage;
        }

        /** Sets the timer that is cancelled when the request has been answered or refused. */
        void giveUpBy(Loop.Timer running) {
            timer = running;
        }

        @Override
        public void answered(Message answer) {
            cancelTimer();
            completions.complete(stage, answer);
        }

        @Override
        public void failed(WherryException reason) {
            cancelTimer();
            super.failed(reason);
        }

        private void cancelTimer() {
            Loop.Timer running = timer;
            if (running != null) {
                running.cancel();
            }
        }
    }
}
