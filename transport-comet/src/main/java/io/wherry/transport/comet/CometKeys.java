// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.WherryException;
import io.wherry.config.ConfigKey;
import io.wherry.transport.http.Delimiter;
import java.util.List;

/** The configuration keys of {@code comet}. */
final class CometKeys {

    /** What follows each message. */
    static final ConfigKey<Delimiter> DELIMITER = ConfigKey.of(
            "wherry.comet.delimiter",
            "\\n",
            "1 to 64 characters; \\n, \\r and \\t stand for line feed, carriage return and tabulator",
            "What follows each message: on a server for requests that do not say, on a client what it asks for.",
            CometKeys::delimiter);

    /** When a response ends. */
    static final ConfigKey<Integer> RESPONSE_BYTES = ConfigKey.size(
                    "wherry.comet.response-bytes",
                    "8MiB",
                    "After how many bytes a response ends; the client goes on with another, so that nobody on the way piles up too much.")
            .forServer();

    private CometKeys() {}

    private static Delimiter delimiter(String text) {
        try {
            return Delimiter.of(text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t"));
        } catch (WherryException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** All of them. */
    static List<ConfigKey<?>> all() {
        return List.of(DELIMITER, RESPONSE_BYTES);
    }
}
