// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.WherryException;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A topic of a server. Thread-safe. */
final class RealTopic implements Topic {

    private final Log log;
    private final TopicHistory history;
    private final int maxMessage;

    RealTopic(Log log, TopicHistory history, int maxMessage) {
        this.log = log;
        this.history = history;
        this.maxMessage = maxMessage;
    }

    TopicHistory history() {
        return history;
    }

    @Override
    public String name() {
        return history.name();
    }

    @Override
    public TopicOptions options() {
        return history.options();
    }

    @Override
    public CompletionStage<Position> publish(Message message) {
        if (message.size() > maxMessage) {
            return CompletableFuture.failedFuture(tooLarge(message.size(), maxMessage));
        }
        return CompletableFuture.completedFuture(log.append(history, message).position());
    }

    static WherryException tooLarge(int size, int maxMessage) {
        return new WherryException(
                ErrorCode.TOO_LARGE,
                "message: " + size + " bytes (expected: at most " + maxMessage + ", wherry.limits.message)");
    }

    @Override
    public int readers() {
        return history.readers().get();
    }

    @Override
    public String toString() {
        return "Topic[" + name() + "]";
    }
}
