// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.WherryException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One-time stand-ins for the credentials of a request, for what in a browser cannot send headers. A ticket is a name for the
 * credential headers of the request that asked for it: whoever shows it in time is looked at as if it had sent them. Thread-safe.
 */
final class Tickets {

    static final String PARAMETER = "ticket";

    /** So many may be open: what they hold is bounded by this and the limit on a request's head. */
    private static final int MAX_OPEN = 8192;

    private static final int BYTES = 18;

    private record Ticket(Map<String, List<String>> credentials, long expires) {}

    private final long lifetime;
    private final List<String> headers;
    private final LongSupplier nanoTime;
    private final Random random;
    /** In the order in which they expire. */
    private final Map<String, Ticket> open = new LinkedHashMap<>();

    /**
     * Has none open.
     *
     * @param lifetime for how long a ticket is good, zero for none at all
     * @param headers the headers that hold credentials, in lower case
     */
    Tickets(Duration lifetime, List<String> headers) {
        this(lifetime, headers, System::nanoTime, new SecureRandom());
    }

    Tickets(Duration lifetime, List<String> headers, LongSupplier nanoTime, Random random) {
        this.lifetime = lifetime.toNanos();
        this.headers = List.copyOf(headers);
        this.nanoTime = nanoTime;
        this.random = random;
    }

    boolean areGiven() {
        return lifetime > 0;
    }

    /**
     * A new ticket for the credentials of a request that was let in.
     *
     * @throws WherryException with {@link ErrorCode#TOO_MANY} when too many are open
     */
    synchronized String issue(Handshake request) {
        dropExpired();
        if (open.size() >= MAX_OPEN) {
            throw new WherryException(ErrorCode.TOO_MANY, "tickets: " + MAX_OPEN + " are open (expected: fewer)");
        }
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String name = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Map<String, List<String>> credentials = new HashMap<>();
        headers.forEach(header -> {
            @Nullable List<String> values = request.headers().get(header);
            if (values != null) {
                credentials.put(header, values);
            }
        });
        open.put(name, new Ticket(credentials, nanoTime.getAsLong() + lifetime));
        return name;
    }

    /**
     * The request with the credentials that its ticket stands for, in place of its own; the same request where it has none.
     *
     * @throws WherryException with {@link ErrorCode#UNAUTHORIZED} when the ticket is not one, or not any more
     */
    Handshake redeem(Handshake request) {
        @Nullable String name = request.parameter(PARAMETER);
        if (name == null || !areGiven()) {
            return request;
        }
        @Nullable Ticket ticket = take(name);
        if (ticket == null) {
            throw new WherryException(
                    ErrorCode.UNAUTHORIZED, "ticket: not one, used or expired (expected: a new one for each request)");
        }
        Map<String, List<String>> shown = new HashMap<>(request.headers());
        shown.keySet().removeAll(headers);
        shown.putAll(ticket.credentials());
        Map<String, List<String>> query = new HashMap<>(request.query());
        query.remove(PARAMETER);
        return new Handshake(request.transport(), request.remoteAddress(), shown, query);
    }

    private synchronized @Nullable Ticket take(String name) {
        dropExpired();
        return open.remove(name);
    }

    private void dropExpired() {
        long now = nanoTime.getAsLong();
        Iterator<Ticket> oldestFirst = open.values().iterator();
        while (oldestFirst.hasNext() && oldestFirst.next().expires() - now <= 0) {
            oldestFirst.remove();
        }
    }
}
