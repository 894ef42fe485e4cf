// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

/**
 * The part of the {@link TransportContract} that is about messages on their way down: that they come whole, in order and once, across
 * connections that break and readers that are slow.
 */
public abstract class DeliveryContract extends PartialContract
        implements MessageContract, TopicContract, ResumeContract, SlowReaderContract {

    /** For subclasses. */
    protected DeliveryContract() {}
}
