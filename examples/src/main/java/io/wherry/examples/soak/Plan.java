// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

/**
 * What a soak is to do.
 *
 * @param seed from which all that is random comes
 * @param seconds for how long the network breaks
 * @param channels how many channels there are
 * @param messages how many messages are to be delivered
 */
record Plan(long seed, int seconds, int channels, long messages) {

    /** How many messages a channel is given in a second, where nobody says. */
    static final int RATE = 75;

    private static final int GROUP_SIZE = 10;

    /** How many groups there are: those of a group share a client and a network. */
    int groups() {
        return Math.max(Math.min(2, channels), channels / GROUP_SIZE);
    }
}
