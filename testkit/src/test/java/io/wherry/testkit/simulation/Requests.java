// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.simulation.Hello.What;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** The requests of one connection of a client's. Confined to its loop. */
final class Requests {

    private final SimulatedNetwork network;
    private final ClientContext context;
    private final Target target;
    private final String transport;

    Requests(SimulatedNetwork network, ClientContext context, Target target, String transport) {
        this.network = network;
        this.context = context;
        this.target = target;
        this.transport = transport;
    }

    FakeLoop loop() {
        return (FakeLoop) target.loop();
    }

    Trace trace() {
        return network.trace();
    }

    int maxMessage() {
        return context.limits().message();
    }

    /** Who waits for an answer. One of the two comes, once, unless the request is cancelled. */
    interface Answer {

        void answered(byte[] body);

        void failed(WherryException cause);
    }

    /** The request that begins a connection. */
    Hello first(What what) {
        return new Hello(transport, what, target, true, null);
    }

    /** A request that goes on with a channel. */
    Hello next(What what, String channelId, @Nullable Position after, byte @Nullable [] body) {
        Target now =
                new Target(target.uri(), target.loop(), channelId, after, target.headers(), target.connection(), false);
        return new Hello(transport, what, now, false, body);
    }

    /** Connects for an answer that goes on. */
    Wire.End stream(Wire.Events events) {
        return network.connect(loop(), SimulatedPort.NAME, first(What.STREAM), events);
    }

    /** Does something after the pause that follows a refusal for want of room. */
    void afterRefusal(Runnable task) {
        loop().schedule(task, 60 * Weather.MILLIS);
    }

    Request request(Hello hello, Answer answer) {
        return new Request(hello, answer);
    }

    /** One request under way. */
    final class Request implements Wire.Events {

        private final Answer answer;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final Wire.End end;
        private final Loop.Timer patience;
        private boolean torn;
        private boolean over;

        Request(Hello hello, Answer answer) {
            this.answer = answer;
            this.end = network.connect(loop(), SimulatedPort.NAME, hello, this);
            this.patience = loop().schedule(
                            this::late,
                            context.config().get(CoreKeys.LOST_AFTER).toNanos());
        }

        private void late() {
            if (!over) {
                cancel();
                answer.failed(new WherryException(ErrorCode.TIMEOUT, "no answer"));
            }
        }

        void cancel() {
            over = true;
            patience.cancel();
            end.close(null);
        }

        @Override
        public void received(byte[] bytes, boolean whole) {
            torn |= !whole;
            body.writeBytes(bytes);
        }

        @Override
        public void receiveComplete() {
            // It is complete when the connection ends.
        }

        @Override
        public void writable() {
            // All was said in the beginning.
        }

        @Override
        public void closed(@Nullable WherryException cause) {
            if (over) {
                return;
            }
            over = true;
            patience.cancel();
            if (cause == null && !torn) {
                answer.answered(body.toByteArray());
            } else {
                answer.failed(cause == null ? new WherryException(ErrorCode.UNAVAILABLE, "torn") : cause);
            }
        }
    }
}
