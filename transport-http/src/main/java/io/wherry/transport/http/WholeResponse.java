// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;

/** Collects a response. Confined to its call's loop. */
final class WholeResponse implements HttpStreamListener {

    private static final int SLACK = 64 * 1024;

    private final long maxSize;
    private final HttpResponseListener listener;
    private int status;
    private HttpHeaders headers = EmptyHttpHeaders.INSTANCE;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;

    WholeResponse(int maxSize, HttpResponseListener listener) {
        this.maxSize = (long) maxSize + SLACK;
        this.listener = listener;
    }

    @Override
    public void head(int code, HttpHeaders head) {
        status = code;
        headers = head;
    }

    @Override
    public void bytes(ByteBuf content) {
        if (body.readableBytes() + (long) content.readableBytes() > maxSize) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE,
                    "response: over " + maxSize + " bytes (expected: at most wherry.limits.batch)");
        }
        if (body.capacity() == 0) {
            body = Unpooled.buffer(content.readableBytes());
        }
        body.writeBytes(content, content.readerIndex(), content.readableBytes());
    }

    @Override
    public void ended() {
        listener.answered(new HttpClientResponse(status, headers, body));
    }

    @Override
    public void failed(WherryException cause) {
        listener.failed(cause);
    }
}
