// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.concurrent.CompletionStage;

/** A named piece of the log: what is published to it is kept within its bounds and goes to all its readers. Thread-safe. */
public interface Topic {

    /** The name. */
    String name();

    /** The bounds and rights. */
    TopicOptions options();

    /**
     * Appends a message. Never waits for readers.
     *
     * @return the message's position; fails with {@link ErrorCode#TOO_LARGE} or {@link ErrorCode#CLOSED}
     */
    CompletionStage<Position> publish(Message message);

    /** How many readers the topic has on this server: channels and plain readers. */
    int readers();
}
