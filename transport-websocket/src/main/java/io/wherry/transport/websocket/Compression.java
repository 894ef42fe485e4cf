// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What two sides agree on about permessage-deflate (RFC 7692, section 7.1): no context from one message to the next, in
 * either direction, and the full window.
 */
final class Compression {

    /** What a client of ours offers, and all that it takes as an answer. */
    static final String OFFER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    private static final String NAME = "permessage-deflate";
    private static final Pattern WINDOW = Pattern.compile("\"?(8|9|1[0-5])\"?");
    private static final Pattern PARAMETER = Pattern.compile("([^=\\s]+)(?:\\s*=\\s*(\\S+))?");

    private Compression() {}

    /**
     * The answer to what a client offers.
     *
     * @param offers the values of {@code Sec-WebSocket-Extensions}
     * @return the answer's value for the first offer that can be met, null to decline
     */
    static @Nullable String answer(List<String> offers) {
        for (String offer : String.join(",", offers).split(",", -1)) {
            @Nullable String answer = answer(offer.split(";", -1));
            if (answer != null) {
                return answer;
            }
        }
        return null;
    }

    private static @Nullable String answer(String[] offer) {
        if (!offer[0].trim().equals(NAME)) {
            return null;
        }
        Set<String> seen = new HashSet<>();
        boolean tellsWindow = false;
        for (int i = 1; i < offer.length; i++) {
            Matcher parameter = PARAMETER.matcher(offer[i].trim());
            if (!parameter.matches() || !seen.add(parameter.group(1))) {
                return null;
            }
            @Nullable String value = parameter.group(2);
            boolean isGood = switch (parameter.group(1)) {
                case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
                case "client_max_window_bits" ->
                    value == null || WINDOW.matcher(value).matches();
                // The deflater of the Java runtime has no other window.
                case "server_max_window_bits" -> value != null && (value.equals("15") || value.equals("\"15\""));
                default -> false;
            };
            if (!isGood) {
                return null;
            }
            tellsWindow |= parameter.group(1).equals("server_max_window_bits");
        }
        return tellsWindow ? OFFER + "; server_max_window_bits=15" : OFFER;
    }

    /** Whether a server's answer is one that this client can go by. */
    static boolean accepts(String answer) {
        String[] parts = answer.split(";", -1);
        boolean isWithoutContext = false;
        for (int i = 1; i < parts.length; i++) {
            switch (parts[i].trim()) {
                case "server_no_context_takeover" -> isWithoutContext = true;
                case "client_no_context_takeover", "server_max_window_bits=15" -> {}
                default -> {
                    return false;
                }
            }
        }
        return parts[0].trim().equals(NAME) && isWithoutContext;
    }
}
