// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * How the requests of an {@link HttpServerConnection} come and its answers go: what one version of HTTP does in its own way.
 * Confined to the connection's loop.
 */
interface Wire {

    /** The connection is in its pipeline. */
    void added(ChannelHandlerContext connection);

    /** Whether a request has a wire for itself: none follows it, and where its answer ends nothing else does. */
    boolean isForOne();

    /** Whether some bytes of the next request have come. */
    boolean hasBegun();

    /** Asks for the body (RFC 9110, section 10.1.1). */
    void goOn();

    /** Adds to the headers of an answer what tells whether the connection is kept open after it. */
    void addPersistence(HttpHeaders headers, boolean keepsAlive, boolean isOldPeer);

    /**
     * Sends a whole answer.
     *
     * @param content becomes the wire's
     */
    void respond(HttpResponseStatus status, HttpHeaders headers, ByteBuf content);

    /**
     * Sends an answer that is made already.
     *
     * @param content lent
     */
    void respond(AnswerHead head, ByteBuf content);

    /**
     * Writes the head of an answer that goes on.
     *
     * @param chunked whether its content comes in chunks
     */
    void begin(HttpResponseStatus status, HttpHeaders headers, boolean chunked);

    /**
     * Writes a piece of an answer that goes on: chunks, where it is in chunks.
     *
     * @param bytes lent
     */
    void write(ByteBuf bytes);

    /**
     * Takes bytes that nobody has decoded: something has come while an answer goes on.
     *
     * @param early becomes the wire's
     */
    void received(ByteBuf early);

    /** Sends what was written. */
    void flush();

    /** Ends an answer that went on. */
    void end();

    /** Lets the next request through, perhaps at once. */
    void next();

    /** Drops whatever of the request comes from now on. */
    void discard();

    /** Closes the connection as soon as what was written is sent. */
    void closeWhenSent();

    /**
     * Sends an answer that gives what follows to another protocol, and puts its handlers in the connection's place.
     *
     * @param handlers may write at once
     */
    void upgrade(HttpHeaders headers, ChannelHandler... handlers);
}
