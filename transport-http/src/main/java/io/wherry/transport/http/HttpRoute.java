// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

/** Who answers the requests to one path. Called on the loop of the request's connection; one instance serves all loops. */
@FunctionalInterface
public interface HttpRoute {

    /**
     * Answers a request, now or later, by exactly one of {@link HttpExchange#respond}, {@link HttpExchange#problem}, {@link
     * HttpExchange#stream} and {@link HttpExchange#upgrade}. The peer's origin is allowed, its name is known, its method is
     * one of the route's.
     *
     * @throws RuntimeException to answer with a problem: of the code of a {@link io.wherry.WherryException}, or internal
     */
    void handle(HttpExchange exchange);
}
