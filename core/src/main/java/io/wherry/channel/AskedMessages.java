// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.WherryException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The messages of peers without a channel that are with their handlers: at most so many, and a server that stops waits for them.
 * Thread-safe.
 */
final class AskedMessages {

    private final int most;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<AskingChannel> channels = ConcurrentHashMap.newKeySet();

    AskedMessages(int most) {
        this.most = most;
    }

    /**
     * Takes one more; its answer is given by {@link #answered} or {@link #failed}, once.
     *
     * @throws WherryException with {@link ErrorCode#TOO_MANY} where there are too many
     */
    void begin(AskingChannel channel) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            throw new WherryException(
                    ErrorCode.TOO_MANY, "messages with handlers: " + most + " (expected: fewer, wherry.limits.asked)");
        }
        channels.add(channel);
    }

    /** Gives an answer: who gets it may ask again. */
    void answered(AskingChannel channel, List<Message> messages) {
        count.decrementAndGet();
        channel.result().complete(messages);
        channels.remove(channel);
    }

    /** Gives the failure in place of an answer. */
    void failed(AskingChannel channel, Throwable failure) {
        count.decrementAndGet();
        channel.result().completeExceptionally(failure);
        channels.remove(channel);
    }

    /** The answers that are still to be given. A copy. */
    List<CompletableFuture<List<Message>>> underWay() {
        return channels.stream().map(AskingChannel::result).toList();
    }
}
