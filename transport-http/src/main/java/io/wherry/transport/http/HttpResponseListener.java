// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.WherryException;

/**
 * Who waits for a whole response. One of the two is called, once, on the loop of the call; neither after {@link
 * HttpCall#cancel}. When {@code answered} throws a {@link WherryException}, {@code failed} is called with it.
 */
public interface HttpResponseListener {

    /** The response has come, with a status of 200 to 299. */
    void answered(HttpClientResponse response);

    /** There is none: of the server's code where it told one, else unavailable, or timeout. */
    void failed(WherryException cause);
}
