// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who answers the requests to one name. What it throws is the reply: a {@link WherryException} with its code and
 * message, anything else as {@link ErrorCode#INTERNAL} without details, and logged.
 */
@FunctionalInterface
public interface RequestHandler {

    /** Answers a request. Called in order, never two at a time for one channel; may block. */
    Message answer(Channel channel, Message request) throws Exception;

    /** Answers a request later; replies may so overtake each other. */
    default CompletionStage<Message> answerAsync(Channel channel, Message request) throws Exception {
        return CompletableFuture.completedFuture(answer(channel, request));
    }

    /** A handler that answers by a stage. */
    static RequestHandler async(AsyncRequestHandler handler) {
        return new RequestHandler() {
            @Override
            public Message answer(Channel channel, Message request) throws Exception {
                return handler.answer(channel, request).toCompletableFuture().get();
            }

            @Override
            public CompletionStage<Message> answerAsync(Channel channel, Message request) throws Exception {
                return handler.answer(channel, request);
            }
        };
    }

    /** Who answers by a stage. */
    @FunctionalInterface
    interface AsyncRequestHandler {

        /** Answers a request, now or later. */
        CompletionStage<Message> answer(Channel channel, Message request) throws Exception;
    }
}
