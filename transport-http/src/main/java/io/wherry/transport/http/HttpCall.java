// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

/** A request under way. Confined to its loop. */
public interface HttpCall {

    /** Says whether bytes of the response are welcome; the server is held back when they are not. */
    void readable(boolean readable);

    /** Gives it up: the listener hears nothing more, and the connection or the stream is closed. No effect when it has ended. */
    void cancel();
}
