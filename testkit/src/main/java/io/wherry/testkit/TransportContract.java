// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

/**
 * What every transport keeps, as tests: a transport's own test extends this class and names the transport.
 *
 * <pre>{@code
 * class SseContractTest extends TransportContract {
 *     @Override
 *     protected Transport transport() {
 *         return new SseTransport();
 *     }
 * }
 * }</pre>
 *
 * <p>The tests speak the public interface alone, on servers at port 0 of the loopback address. The parts are {@link
 * ChannelContract} (opening and ending), {@link MessageContract}, {@link RequestContract}, {@link TopicContract}, {@link
 * ResumeContract} (a network that breaks), {@link ChangeoverContract} (another connection), {@link LimitContract}
 * (peers and handlers that misbehave), {@link SlowReaderContract}, {@link ProbeContract} (what works on a path), {@link
 * StopContract} (a server that stops) and {@link AuthenticationContract} (to whom a channel belongs), {@link LostPeerContract}. After each test nothing may
 * be left: no event that nobody expected, no channel, no thread, no buffer.
 */
public abstract class TransportContract extends DeliveryContract
        implements ChannelContract,
                RequestContract,
                ChangeoverContract,
                LimitContract,
                ProbeContract,
                StopContract,
                AuthenticationContract,
                LostPeerContract {

    /** For subclasses. */
    protected TransportContract() {}
}
