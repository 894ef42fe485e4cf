// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Authorizer.Action;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.Start;
import io.wherry.WherryException;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client sends on its channel, applied in the order of its numbers, each once. Confined to the channel's loop.
 */
final class ClientMessages {

    private static final Logger log = LoggerFactory.getLogger(ClientMessages.class);

    /** How many answers to batches wait at a time: a client that behaves lets two. */
    private static final int MAX_WAITING = 8;

    private final ServerChannel channel;
    private long applied;
    private boolean acknowledgementDue;
    private boolean acknowledgementUrgent;
    private boolean takesNoMore;
    private int unanswered;
    /** Null while nothing waits. */
    private @Nullable ArrayDeque<Runnable> waitingForRoom;

    private @Nullable ArrayDeque<Runnable> waitingForReplies;

    ClientMessages(ServerChannel channel) {
        this.channel = channel;
    }

    /** The number up to which the client's messages are applied. */
    long applied() {
        return applied;
    }

    /**
     * Applies nothing from now on but what the client has received, and its replies: the server stops. What the client sends is
     * not acknowledged, and so is not lost.
     */
    void takeNoMore() {
        takesNoMore = true;
    }

    /** Runs something once the handlers have caught up enough to take more. */
    void whenRoom(Runnable action) {
        if (channel.dispatcher().isOverHigh() && !channel.hasEnded()) {
            waitingForRoom = putOff(action, waitingForRoom);
        } else {
            action.run();
        }
    }

    /** Lets something wait. Where too many wait, as only a client that gives answers up makes them, the oldest waits no more. */
    private static ArrayDeque<Runnable> putOff(Runnable action, @Nullable ArrayDeque<Runnable> before) {
        ArrayDeque<Runnable> waiting = before == null ? new ArrayDeque<>(MAX_WAITING) : before;
        if (waiting.size() == MAX_WAITING) {
            waiting.remove().run();
        }
        waiting.add(action);
        return waiting;
    }

    void roomAgain() {
        ArrayDeque<Runnable> released = waitingForRoom;
        waitingForRoom = null;
        if (released != null) {
            released.forEach(Runnable::run);
        }
    }

    private void repliedToAll() {
        ArrayDeque<Runnable> released = waitingForReplies;
        waitingForReplies = null;
        if (released != null) {
            released.forEach(Runnable::run);
        }
    }

    /** Whether a request of the client waits for its reply. */
    boolean owesReplies() {
        return unanswered > 0 && !channel.hasEnded();
    }

    /** Runs something once no request of the client waits for its reply. */
    void whenReplied(Runnable action) {
        if (owesReplies()) {
            waitingForReplies = putOff(action, waitingForReplies);
        } else {
            action.run();
        }
    }

    /** A request has had its answer. */
    void replied(Envelope request) {
        replied();
        channel.dispatcher().release(weight(request.message()));
    }

    private void replied() {
        unanswered--;
        if (unanswered == 0) {
            repliedToAll();
        }
    }

    /** The channel has ended: nobody need wait any more. */
    void ended() {
        roomAgain();
        repliedToAll();
    }

    /** Sends the acknowledgement that is due, if it is. */
    void sendAcknowledgement() {
        if (acknowledgementDue && channel.tell(acknowledgement())) {
            acknowledgementDue = false;
            acknowledgementUrgent = false;
        }
    }

    /** Sends the acknowledgement at the end of a batch; that of requests alone waits for their replies to carry it. */
    void sendUrgentAcknowledgement() {
        if (acknowledgementUrgent) {
            sendAcknowledgement();
        }
    }

    /** The number to acknowledge in the answer to a batch. */
    long acknowledge() {
        acknowledgementDue = false;
        acknowledgementUrgent = false;
        return applied;
    }

    private Envelope acknowledgement() {
        return Envelope.control(Kind.ACK, Long.toString(applied), null);
    }

    /** Takes an envelope that has come on a connection that stands by: it may ask for a sign of life, and take over. */
    void receivedOnStandby(Envelope envelope) {
        switch (envelope.kind()) {
            case HEARTBEAT, TAKE -> received(envelope);
            default -> log.debug("{}: {} came before the connection has taken over", channel, envelope.kind());
        }
    }

    /**
     * Takes a batch: all of it, or, where the handlers are too far behind, nothing more that is numbered. The numbers that were
     * taken make it safe to send all of it again.
     *
     * @return whether all was taken, or had been before
     */
    boolean receivedBatch(List<Envelope> batch) {
        channel.connections().heard();
        boolean hasRoom = !channel.dispatcher().isOverHigh();
        boolean refuses = false;
        for (Envelope envelope : batch) {
            hasRoom &= !channel.dispatcher().isFull();
            refuses |= !hasRoom && envelope.number() > applied && !channel.hasEnded();
            if (!refuses || isControl(envelope.kind())) {
                received(envelope);
            }
        }
        return !refuses;
    }

    private static boolean isControl(Kind kind) {
        return kind == Kind.ACK || kind == Kind.HEARTBEAT || kind == Kind.TAKE || kind == Kind.END;
    }

    /** Takes an envelope. */
    void received(Envelope envelope) {
        channel.connections().heard();
        if (channel.hasEnded()) {
            return;
        }
        long number = envelope.number();
        if (number > 0) {
            acknowledgementDue = true;
            acknowledgementUrgent |= envelope.kind() != Kind.REQUEST;
            if (number != applied + 1 || (takesNoMore && !isReply(envelope))) {
                acknowledgementUrgent = true;
                log.debug("{}: number {} was not applied (expected: {})", channel, number, applied + 1);
                return;
            }
            applied = number;
        }
        applyOrRefuse(envelope);
    }

    private static boolean isReply(Envelope envelope) {
        return envelope.kind() == Kind.REPLY || envelope.kind() == Kind.ERROR;
    }

    private void applyOrRefuse(Envelope envelope) {
        try {
            apply(envelope);
        } catch (WherryException e) {
            refuse(envelope, e);
        } catch (RuntimeException e) {
            log.warn("{}: an envelope could not be applied", channel, e);
            refuse(envelope, new WherryException(ErrorCode.INTERNAL, envelope.name() + ": failed"));
        }
    }

    private void refuse(Envelope envelope, WherryException reason) {
        if (!channel.hasEnded()) {
            answer(envelope, Kind.ERROR, reason.code().text(), Message.of(reason.getMessage()));
        }
    }

    private void apply(Envelope envelope) {
        switch (envelope.kind()) {
            case DIRECT -> message(envelope);
            case REQUEST -> {
                if (!waitsForOpen(envelope)) {
                    request(envelope, requireRequestHandler(envelope.name()));
                }
            }
            case PUBLISH -> publish(envelope);
            case SUBSCRIBE -> subscribe(envelope);
            case UNSUBSCRIBE -> unsubscribe(envelope);
            case REPLY, ERROR -> channel.own().replied(envelope);
            case ACK -> channel.acknowledged(Position.parse(envelope.name()));
            case HEARTBEAT -> heartbeat(envelope);
            case CREDENTIALS -> credentials(envelope);
            case TAKE -> takeOver(envelope);
            case END -> channel.end(new WherryException(ErrorCode.CLOSED, "closed by the client"), false);
            default -> log.debug("{}: a client does not send {}", channel, envelope.kind());
        }
    }

    /** Asks who it is that the client's new credentials show; answered when that is known. */
    private void credentials(Envelope envelope) {
        Message lines = envelope.message();
        int most = channel.settings().limits().header();
        if (lines.size() > most) {
            throw RealTopic.tooLarge(lines.size(), most);
        }
        Handshake shown = Credentials.renewed(
                channel.handshake(), lines, channel.settings().credentialHeaders());
        unanswered++;
        var unused = channel.server()
                .authenticate(() -> shown)
                .whenComplete((who, failure) -> channel.mailbox().execute(() -> {
                    if (failure == null) {
                        channel.renewal().renewed(who);
                    }
                    if (failure != null) {
                        refuse(envelope, WherryException.from(failure));
                    } else if (!channel.hasEnded()) {
                        answer(envelope, Kind.REPLY, null, Message.empty());
                    }
                    replied();
                }));
    }

    private void heartbeat(Envelope envelope) {
        if (envelope.name().equals(ServerMessages.QUESTION)) {
            channel.connections().asked(Welcome.number(envelope.argumentOrEmpty()));
        }
    }

    /** A connection is to take over. Who asks for it wrongly is not answered, and stays where it is. */
    private void takeOver(Envelope envelope) {
        try {
            channel.connections().takeOver(Welcome.number(envelope.name()), Position.parse(envelope.argumentOrEmpty()));
        } catch (WherryException e) {
            log.debug("{}: a connection did not take over", channel, e);
        }
    }

    private void message(Envelope envelope) {
        if (takesNoMore) {
            throw channel.server().refusal();
        }
        if (waitsForOpen(envelope)) {
            return;
        }
        String name = envelope.name();
        @Nullable MessageHandler handler = findMessageHandler(name);
        if (handler != null) {
            channel.server().requireAllowed(channel.principal(), Action.SEND, name);
            Message message = envelope.message();
            channel.dispatcher().dispatch(weight(message), () -> handler.message(channel, message));
            return;
        }
        @Nullable RequestHandler answering = envelope.number() == 0 ? findRequestHandler(name) : null;
        if (answering == null) {
            throw unknownHandler(name);
        }
        request(envelope, answering);
    }

    /**
     * Puts an envelope off until the application has been told of the channel, where its handler is not known: it may be about
     * to be set.
     */
    private boolean waitsForOpen(Envelope envelope) {
        String name = envelope.name();
        if (channel.isOpenTold() || findMessageHandler(name) != null || findRequestHandler(name) != null) {
            return false;
        }
        channel.server().requireAllowed(channel.principal(), Action.SEND, name);
        unanswered++;
        channel.dispatcher().dispatchHolding(weight(envelope.message()), () -> callAfterOpen(envelope));
        return true;
    }

    /** Calls the handler that has been set meanwhile, in the place that the envelope has among the callbacks. */
    private void callAfterOpen(Envelope envelope) throws Exception {
        boolean isMessage = envelope.kind() == Kind.DIRECT;
        MessageHandler handler = isMessage ? findMessageHandler(envelope.name()) : null;
        RequestHandler answering = !isMessage || envelope.number() == 0 ? findRequestHandler(envelope.name()) : null;
        if (handler != null) {
            channel.mailbox().execute(this::replied);
            try {
                handler.message(channel, envelope.message());
            } finally {
                channel.dispatcher().release(weight(envelope.message()));
            }
        } else if (answering != null) {
            new ClientRequest(channel, envelope, answering).run();
        } else {
            channel.mailbox().execute(() -> {
                refuse(envelope, unknownHandler(envelope.name()));
                replied(envelope);
            });
        }
    }

    /** What a message that waits for its handler counts: its payload, and what there is around it. */
    private static int weight(Message message) {
        return message.size() + Dispatcher.CALLBACK_WEIGHT;
    }

    private @Nullable MessageHandler findMessageHandler(String name) {
        @Nullable MessageHandler handler = channel.messageHandler(name);
        return handler != null ? handler : channel.server().handlers().message(name);
    }

    private @Nullable RequestHandler findRequestHandler(String name) {
        @Nullable RequestHandler handler = channel.requestHandler(name);
        return handler != null ? handler : channel.server().handlers().request(name);
    }

    private RequestHandler requireRequestHandler(String name) {
        @Nullable RequestHandler handler = findRequestHandler(name);
        if (handler == null) {
            throw unknownHandler(name);
        }
        return handler;
    }

    static WherryException unknownHandler(String name) {
        return new WherryException(
                ErrorCode.UNKNOWN_HANDLER,
                "handler: " + WherryException.quote(name) + " (expected: the name of a handler of the other side)");
    }

    private void request(Envelope envelope, RequestHandler handler) {
        channel.server().requireAllowed(channel.principal(), Action.SEND, envelope.name());
        unanswered++;
        // It counts until it is answered, however soon its handler returns.
        channel.dispatcher().dispatchHolding(weight(envelope.message()), new ClientRequest(channel, envelope, handler));
    }

    /** Calls a handler; what it throws becomes a failed stage. */
    static CompletionStage<Message> answering(RequestHandler handler, io.wherry.Channel channel, Message message) {
        try {
            @Nullable CompletionStage<Message> answer = handler.answerAsync(channel, message);
            return answer != null
                    ? answer
                    : CompletableFuture.failedFuture(new NullPointerException("the handler gave no stage"));
        } catch (Throwable e) { // whatever it is, somebody waits for an answer
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A handler has answered, or has failed to. */
    void answered(Envelope request, @Nullable Message reply, @Nullable Throwable failure) {
        if (channel.hasEnded()) {
            return;
        }
        int most = channel.settings().limits().message();
        if (failure == null && reply != null && reply.size() <= most) {
            answer(request, Kind.REPLY, null, reply);
            return;
        }
        WherryException error = failure == null && reply != null
                ? RealTopic.tooLarge(reply.size(), most)
                : publicError(channel.toString(), request.name(), failure);
        answer(request, Kind.ERROR, error.code().text(), Message.of(error.getMessage()));
    }

    /** What the other side is told of a handler's failure: a {@link WherryException} as it is, of anything else only that there was one. */
    static WherryException publicError(String channel, String name, @Nullable Throwable failure) {
        if (failure != null) {
            WherryException error = WherryException.from(failure);
            if (error.code() != ErrorCode.INTERNAL) {
                return error;
            }
        }
        log.warn("{}: the handler of {} failed", channel, name, failure);
        return new WherryException(ErrorCode.INTERNAL, "handler: " + name + " failed");
    }

    private void answer(Envelope to, Kind kind, @Nullable String argument, Message message) {
        answerAfter(channel.reader().lastSequence(), to, kind, argument, message);
    }

    private void answerAfter(long sequence, Envelope to, Kind kind, @Nullable String argument, Message message) {
        sendAcknowledgement();
        String number = to.number() == 0 ? to.name() : Long.toString(to.number());
        channel.own().give(sequence, kind, number, argument, message);
    }

    private void publish(Envelope envelope) {
        Message message = envelope.message().withKey(envelope.argument());
        CompletableFuture<Position> published = channel.server()
                .publishFor(channel.principal(), envelope.name(), message)
                .toCompletableFuture();
        if (published.isDone() && !published.isCompletedExceptionally()) {
            published(envelope, message, published.join(), null);
            return;
        }
        unanswered++;
        var unused =
                published.whenComplete((position, failure) -> channel.mailbox().execute(() -> {
                    published(envelope, message, position, failure);
                    replied();
                }));
    }

    private void published(
            Envelope envelope, Message message, @Nullable Position position, @Nullable Throwable failure) {
        if (channel.hasEnded()) {
            return;
        }
        if (failure != null || position == null) {
            refuse(envelope, publicError(channel.toString(), envelope.name(), failure));
            return;
        }
        ChannelListeners listeners = channel.listenersOrNull();
        if (listeners != null) {
            listeners.published(envelope.name(), message.at(position));
        }
        answer(envelope, Kind.REPLY, null, Message.of(position.toString()));
    }

    private void subscribe(Envelope envelope) {
        Start start = Start.parse(envelope.argument() == null ? "now" : envelope.argument());
        channel.server().requireAllowed(channel.principal(), Action.SUBSCRIBE, envelope.name());
        TopicHistory history = channel.server().requireTopic(envelope.name());
        Reader reader = channel.reader();
        long head = channel.home().readToHead();
        if (reader.find(history) == null) {
            reader.subscribe(history, head, channel.settings().limits());
        }
        // All of the answer has its place at the head: nothing that was published meanwhile may come before it.
        SubscriptionHistory.give(channel, history, start, head);
        answerAfter(
                head,
                envelope,
                Kind.REPLY,
                null,
                Message.of(channel.server().log().position(head).toString()));
    }

    private void unsubscribe(Envelope envelope) {
        channel.reader().unsubscribe(channel.server().requireTopic(envelope.name()));
        answer(envelope, Kind.REPLY, null, Message.empty());
    }
}
