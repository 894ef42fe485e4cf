// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

/** What carries a call: a connection of HTTP/1.1, or a stream on one of HTTP/2. Confined to its loop. */
interface CallCarrier {

    /** Sends a call's request, and tells the call what comes of it. */
    void send(PooledCall call, HttpClientRequest request);

    /** Says whether bytes of the response are welcome. */
    void readable(boolean readable);

    /** Ends it without telling the call. */
    void abandon();
}
