// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.ErrorCode.Advice;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.WherryException;
import io.wherry.channel.Outbox.Outcome;
import io.wherry.channel.Outbox.Sent;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server sends on a channel, taken by its client in the order of the positions, each once. Confined to the
 * channel's loop.
 */
final class ServerMessages {

    private static final Logger log = LoggerFactory.getLogger(ServerMessages.class);

    /** After so many envelopes that the server keeps for this channel, their arrival is reported. */
    private static final int ACKNOWLEDGE_EVERY = 32;

    /** How many messages wait for a handler that is not set yet. */
    private static final int MAX_HELD = 256;

    /** The name of a heartbeat that wants an answer. */
    static final String QUESTION = "?";

    /** The name of a heartbeat that is an answer. */
    static final String ANSWER = "!";

    private final ClientChannel channel;
    private final Map<String, Position> gapsTold = new HashMap<>(4);
    private final List<Envelope> held = new ArrayList<>(0);
    private int unreported;
    private boolean reportNow;
    private long heartbeatNanos;
    private long lostAfterNanos;
    private int maxMessage;

    ServerMessages(ClientChannel channel) {
        this.channel = channel;
        this.heartbeatNanos = channel.settings().heartbeatNanos();
        this.lostAfterNanos = channel.settings().lostAfterNanos();
        this.maxMessage = channel.settings().limits().message();
    }

    /** After how much silence this side sends a heartbeat: its own, or the server's when that is shorter. */
    long heartbeatNanos() {
        return heartbeatNanos;
    }

    /** How often to look after what times there are. */
    long visitEveryNanos() {
        return Math.max(20_000_000L, Math.min(1_000_000_000L, Math.min(heartbeatNanos, lostAfterNanos) / 4));
    }

    /** After how much silence of the server its connection is given up. */
    long lostAfterNanos() {
        return lostAfterNanos;
    }

    int maxMessage() {
        return maxMessage;
    }

    void welcome(Envelope welcome, boolean isNew) {
        Welcome told = Welcome.of(welcome, channel.settings());
        heartbeatNanos = Math.min(channel.settings().heartbeatNanos(), told.heartbeatNanos());
        lostAfterNanos = told.lostAfterNanos();
        maxMessage = told.maxMessage();
        if (!isNew) {
            channel.outbox().acknowledged(told.acknowledged());
            channel.tellWritable();
        }
    }

    void beginAnew() {
        gapsTold.clear();
        unreported = 0;
        reportNow = false;
    }

    void disconnected() {
        unreported = 0;
        reportNow = false;
    }

    /** Another connection carries the channel: what was received before is reported there. */
    void tookOver() {
        report();
    }

    void received(Envelope envelope) {
        Position at = envelope.position();
        if (at != null) {
            Position before = channel.position();
            if (before != null && before.isSameEpoch(at) && !at.isAfter(before)) {
                return;
            }
            channel.received(at);
        }
        switch (envelope.kind()) {
            case MESSAGE -> channel.subscriptions().message(envelope, channel.dispatcher());
            case HISTORY -> {
                unreported++;
                channel.subscriptions().history(envelope, channel.dispatcher());
            }
            case DIRECT -> {
                reportNow = true;
                message(envelope);
            }
            case REQUEST -> {
                reportNow = true;
                request(envelope);
            }
            case REPLY, ERROR -> {
                unreported++;
                answered(envelope);
            }
            case GAP -> gap(envelope);
            case ACK -> {
                channel.outbox().acknowledged(Welcome.number(envelope.name()));
                channel.tellWritable();
            }
            case HEARTBEAT -> {
                if (envelope.name().equals(QUESTION)) {
                    report();
                    channel.tell(Envelope.control(Kind.HEARTBEAT, ANSWER, null));
                }
            }
            case CREDENTIALS -> channel.credentialsAsked();
            case END -> end(envelope);
            default -> log.debug("{}: a server does not send {}", channel, envelope.kind());
        }
    }

    void receiveComplete() {
        if (reportNow || unreported >= ACKNOWLEDGE_EVERY) {
            report();
        }
        channel.completions().flush();
    }

    /** Looks after what is not urgent. */
    void visit() {
        if (unreported > 0) {
            report();
        }
    }

    void heartbeat() {
        report();
        channel.tell(Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null));
    }

    private void report() {
        Position position = channel.position();
        unreported = 0;
        reportNow = false;
        if (position != null) {
            channel.tell(Envelope.control(Kind.ACK, position.toString(), null));
        }
    }

    private void answered(Envelope envelope) {
        if (envelope.name().equals(Envelope.NO_NAME)) {
            log.info(
                    "{}: the server ends the connection: {}: {}",
                    channel,
                    envelope.argumentOrEmpty(),
                    WherryException.quote(envelope.message().text()));
            return;
        }
        if (!channel.outbox().answered(envelope) && envelope.kind() == Kind.ERROR) {
            log.warn(
                    "{}: the server refused what was sent: {}: {}",
                    channel,
                    envelope.argumentOrEmpty(),
                    WherryException.quote(envelope.message().text()));
        }
    }

    private void message(Envelope envelope) {
        String name = envelope.name();
        @Nullable MessageHandler handler = channel.messageHandler(name);
        if (handler == null) {
            hold(envelope);
            return;
        }
        Message message = envelope.message().at(envelope.position());
        channel.dispatcher()
                .dispatch(message.size() + Dispatcher.CALLBACK_WEIGHT, () -> handler.message(channel, message));
    }

    /** Keeps a message that came before its handler was set. */
    private void hold(Envelope envelope) {
        if (held.size() < MAX_HELD) {
            held.add(envelope);
        } else {
            log.warn("{}: a message was dropped, there is no handler for {}", channel, envelope.name());
        }
    }

    /** A handler was set: it gets what came before. */
    void handlerAdded(String name) {
        List<Envelope> waiting = List.copyOf(held);
        held.clear();
        for (Envelope envelope : waiting) {
            if (envelope.name().equals(name)) {
                message(envelope);
            } else {
                held.add(envelope);
            }
        }
    }

    private void request(Envelope envelope) {
        Position number = envelope.position();
        if (number == null) {
            return;
        }
        String name = envelope.name();
        @Nullable RequestHandler handler = channel.requestHandler(name);
        if (handler == null) {
            WherryException error = ClientMessages.unknownHandler(name);
            answer(number, Kind.ERROR, error.code().text(), Message.of(error.getMessage()));
            return;
        }
        Message message = envelope.message().at(number);
        int weight = message.size() + Dispatcher.CALLBACK_WEIGHT;
        // It counts until it is answered, however soon its handler returns.
        channel.dispatcher().hold(weight);
        String channelId = channel.id();
        channel.dispatcher()
                .dispatch(
                        0,
                        () -> ClientMessages.answering(handler, channel, message)
                                .whenComplete((reply, failure) -> channel.loop().execute(() -> {
                                    if (channel.id().equals(channelId)) {
                                        answered(number, name, reply, failure);
                                    }
                                    channel.dispatcher().release(weight);
                                })));
    }

    private void answered(Position number, String name, @Nullable Message reply, @Nullable Throwable failure) {
        if (failure == null && reply != null && reply.size() <= maxMessage) {
            answer(number, Kind.REPLY, null, reply);
            return;
        }
        WherryException error = failure == null && reply != null
                ? RealTopic.tooLarge(reply.size(), maxMessage)
                : ClientMessages.publicError(channel.toString(), name, failure);
        answer(number, Kind.ERROR, error.code().text(), Message.of(error.getMessage()));
    }

    private void answer(Position number, Kind kind, @Nullable String argument, Message message) {
        channel.give(new Sent(kind, number.toString(), argument, message, Outcome.NONE));
    }

    private void gap(Envelope envelope) {
        String argument = envelope.argumentOrEmpty();
        int space = argument.indexOf(' ');
        Gap.Reason reason = Gap.Reason.ofText(space < 0 ? argument : argument.substring(0, space));
        Position upTo = space < 0 ? null : Position.parse(argument.substring(space + 1));
        // With a position it is part of the answer to a subscription, which may have begun before what was told to
        // others.
        if (upTo != null && reason == Gap.Reason.OVERRUN && envelope.position() == null) {
            Position reached = channel.position();
            if (reached != null && reached.isSameEpoch(upTo) && !upTo.isAfter(reached)) {
                log.debug("{}: what another connection brought is no gap on this one: {}", channel, envelope);
                return;
            }
            Position told = gapsTold.put(envelope.name(), upTo);
            if (told != null && told.isSameEpoch(upTo) && !upTo.isAfter(told)) {
                gapsTold.put(envelope.name(), told);
                return;
            }
        }
        channel.listeners().gap(new Gap(envelope.name(), reason, upTo));
    }

    /** The server has ended the channel: for good, or to come back with a new one. */
    void end(Envelope envelope) {
        @Nullable ErrorCode code = ErrorCode.ofText(envelope.name());
        WherryException reason = new WherryException(
                code == null ? ErrorCode.CLOSED : code, envelope.message().text());
        if (reason.code().advice() == Advice.NEVER) {
            channel.end(reason);
            return;
        }
        String[] argument = envelope.argumentOrEmpty().split(" ", 2);
        long applied = argument.length < 2 ? -1 : Welcome.number(argument[1]);
        if (applied >= 0) {
            channel.outbox().appliedUpTo(applied);
            channel.tellWritable();
        }
        channel.comeBack(Welcome.number(argument[0]) * 1_000_000);
    }
}
