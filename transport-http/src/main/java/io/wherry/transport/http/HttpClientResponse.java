// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * A whole response with a status of 200 to 299.
 *
 * @param status the status code
 * @param headers the headers
 * @param body the body; unpooled, so that it need not be released
 */
public record HttpClientResponse(int status, HttpHeaders headers, ByteBuf body) {}
