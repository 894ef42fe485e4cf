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
import org.jspecify.annotations.Nullable;

/** A topic of a server. Thread-safe. */
final class RealTopic implements Topic {

    private final Log log;
    private final TopicHistory history;
    private final int maxMessage;
    private final @Nullable Conflation conflation;

    /**
     * Makes a topic.
     *
     * @param conflation what holds it to its rate, null for none
     */
    RealTopic(Log log, TopicHistory history, int maxMessage, @Nullable Conflation conflation) {
        this.log = log;
        this.history = history;
        this.maxMessage = maxMessage;
        this.conflation = conflation;
    }

    /** What was put off is appended now: readers are about to go. */
    void flush() {
        if (conflation != null) {
            conflation.flush();
        }
    }

    /** The server stops: nothing is put off any more. */
    void stop() {
        if (conflation != null) {
            conflation.stop();
        }
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
        return conflation != null
                ? conflation.publish(message)
                : CompletableFuture.completedFuture(log.append(history, message).position());
    }

    /** Checks that a client may publish to this topic. */
    void requireClientPublish() {
        if (!options().clientPublish()) {
            throw new WherryException(
                    ErrorCode.FORBIDDEN, "topic: " + name() + " (expected: one to which clients may publish)");
        }
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
