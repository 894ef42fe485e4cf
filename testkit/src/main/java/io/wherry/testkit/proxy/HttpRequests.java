// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Requests to choose, as predicates: {@code get("/wherry/sse").and(withParameter("channel"))}. */
public final class HttpRequests {

    private HttpRequests() {}

    /** All requests. */
    public static Predicate<ProxiedRequest> any() {
        return request -> true;
    }

    /** The GETs of these paths. */
    public static Predicate<ProxiedRequest> get(String... paths) {
        return method("GET").and(to(paths));
    }

    /** The POSTs to these paths. */
    public static Predicate<ProxiedRequest> post(String... paths) {
        return method("POST").and(to(paths));
    }

    /** The requests with a method. */
    public static Predicate<ProxiedRequest> method(String method) {
        return request -> request.method().equals(method);
    }

    /** The requests for these paths, with any method. */
    public static Predicate<ProxiedRequest> to(String... paths) {
        return request -> Arrays.asList(paths).contains(request.path());
    }

    /** The requests that have a parameter in their query. */
    public static Predicate<ProxiedRequest> withParameter(String name) {
        return request -> request.query().containsKey(name);
    }

    /** The requests that have a parameter with a value in their query. */
    public static Predicate<ProxiedRequest> withParameter(String name, String value) {
        return request -> request.query().getOrDefault(name, List.of()).contains(value);
    }

    /** The requests that ask for another protocol on their connection, such as a WebSocket. */
    public static Predicate<ProxiedRequest> upgrades() {
        return request -> request.header("upgrade") != null;
    }
}
