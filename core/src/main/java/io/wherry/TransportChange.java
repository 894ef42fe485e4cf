// SPDX-License-Identifier: Apache-2.0
package io.wherry;

/**
 * A change of the transport that carries a channel.
 *
 * @param from the transport before; empty for the first
 * @param to the transport from now on
 * @param reason why, for people to read
 */
public record TransportChange(String from, String to, String reason) {}
