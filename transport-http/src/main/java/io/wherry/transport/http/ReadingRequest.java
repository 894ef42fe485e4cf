// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.WherryException;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Acceptor.Reading;
import io.wherry.spi.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, in its query ({@code docs/protocol.md}, section 6). Immutable.
 *
 * @param isOpening whether it begins a connection of a channel: {@code protocol=wherry.v1}
 * @param channelId the channel to go on with, null for none
 * @param topics the topics, perhaps none
 * @param after {@code Last-Event-ID}, else {@code after}; null for none
 * @param last how many messages to start with, 0 for none; no more than 0 with {@code after}
 * @param isJson whether the plain format is {@code json} and not {@code raw}
 * @param delimiter what follows each payload
 * @param to a handler, null for none
 * @param connection which of its channel's connections this is, from 1; 0 for not told
 * @param standby whether the channel stays on the connection that it has until this one is told to take over
 */
public record ReadingRequest(
        boolean isOpening,
        @Nullable String channelId,
        List<String> topics,
        @Nullable Position after,
        int last,
        boolean isJson,
        Delimiter delimiter,
        @Nullable String to,
        long connection,
        boolean standby) {

    /** The version of the protocol. */
    public static final String PROTOCOL = "wherry.v1";

    /**
     * Reads what an exchange asks for.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} that names the parameter
     */
    public static ReadingRequest of(HttpExchange exchange) {
        return of(exchange.query(), exchange.headers().get("last-event-id"));
    }

    static ReadingRequest of(Query query, @Nullable String lastEventId) {
        List<String> topics = query.all("topic");
        topics.forEach(topic -> Envelope.requireName("topic", topic));
        @Nullable String to = query.first("to");
        @Nullable Position after = after(query, lastEventId);
        return new ReadingRequest(
                isOpening(query.first("protocol")),
                channelId(query.first("channel")),
                topics,
                after,
                after == null ? last(query.first("last")) : 0,
                isJson(query.first("format")),
                delimiter(query.first("delimiter")),
                to == null ? null : Envelope.requireName("to", to),
                connection(query.first("connection")),
                standby(query.first("standby")));
    }

    /** Whether it is about a channel, and not a plain reader's. */
    public boolean isChannel() {
        return isOpening || channelId != null;
    }

    /** Where to start: after a position, with the last messages, or now. */
    public Start start() {
        if (after != null) {
            return Start.after(after);
        }
        return last > 0 ? Start.last(last) : Start.now();
    }

    /** The wish to open or go on with a channel that outlives the connection. */
    public Attachment attachment(HttpExchange exchange) {
        return attachment(exchange, true, isOpening);
    }

    /**
     * The wish to open or go on with a channel.
     *
     * @param resumable whether the channel outlives the connection
     * @param welcome whether the connection begins with a welcome
     */
    public Attachment attachment(HttpExchange exchange, boolean resumable, boolean welcome) {
        return new Attachment(
                exchange.handshake(),
                exchange.principal(),
                channelId,
                start(),
                topics,
                resumable,
                welcome,
                connection,
                standby);
    }

    /**
     * The wish to read without a channel.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} when there is no topic
     */
    public Reading reading(HttpExchange exchange) {
        return new Reading(exchange.principal(), requireTopics(), start());
    }

    /** The topics, at least one; otherwise as {@link #reading}. */
    public List<String> requireTopics() {
        if (topics.isEmpty()) {
            throw bad("topic: none (expected: topic=NAME at least once, or protocol=" + PROTOCOL + " for a channel)");
        }
        return topics;
    }

    private static boolean isOpening(@Nullable String protocol) {
        if (protocol != null && !protocol.equals(PROTOCOL)) {
            throw bad("protocol: " + WherryException.quote(protocol) + " (expected: " + PROTOCOL + ")");
        }
        return protocol != null;
    }

    private static @Nullable String channelId(@Nullable String id) {
        if (id != null && id.isEmpty()) {
            throw bad("channel: empty (expected: the id in a channel's welcome)");
        }
        return id;
    }

    private static @Nullable Position after(Query query, @Nullable String lastEventId) {
        if (lastEventId != null && !lastEventId.isEmpty()) {
            return position("Last-Event-ID", lastEventId);
        }
        @Nullable String after = query.first("after");
        return after == null ? null : position("after", after);
    }

    private static Position position(String name, String text) {
        try {
            return Position.parse(text);
        } catch (WherryException e) {
            throw new WherryException(ErrorCode.BAD_REQUEST, name + ", " + e.getMessage(), e);
        }
    }

    private static long connection(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            long connection = Long.parseLong(text);
            if (connection > 0) {
                return connection;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw bad("connection: " + WherryException.quote(text) + " (expected: a number, 1 or more)");
    }

    private static boolean standby(@Nullable String text) {
        if (text != null && !text.equals("true")) {
            throw bad("standby: " + WherryException.quote(text) + " (expected: true, or no such parameter)");
        }
        return text != null;
    }

    private static int last(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            int last = Integer.parseInt(text);
            if (last > 0) {
                return last;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw bad("last: " + WherryException.quote(text) + " (expected: a number of messages, 1 or more)");
    }

    private static boolean isJson(@Nullable String format) {
        if (format == null || format.equals("raw")) {
            return false;
        }
        if (format.equals("json")) {
            return true;
        }
        throw bad("format: " + WherryException.quote(format) + " (expected: raw or json)");
    }

    private static Delimiter delimiter(@Nullable String text) {
        return text == null ? Delimiter.LF : Delimiter.of(text);
    }

    private static WherryException bad(String message) {
        return new WherryException(ErrorCode.BAD_REQUEST, message);
    }
}
