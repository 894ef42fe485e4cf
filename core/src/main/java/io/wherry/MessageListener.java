// SPDX-License-Identifier: Apache-2.0
package io.wherry;

/** Who hears the messages of a topic. What it throws is logged, and the next message comes all the same. */
@FunctionalInterface
public interface MessageListener {

    /** Takes a message, which has its position. Called in order, never two at a time for one channel. */
    void message(Message message) throws Exception;
}
