// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

/**
 * One way to the server and back at one moment, on the client: a socket, a stream with its POSTs, a run of polls.
 *
 * <p>Implemented by the client half of a transport; called on the target's loop only. After {@link #close} and after
 * {@link ClientListener#closed}, calls have no effect.
 */
public interface ClientConnection {

    /** Whether envelopes can be taken without piling up; {@link ClientListener#writable()} is called when that turns true. */
    boolean isWritable();

    /** Takes an envelope. The first is sent only after the welcome has come. */
    void send(Envelope envelope);

    /** Sends what was taken. */
    void flush();

    /** Says whether inbound envelopes are welcome; a socket stops being read when they are not. */
    void readable(boolean readable);

    /** Ends the connection after what was sent before; {@link ClientListener#closed} is called. */
    void close();
}
