// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBuf;

/**
 * How envelopes become bytes on one kind of connection. Stateless and thread-safe: what it writes for an envelope is the
 * same for all recipients, whatever came before, so that it is made once and shared.
 *
 * <p>Encodings are kept by the identity of the framing: a transport has one instance for each way of writing, not one
 * for each connection.
 */
public interface Framing {

    /**
     * Appends an envelope, or nothing where this framing does not show envelopes of its kind.
     *
     * @param out lent for the call
     */
    void encode(Envelope envelope, ByteBuf out);
}
