// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Position;
import io.wherry.spi.Envelope;
import net.bytebuddy.asm.Advice;

/**
 * Ways to break the channel layer on purpose: each is put around one method of a class while a test runs. Stateless.
 *
 * <p>The code here is copied into those methods, and so may use what they may.
 */
public enum Sabotage {
    /** The server drops more of what is a channel's own than the client has reported. */
    TRIMS_TOO_MUCH("OwnLog", "trim", TrimsTooMuch.class),
    /** After a cut the server goes on after what it had written, not after what the client has. */
    RESUMES_AFTER_WHAT_WAS_WRITTEN("Reader", "moveTo", Skips.class),
    /** The client takes what it has had already. */
    TAKES_WHAT_CAME_BEFORE("ServerMessages", "received", TakesAgain.class),
    /** The server applies whatever number comes. */
    APPLIES_ANY_NUMBER("ClientMessages", "received", AppliesAnyNumber.class),
    /** The server acknowledges one more than it has applied. */
    ACKNOWLEDGES_TOO_MUCH("ClientMessages", "acknowledgement", AcknowledgesTooMuch.class),
    /** The client does not send again what was not acknowledged. */
    SENDS_NOT_AGAIN("Outbox", "sendAgain", Skips.class),
    /** The client does not tell its application of gaps. */
    TELLS_NO_GAP("ServerMessages", "gap", Skips.class),
    /** The server does not notice that a topic has dropped what a reader wants. */
    NOTICES_NO_OVERRUN("io.wherry.log.TopicHistory", "read", ReturnsZero.class),
    /** A reader whose connection takes no more stays in its group, and misses what that is given. */
    LEAVES_NO_GROUP("Reader", "fallBehind", Skips.class),
    /** What is left of an older connection may take the channel back. */
    FENCES_NOTHING("ChannelConnections", "isSuperseded", ReturnsFalse.class),
    /** What subscribed again on a lost channel does so once more on the next. */
    WITHDRAWS_NO_RENEWAL("ClientSubscriptions", "withdrawRenewals", Skips.class),
    /** Bytes that have arrived are counted on. */
    RELEASES_NOTHING("ByteBudget", "release", Skips.class);

    private final String type;
    private final String method;
    private final Class<?> advice;

    Sabotage(String type, String method, Class<?> advice) {
        this.type = type.contains(".") ? type : "io.wherry.channel." + type;
        this.method = method;
        this.advice = advice;
    }

    /** The class that is broken. */
    public String type() {
        return type;
    }

    /** The method that is broken. */
    public String method() {
        return method;
    }

    /** What is put around it. */
    public Class<?> advice() {
        return advice;
    }

    /** Does nothing instead. */
    static final class Skips {

        private Skips() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    /** Says no. */
    static final class ReturnsFalse {

        private ReturnsFalse() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean returned) {
            returned = false;
        }
    }

    /** Says that there is nothing. */
    static final class ReturnsZero {

        private ReturnsZero() {}

        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long returned) {
            returned = 0;
        }
    }

    /** Takes what was reported for more. */
    static final class TrimsTooMuch {

        private TrimsTooMuch() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) Position received) {
            received = new Position(received.epoch(), received.sequence() + 1, 0);
        }
    }

    /** Forgets what came before. */
    static final class TakesAgain {

        private TakesAgain() {}

        @Advice.OnMethodEnter
        @SuppressWarnings("NullAway") // It is broken on purpose.
        static void enter(@Advice.FieldValue("channel") ClientChannel channel, @Advice.Argument(0) Envelope envelope) {
            if (envelope.position() != null) {
                channel.received(null);
            }
        }
    }

    /** Takes each number for the next. */
    static final class AppliesAnyNumber {

        private AppliesAnyNumber() {}

        @Advice.OnMethodEnter
        static void enter(
                @Advice.FieldValue(value = "applied", readOnly = false) long applied,
                @Advice.Argument(0) Envelope envelope) {
            if (envelope.number() > 0) {
                applied = envelope.number() - 1;
            }
        }
    }

    /** Acknowledges one more. */
    static final class AcknowledgesTooMuch {

        private AcknowledgesTooMuch() {}

        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue("applied") long applied, @Advice.Return(readOnly = false) Envelope returned) {
            returned = Envelope.control(Envelope.Kind.ACK, Long.toString(applied + 1), null);
        }
    }
}
