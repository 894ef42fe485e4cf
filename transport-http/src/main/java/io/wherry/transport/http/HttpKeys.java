// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.config.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The configuration keys that the HTTP transports share. */
public final class HttpKeys {

    /** How often a client of {@code http} polls. */
    public static final ConfigKey<Duration> POLL_INTERVAL = ConfigKey.duration(
                    "wherry.http.poll-interval",
                    "5s",
                    "How long a client of the transport http waits between two polls.")
            .forClient();

    /** Which versions of HTTP a client speaks. */
    public static final ConfigKey<String> VERSION = ConfigKey.choice(
                    "wherry.http.version",
                    "auto",
                    List.of("auto", "1.1", "2"),
                    "Which HTTP a client speaks: auto is HTTP/2 where the server offers it with TLS, else HTTP/1.1; 2 is HTTP/2 alone, without TLS by prior knowledge. websocket is always over HTTP/1.1.")
            .forClient();

    /** How long a POST waits for replies. */
    public static final ConfigKey<Duration> REPLY_HOLD = ConfigKey.duration(
                    "wherry.http.reply-hold",
                    "10s",
                    "How long the answer to a POST waits at most for the replies to the requests in it; less than wherry.lost-after.")
            .forServer();

    /** Which web pages may talk to the server. */
    public static final ConfigKey<List<String>> ALLOWED_ORIGINS = ConfigKey.words(
                    "wherry.http.allowed-origins",
                    "",
                    "Origins such as https://example.com whose web pages may talk to the server, beside its own; * for any, without cookies.")
            .forServer();

    /** Whether pages of other origins may show who is at the browser. */
    public static final ConfigKey<Boolean> ALLOWED_CREDENTIALS = ConfigKey.flag(
                    "wherry.http.allowed-credentials",
                    true,
                    "Whether the web pages of wherry.http.allowed-origins that are named there may send cookies. Else they, and those that * stands for, are served as if they had none.")
            .forServer();

    /** Whether there are tickets. */
    public static final ConfigKey<Boolean> TICKETS = ConfigKey.flag(
                    "wherry.http.tickets",
                    false,
                    "Whether who is let in may fetch tickets, by POST …/ticket, which a request shows once in place of wherry.credential-headers: for what in a browser sends no headers.")
            .forServer();

    /** For how long a ticket is good. */
    public static final ConfigKey<Duration> TICKET_LIFETIME = ConfigKey.duration(
                    "wherry.http.ticket-lifetime", "30s", "For how long a ticket can be shown.")
            .forServer();

    /** Whether streams may be compressed. */
    public static final ConfigKey<Boolean> COMPRESSION = ConfigKey.flag(
            "wherry.http.compression",
            false,
            "Whether the streams of sse and comet go in gzip where both sides want it: a client asks for it, and a server does as it is asked. Only messages of topics are compressed, once for all readers.");

    /** From which size on a message of a stream is compressed. */
    public static final ConfigKey<Integer> COMPRESSION_THRESHOLD = ConfigKey.size(
                    "wherry.http.compression-threshold",
                    "1KiB",
                    "The smallest payload that is worth compressing; smaller ones are stored in the gzip stream as they are.")
            .forServer();

    /** Whether HTTP/2 is spoken. */
    public static final ConfigKey<Boolean> HTTP2 = ConfigKey.flag(
                    "wherry.http.http2",
                    true,
                    "Whether the server speaks HTTP/2 with those who want it, beside HTTP/1.1: by ALPN on TLS, by prior knowledge without.")
            .forServer();

    /** How many requests one connection of HTTP/2 carries at a time. */
    public static final ConfigKey<Integer> HTTP2_STREAMS = ConfigKey.number(
                    "wherry.http.http2-streams",
                    100,
                    1,
                    10_000,
                    "How many requests, event streams among them, may be under way on one connection of HTTP/2; 64 KiB of uplink are let in for each.")
            .forServer();

    /** The server's certificates. */
    public static final ConfigKey<String> TLS_CERTIFICATE = ConfigKey.text(
                    "wherry.tls.certificate",
                    "",
                    "A PEM file with the server's certificate chain; with wherry.tls.key it turns TLS on.")
            .forServer();

    /** The server's key. */
    public static final ConfigKey<String> TLS_KEY = ConfigKey.text(
                    "wherry.tls.key", "", "A PEM file with the server's private key (PKCS#8, not encrypted).")
            .forServer();

    /** Whom a client trusts. */
    public static final ConfigKey<String> TLS_TRUST = ConfigKey.text(
                    "wherry.tls.trust",
                    "",
                    "A PEM file with the certificates that a client trusts, in place of those of the Java runtime.")
            .forClient();

    /** Whether a client trusts everybody. */
    public static final ConfigKey<Boolean> TLS_INSECURE = ConfigKey.flag(
                    "wherry.tls.insecure",
                    false,
                    "Whether a client takes any certificate, whoever shows it: for trying things out only.")
            .forClient();

    private HttpKeys() {}

    /** All of them. */
    public static List<ConfigKey<?>> all() {
        return List.of(
                POLL_INTERVAL,
                VERSION,
                REPLY_HOLD,
                ALLOWED_ORIGINS,
                ALLOWED_CREDENTIALS,
                TICKETS,
                TICKET_LIFETIME,
                COMPRESSION,
                COMPRESSION_THRESHOLD,
                HTTP2,
                HTTP2_STREAMS,
                TLS_CERTIFICATE,
                TLS_KEY,
                TLS_TRUST,
                TLS_INSECURE);
    }
}
