// SPDX-License-Identifier: Apache-2.0
package io.wherry;

/** Who takes the messages to one name. What it throws is logged, and the next message comes all the same. */
@FunctionalInterface
public interface MessageHandler {

    /** Takes a message. Called in order, never two at a time for one channel. */
    void message(Channel channel, Message message) throws Exception;
}
