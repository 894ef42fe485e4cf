// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.concurrent.CompletionStage;

/** A listener's stay on a topic. Thread-safe. */
public interface Subscription extends AutoCloseable {

    /** The topic's name. */
    String topic();

    /** Completes with the head of the log when the server has subscribed the channel; fails when it refuses. */
    CompletionStage<Position> subscribed();

    /** Takes the listener off, which hears nothing more from now on; the last one of a topic ends the subscription. */
    @Override
    void close();
}
