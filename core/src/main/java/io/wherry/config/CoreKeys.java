// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import io.wherry.SlowReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The configuration keys of the core. Those of a transport are with the transport. */
public final class CoreKeys {

    private static final Pattern SEGMENTS = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

    /** The server's TCP port. */
    public static final ConfigKey<Integer> PORT = ConfigKey.number(
                    "wherry.port", 8080, 0, 65535, "The TCP port of the server; 0 for any that is free.")
            .forServer();

    /** The address to bind. */
    public static final ConfigKey<String> HOST = ConfigKey.text(
                    "wherry.host", "", "The address that the server binds; empty for all.")
            .forServer();

    /** The path under which everything lives. */
    public static final ConfigKey<String> PATH = ConfigKey.of(
                    "wherry.path",
                    "/wherry",
                    "a path such as /wherry or /app/push, without / at its end; empty for the root",
                    "The path under which the server's transports live.",
                    CoreKeys::path)
            .forServer();

    /** The transports. */
    public static final ConfigKey<List<String>> TRANSPORTS = ConfigKey.of(
            "wherry.transports",
            "websocket,sse,longpoll,comet,http",
            "at least one name of a transport, separated by commas, none twice",
            "The server's set of transports, and the client's order of preference.",
            CoreKeys::transports);

    /** How many event loops. */
    public static final ConfigKey<Integer> LOOPS = ConfigKey.number(
            "wherry.loops",
            0,
            0,
            1024,
            "Event loops: threads that serve sockets; 0 for one for each processor (on a client: one).");

    /** Which sockets. */
    public static final ConfigKey<String> SOCKETS = ConfigKey.choice(
            "wherry.sockets",
            "auto",
            List.of("auto", "nio", "epoll", "io_uring", "kqueue"),
            "How the system's sockets are used: nio is always there, the others need jars of Netty's and a system that has them; auto takes the best that is there.");

    /** Where callbacks run. */
    public static final ConfigKey<String> CALLBACKS = ConfigKey.choice(
            "wherry.callbacks",
            "threads",
            List.of("threads", "loop"),
            "Where the application's handlers run: on threads of their own (virtual ones where the JVM has them), or on the event loop, where they must not block.");

    /** The heartbeat. */
    public static final ConfigKey<Duration> HEARTBEAT = ConfigKey.duration(
            "wherry.heartbeat",
            "15s",
            "After how much silence a side sends a sign of life. A client that has its welcome goes by the server's value.");

    /** When a peer is given up. */
    public static final ConfigKey<Duration> LOST_AFTER = ConfigKey.duration(
            "wherry.lost-after",
            "40s",
            "After how much silence of the other side a connection is given up; more than wherry.heartbeat. A client that has its welcome goes by the server's value.");

    /** How long a channel waits for its client. */
    public static final ConfigKey<Duration> RESUME_WINDOW = ConfigKey.duration(
                    "wherry.resume-window",
                    "60s",
                    "How long a channel without a connection waits for its client to come back.")
            .forServer();

    /** How long a connect may take. */
    public static final ConfigKey<Duration> CONNECT_TIMEOUT = ConfigKey.duration(
                    "wherry.connect-timeout", "5s", "How long a client waits for a connection and its welcome.")
            .forClient();

    /** How long a request waits. */
    public static final ConfigKey<Duration> REQUEST_TIMEOUT = ConfigKey.duration(
            "wherry.request-timeout", "30s", "How long a request waits for its reply, where the call does not say.");

    /** The first pause before reconnecting. */
    public static final ConfigKey<Duration> BACKOFF_MIN = ConfigKey.duration(
                    "wherry.backoff-min",
                    "200ms",
                    "The bound of the first random pause before a client reconnects; it doubles each time, up to wherry.backoff-max.")
            .forClient();

    /** The longest pause before reconnecting. */
    public static final ConfigKey<Duration> BACKOFF_MAX = ConfigKey.duration(
                    "wherry.backoff-max", "20s", "The bound that the pauses before reconnecting grow to.")
            .forClient();

    /** For how long a transport that fails is put aside at first. */
    public static final ConfigKey<Duration> PUT_ASIDE_MIN = ConfigKey.duration(
                    "wherry.put-aside-min",
                    "2s",
                    "For how long a client does not use a transport that has failed; doubles with each failure.")
            .forClient();

    /** For how long a transport that fails is put aside at most. */
    public static final ConfigKey<Duration> PUT_ASIDE_MAX = ConfigKey.duration(
                    "wherry.put-aside-max",
                    "30s",
                    "The bound that this grows to; then the transport is tried again in the background.")
            .forClient();

    /** How long a close may take. */
    public static final ConfigKey<Duration> CLOSE_TIMEOUT = ConfigKey.duration(
            "wherry.close-timeout", "5s", "How long closing a server or client may take to tell the other side.");

    /** How fast clients may come back. */
    public static final ConfigKey<Integer> COME_BACK_RATE = ConfigKey.number(
                    "wherry.come-back-rate",
                    1000,
                    1,
                    1_000_000,
                    "How many clients a second a server that stops asks to come back: each at a random time, over as many seconds as that takes.")
            .forServer();

    /** What a client may show anew. */
    public static final ConfigKey<List<String>> CREDENTIAL_HEADERS = ConfigKey.words(
                    "wherry.credential-headers",
                    "authorization,cookie",
                    "The headers that a client may renew on a connection that goes on. Not those that a proxy in front of the server sets: a client's own would pass by it.")
            .forServer();

    /** How many messages a topic keeps. */
    public static final ConfigKey<Integer> TOPIC_MAX_COUNT = ConfigKey.number(
                    "wherry.topic.max-count",
                    1024,
                    1,
                    1 << 24,
                    "How many messages a topic keeps, where its options do not say.")
            .forServer();

    /** How many bytes a topic keeps. */
    public static final ConfigKey<Integer> TOPIC_MAX_BYTES = ConfigKey.size(
                    "wherry.topic.max-bytes",
                    "16MiB",
                    "How many bytes of payload a topic keeps, where its options do not say.")
            .forServer();

    /** How long a topic keeps a message. */
    public static final ConfigKey<Duration> TOPIC_MAX_AGE = ConfigKey.duration(
                    "wherry.topic.max-age", "1h", "How long a topic keeps a message, where its options do not say.")
            .forServer();

    /** What becomes of slow readers. */
    public static final ConfigKey<SlowReader> TOPIC_SLOW_READER = ConfigKey.of(
                    "wherry.topic.slow-reader",
                    "keep",
                    "keep, latest, latest-by-key, latest 5/s, latest-by-key 5/s, disconnect or disconnect 1000",
                    "What becomes of a reader that does not keep up, where its topic's options do not say: it reads all that is kept, skips to the latest message or the latest of each key (readers are given at most so many a second), or is disconnected (over so many messages behind).",
                    SlowReader::parse)
            .forServer();

    /** The largest message. */
    public static final ConfigKey<Integer> MAX_MESSAGE =
            ConfigKey.size("wherry.limits.message", "1MiB", "The largest payload of one message, either way.");

    /** The largest batch. */
    public static final ConfigKey<Integer> MAX_BATCH = ConfigKey.size(
            "wherry.limits.batch",
            "4MiB",
            "The largest body of one uplink POST or poll answer; more than wherry.limits.message.");

    /** The largest request head. */
    public static final ConfigKey<Integer> MAX_HEADER = ConfigKey.size(
            "wherry.limits.header",
            "16KiB",
            "The largest first line, and the largest header section, of an HTTP request or response.");

    /** How many channels. */
    public static final ConfigKey<Integer> MAX_CHANNELS = ConfigKey.number(
                    "wherry.limits.channels",
                    1_000_000,
                    1,
                    Integer.MAX_VALUE,
                    "How many channels a server has at most.")
            .forServer();

    /** How many channels from one address. */
    public static final ConfigKey<Integer> MAX_CHANNELS_PER_ADDRESS = ConfigKey.number(
                    "wherry.limits.channels-per-address",
                    100_000,
                    1,
                    Integer.MAX_VALUE,
                    "How many channels one IP address may open; low values hurt clients behind one NAT.")
            .forServer();

    /** How many subscriptions. */
    public static final ConfigKey<Integer> MAX_SUBSCRIPTIONS = ConfigKey.number(
                    "wherry.limits.subscriptions",
                    1024,
                    1,
                    Integer.MAX_VALUE,
                    "How many topics one channel or plain reader reads at most.")
            .forServer();

    /** How many messages of history. */
    public static final ConfigKey<Integer> MAX_HISTORY = ConfigKey.number(
                    "wherry.limits.history",
                    10_000,
                    1,
                    Integer.MAX_VALUE,
                    "How many messages of history one subscription is given at most.")
            .forServer();

    /** How many bytes wait for a peer's acknowledgement. */
    public static final ConfigKey<Integer> MAX_UNACKNOWLEDGED = ConfigKey.size(
            "wherry.limits.unacknowledged",
            "16MiB",
            "How many bytes that a side has sent to one channel alone may wait for the other's acknowledgement; over it sends fail. At least wherry.limits.message.");

    /** When a sender is told to slow down. */
    public static final ConfigKey<Integer> OUTBOUND_HIGH = ConfigKey.size(
            "wherry.limits.outbound-high",
            "1MiB",
            "From how many unacknowledged bytes on a channel says that it is not writable; at most wherry.limits.unacknowledged.");

    /** How many bytes wait for handlers. */
    public static final ConfigKey<Integer> MAX_INBOUND = ConfigKey.size(
            "wherry.limits.inbound",
            "1MiB",
            "From how many bytes waiting for its handlers on, requests that have no answer yet among them, a channel's socket is not read, and its POSTs are refused.");

    /** How many messages of peers without a channel are with handlers. */
    public static final ConfigKey<Integer> MAX_ASKED = ConfigKey.number(
                    "wherry.limits.asked",
                    10_000,
                    1,
                    Integer.MAX_VALUE,
                    "How many messages of peers without a channel (POST with to=NAME) are with their handlers at a time; over it they are refused.")
            .forServer();

    /** The time for a handshake. */
    public static final ConfigKey<Duration> HANDSHAKE_TIMEOUT = ConfigKey.duration(
                    "wherry.limits.handshake-time", "10s", "How long a peer may take for TLS, and to send one request.")
            .forServer();

    /** The time for an idle connection. */
    public static final ConfigKey<Duration> IDLE_TIMEOUT = ConfigKey.duration(
                    "wherry.limits.idle-time", "60s", "How long a kept-alive connection may stay without a request.")
            .forServer();

    /** The largest decompressed message. */
    public static final ConfigKey<Integer> MAX_DECOMPRESSED = ConfigKey.size(
            "wherry.limits.decompressed",
            "1MiB",
            "The largest payload of a message after decompression; at least wherry.limits.message.");

    private CoreKeys() {}

    private static String path(String text) {
        String path = text.strip();
        if (!SEGMENTS.matcher(path).matches()) {
            throw new IllegalArgumentException(text);
        }
        return path;
    }

    private static List<String> transports(String text) {
        List<String> names = ConfigKey.split(text);
        if (names.isEmpty() || Set.copyOf(names).size() < names.size()) {
            throw new IllegalArgumentException(text);
        }
        return names;
    }

    /** All of them. */
    public static List<ConfigKey<?>> all() {
        return List.of(
                PORT,
                HOST,
                PATH,
                TRANSPORTS,
                LOOPS,
                SOCKETS,
                CALLBACKS,
                HEARTBEAT,
                LOST_AFTER,
                RESUME_WINDOW,
                CONNECT_TIMEOUT,
                REQUEST_TIMEOUT,
                BACKOFF_MIN,
                BACKOFF_MAX,
                PUT_ASIDE_MIN,
                PUT_ASIDE_MAX,
                CLOSE_TIMEOUT,
                COME_BACK_RATE,
                CREDENTIAL_HEADERS,
                TOPIC_MAX_COUNT,
                TOPIC_MAX_BYTES,
                TOPIC_MAX_AGE,
                TOPIC_SLOW_READER,
                MAX_MESSAGE,
                MAX_BATCH,
                MAX_HEADER,
                MAX_CHANNELS,
                MAX_CHANNELS_PER_ADDRESS,
                MAX_SUBSCRIPTIONS,
                MAX_HISTORY,
                MAX_UNACKNOWLEDGED,
                OUTBOUND_HIGH,
                MAX_INBOUND,
                MAX_ASKED,
                HANDSHAKE_TIMEOUT,
                IDLE_TIMEOUT,
                MAX_DECOMPRESSED);
    }
}
