// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

/** A peer that counts what it is given. */
interface Receiver extends Swarm.Peer {

    /** How many subscribers it stands for. */
    default int subscribers() {
        return 1;
    }

    /** How many messages have come, to all for whom it stands. Read while none is on its way. */
    long received();

    /** A turn begins: none is on its way. Called on the swarm's thread. */
    default void begin() {}

    /** What is to be the same of all who are given the same in a turn; 0 where each looks at all that it is given. Read while nothing is on its way. */
    default long digest() {
        return 0;
    }
}
