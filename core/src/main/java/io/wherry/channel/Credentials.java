// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The headers that a client sends: fixed ones, and those that are asked for anew for each connection and each refresh, off the
 * event loop. Between that, requests carry what was given last. Thread-safe.
 */
final class Credentials implements Supplier<Map<String, String>> {

    private static final Logger log = LoggerFactory.getLogger(Credentials.class);
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}");
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\uffff]*");

    private final Map<String, String> fixed;
    private final Map<String, Supplier<String>> suppliers;
    private final Executor callbacks;
    private volatile Map<String, String> latest;

    Credentials(Map<String, String> fixed, Map<String, Supplier<String>> suppliers, Executor callbacks) {
        fixed.forEach(Credentials::check);
        this.fixed = Map.copyOf(fixed);
        this.suppliers = Map.copyOf(suppliers);
        this.callbacks = callbacks;
        this.latest = this.fixed;
    }

    /** Whether asking anew may give something else. */
    boolean canRenew() {
        return !suppliers.isEmpty();
    }

    /** The headers of a request that is made now. */
    @Override
    public Map<String, String> get() {
        return latest;
    }

    /** The headers of {@link #get} as they are shown on a connection that goes on: a line for each. */
    Message lines() {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(latest)
                .forEach((name, value) ->
                        lines.append(name).append(": ").append(value).append('\n'));
        return Message.of(lines.toString());
    }

    /**
     * Asks for all that may have changed, and tells on the loop when {@link #get} has it; at once where nothing can have changed.
     *
     * @param then is told what was wrong, null for nothing
     */
    void renew(Loop loop, Consumer<@Nullable WherryException> then) {
        if (suppliers.isEmpty()) {
            then.accept(null);
            return;
        }
        callbacks.execute(() -> {
            @Nullable WherryException failure = null;
            try {
                Map<String, String> asked = new HashMap<>(fixed);
                suppliers.forEach((name, supplier) -> asked.put(name, check(name, supplier.get())));
                latest = Map.copyOf(asked);
            } catch (Throwable e) { // whatever it is, a connection waits for it
                failure = e instanceof WherryException known
                        ? known
                        : new WherryException(ErrorCode.UNAVAILABLE, "credentials: their supplier failed: " + e, e);
            }
            WherryException told = failure;
            try {
                loop.execute(() -> then.accept(told));
            } catch (RejectedExecutionException e) {
                log.debug("credentials were asked for by a client that is closed", e);
            }
        });
    }

    private static String check(String name, @Nullable String value) {
        if (!NAME.matcher(name).matches()) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "header: " + WherryException.quote(name) + " (expected: a name such as Authorization)");
        }
        if (value == null || !VALUE.matcher(value).matches()) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "header " + name + ": "
                            + (value == null ? "null" : "a value with line breaks or control characters")
                            + " (expected: one line of text)");
        }
        return value;
    }

    /**
     * A handshake with some headers in the place of those that it had; only those that may be renewed.
     *
     * @param lines as {@link #lines} makes them
     * @param renewable names in lower case
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} for what are no lines of headers
     */
    static Handshake renewed(Handshake before, Message lines, List<String> renewable) {
        Map<String, List<String>> shown = new HashMap<>();
        for (String line : lines.text().split("\n", -1)) {
            int colon = line.indexOf(':');
            if (line.isEmpty()) {
                continue;
            }
            if (colon < 1) {
                throw new WherryException(
                        ErrorCode.BAD_REQUEST, "credentials: a line without a colon (expected: NAME: VALUE)");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = check(name, line.substring(colon + 1).strip());
            if (renewable.contains(name)) {
                shown.computeIfAbsent(name, any -> new ArrayList<>(1)).add(value);
            }
        }
        Map<String, List<String>> headers = new HashMap<>(before.headers());
        headers.putAll(shown);
        return new Handshake(before.transport(), before.remoteAddress(), headers, before.query());
    }
}
