// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a server or client takes from the machine that it runs on. An application leaves it to Wherry; a test that runs on
 * virtual time gives one to the builder, and so decides what happens when. Who gives it, ends it: closing the server or
 * client leaves the loops and the executor as they are.
 *
 * @param loops where channels live; {@link Loops#given} where they are not Netty's
 * @param callbacks where the application's handlers run
 * @param random where channel ids, epochs and pauses come from: what it gives must not be guessable outside of a test
 * @param clock nanoseconds, by which the log ages: the clock of the loops
 */
public record Environment(Loops loops, Executor callbacks, RandomGenerator random, LongSupplier clock) {

    /** Checks that nothing is missing. */
    public Environment {
        Objects.requireNonNull(loops, "loops");
        Objects.requireNonNull(callbacks, "callbacks");
        Objects.requireNonNull(random, "random");
        Objects.requireNonNull(clock, "clock");
    }
}
