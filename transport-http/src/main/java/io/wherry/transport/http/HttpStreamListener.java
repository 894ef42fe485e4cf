// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.WherryException;

/**
 * Who takes a response as it comes. Called on the loop of the call: {@code head} once, then any number of {@code bytes}, then
 * one of the other two; or {@code failed} alone. Nothing after {@link HttpCall#cancel}. A {@link WherryException} that is thrown
 * here ends the call, and {@code failed} is called with it.
 */
public interface HttpStreamListener {

    /** The head has come, with a status of 200 to 299. */
    void head(int status, HttpHeaders headers);

    /**
     * Some of the body has come.
     *
     * @param content lent
     */
    void bytes(ByteBuf content);

    /** No more bytes are at hand now. */
    default void bytesComplete() {}

    /** The response has ended as it should. */
    void ended();

    /** There is no response, or it broke off: of the server's code where it told one, else unavailable, or timeout. */
    void failed(WherryException cause);
}
