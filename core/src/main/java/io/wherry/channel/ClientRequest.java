// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.spi.Envelope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request of a client on its way through its handler to its reply: one object for all of that. Run by the channel's dispatcher,
 * completed by any thread, answered on the channel's loop.
 */
final class ClientRequest implements Dispatcher.Action, BiConsumer<@Nullable Message, @Nullable Throwable> {

    private final ServerChannel channel;
    private final Envelope envelope;
    private final RequestHandler handler;
    /** What the handler says; read on the loop, ordered by the mailbox. */
    private @Nullable Message reply;

    private @Nullable Throwable failure;

    ClientRequest(ServerChannel channel, Envelope envelope, RequestHandler handler) {
        this.channel = channel;
        this.envelope = envelope;
        this.handler = handler;
    }

    /** Calls the handler. */
    @Override
    public void run() {
        CompletionStage<Message> answer = ClientMessages.answering(handler, channel, envelope.message());
        if (answer instanceof CompletableFuture<Message> done && done.isDone() && !done.isCompletedExceptionally()) {
            reply = done.join();
            if (channel.mailbox().runQuietly(ClientRequest::answer, this)) {
                channel.server().callbackThreads().wakeLater();
            }
        } else {
            var unused = answer.whenComplete(this);
        }
    }

    @Override
    public void accept(@Nullable Message message, @Nullable Throwable thrown) {
        reply = message;
        failure = thrown;
        channel.mailbox().run(ClientRequest::answer, this);
    }

    private void answer() {
        channel.inbound().answered(envelope, reply, failure);
        channel.inbound().replied(envelope);
    }
}
