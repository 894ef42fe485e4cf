// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

import static io.wherry.testkit.proxy.HttpRequests.get;
import static io.wherry.testkit.proxy.HttpRequests.post;
import static io.wherry.testkit.proxy.HttpRequests.to;
import static io.wherry.testkit.proxy.HttpRequests.upgrades;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Server;
import io.wherry.testkit.proxy.Direction;
import io.wherry.testkit.proxy.Fault;
import io.wherry.testkit.proxy.HttpProxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client on paths that do not let everything through: it is usable within 5 s, over what works, goes back to the best when
 * the path is repaired, and loses and doubles nothing.
 */
@Timeout(60)
final class BadPathsTest {

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration BACK = Duration.ofSeconds(10);

    private static final String WEBSOCKET = "/wherry/websocket";
    private static final String SSE = "/wherry/sse";
    private static final String COMET = "/wherry/comet";
    private static final String UPLINK = "/wherry/http";

    /** What is wrong with a path, and the transport that carries the channel there. */
    enum Path {
        WEBSOCKET_IS_RESET("sse", proxy -> List.of(proxy.when(to(WEBSOCKET)).cut())),
        WEBSOCKET_IS_NOT_ANSWERED(
                "sse", proxy -> List.of(proxy.when(to(WEBSOCKET)).swallow()), "4s"),
        WEBSOCKET_IS_FORBIDDEN("sse", proxy -> List.of(proxy.when(to(WEBSOCKET)).answer(403))),
        WEBSOCKET_HAS_A_BAD_GATEWAY(
                "sse", proxy -> List.of(proxy.when(to(WEBSOCKET)).answer(502))),
        WEBSOCKET_IS_UNAVAILABLE(
                "sse", proxy -> List.of(proxy.when(to(WEBSOCKET)).answer(503))),
        UPGRADE_IS_STRIPPED("sse", proxy -> List.of(proxy.when(upgrades()).stripUpgrade())),
        UPGRADE_FALLS_SILENT("sse", proxy -> List.of(proxy.when(upgrades()).silentUpgrade()), "4s"),
        STREAMS_ARE_BUFFERED(
                "longpoll",
                proxy -> List.of(
                        proxy.when(upgrades()).answer(403),
                        proxy.when(get(SSE, COMET)).bufferResponse())),
        FIRST_BYTES_ARE_HELD(
                "longpoll",
                proxy -> List.of(
                        proxy.when(upgrades()).stripUpgrade(),
                        proxy.when(get(SSE)).holdResponse(1 << 20)));

        private final String transport;
        private final Function<HttpProxy, List<Fault>> faults;
        /** The default; less where a test would wait for it after the repair. */
        private final String connectTimeout;

        Path(String transport, Function<HttpProxy, List<Fault>> faults) {
            this(transport, faults, "5s");
        }

        Path(String transport, Function<HttpProxy, List<Fault>> faults, String connectTimeout) {
            this.transport = transport;
            this.faults = faults;
            this.connectTimeout = connectTimeout;
        }
    }

    private static Trip connect(Server server, HttpProxy proxy, String... keysAndValues) {
        return Trip.begin(server, proxy.front(URI.create("http://127.0.0.1/wherry")), keysAndValues);
    }

    @ParameterizedTest
    @EnumSource
    void goesByWhatWorksAndBackWhenThePathIsRepaired(Path path) {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port())) {
            List<Fault> faults = path.faults.apply(proxy);
            try (Trip trip = connect(server, proxy, "wherry.connect-timeout", path.connectTimeout)) {
                trip.expect(path.transport, FIRST).sendNumbers().travel(100);
                assertThat(faults)
                        .allSatisfy(fault -> assertThat(fault.strikes()).isPositive());

                proxy.repair();
                trip.awaitTransport("websocket", BACK);
                trip.travel(100).expectAllNumbersOnce();
            }
        }
    }

    @Test
    void comesWhenConnectionsAreRefusedAtFirst() {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port())) {
            proxy.refuseConnects();
            try (Trip trip = connect(server, proxy)) {
                assertThat(trip.channel().request("echo", Message.of("early"), Duration.ofSeconds(1)))
                        .failsWithin(Duration.ofSeconds(5));
                proxy.repair();
                trip.awaitTransport("websocket", FIRST);
                trip.sendNumbers().travel(100);
                trip.expectAllNumbersOnce();
            }
        }
    }

    @Test
    void comesWhenNobodyAnswersAtFirst() {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port())) {
            proxy.ignoreConnects();
            try (Trip trip = connect(server, proxy)) {
                assertThat(trip.channel().request("echo", Message.of("early"), Duration.ofSeconds(1)))
                        .failsWithin(Duration.ofSeconds(5));
                proxy.repair();
                trip.awaitTransport("websocket", BACK);
                trip.sendNumbers().travel(100);
                trip.expectAllNumbersOnce();
            }
        }
    }

    @Test
    void leavesAWebSocketThatIsCutAgainAndAgain() {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port())) {
            Fault cut = proxy.when(upgrades()).cutAfter(Duration.ofMillis(400));
            try (Trip trip = connect(server, proxy)) {
                trip.expect("websocket", FIRST).sendNumbers();
                assertThat(trip.awaitTransport("sse", BACK)).contains("websocket");
                assertThat(cut.strikes()).isGreaterThanOrEqualTo(3);
                trip.travel(100);

                proxy.repair();
                trip.awaitTransport("websocket", BACK);
                trip.travel(100).expectAllNumbersOnce();
            }
        }
    }

    @Test
    void losesNothingWhereEveryConnectionIsCutAfterAWhile() {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port())) {
            Fault cut = proxy.cutEachAfter(Duration.ofMillis(300));
            try (Trip trip = connect(server, proxy)) {
                trip.expect("websocket", FIRST).sendNumbers();
                cut.awaitStrikes(12);

                proxy.repair();
                trip.travel(100).expectAllNumbersOnce();
            }
        }
    }

    @Test
    void leavesATransportWhosePostsFailFromTheBegin() {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port())) {
            Fault failing = proxy.when(post(UPLINK)).answer(503);
            try (Trip trip = connect(server, proxy, "wherry.transports", "sse,websocket")) {
                trip.expect("websocket", FIRST).sendNumbers().travel(100);
                assertThat(failing.strikes()).isPositive();

                proxy.repair();
                trip.awaitTransport("sse", BACK);
                trip.travel(100).expectAllNumbersOnce();
            }
        }
    }

    /** How POSTs fail while the stream lives on. */
    enum Failing {
        ANSWERED_FOR(proxy -> proxy.when(post(UPLINK)).answer(502)),
        RESET(proxy -> proxy.when(post(UPLINK)).cut()),
        NOT_ANSWERED(proxy -> proxy.when(post(UPLINK)).swallow()),
        ANSWER_LOST(proxy -> proxy.when(post(UPLINK)).loseAnswer());

        private final Function<HttpProxy, Fault> fault;

        Failing(Function<HttpProxy, Fault> fault) {
            this.fault = fault;
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesATransportWhosePostsFailWhileTheStreamLives(Failing failing) {
        Server server =
                Trip.server("wherry.heartbeat", "300ms", "wherry.lost-after", "2s", "wherry.http.reply-hold", "500ms");
        try (HttpProxy proxy = HttpProxy.to(server.port());
                Trip trip =
                        connect(server, proxy, "wherry.transports", "sse,websocket", "wherry.connect-timeout", "2s")) {
            trip.expect("sse", FIRST).sendNumbers().travel(50);
            Fault fault = failing.fault.apply(proxy);
            trip.awaitTransport("websocket", BACK);
            assertThat(fault.strikes()).isPositive();
            trip.travel(50);

            proxy.repair();
            trip.awaitTransport("sse", BACK);
            trip.travel(50).expectAllNumbersOnce();
        }
    }

    @Test
    void noticesPacketsThatVanish() {
        Server server = Trip.server("wherry.heartbeat", "500ms", "wherry.lost-after", "2s");
        try (HttpProxy proxy = HttpProxy.to(server.port());
                Trip trip = connect(server, proxy)) {
            trip.expect("websocket", FIRST).sendNumbers().travel(50);
            for (Direction direction : Direction.values()) {
                Fault hole = proxy.blackHole(direction);
                hole.awaitStrikes(1);
                hole.off();
                trip.travel(50);
            }
            trip.expectAllNumbersOnce();
        }
    }

    @Test
    void standsDoubledReorderedAndOverlappingRequests() {
        Server server = Trip.server();
        try (HttpProxy proxy = HttpProxy.to(server.port());
                Trip trip = connect(server, proxy, "wherry.transports", "longpoll")) {
            trip.expect("longpoll", FIRST).sendNumbers().travel(50);
            List<Fault> faults = new ArrayList<>();
            faults.add(proxy.when(post(UPLINK)).times(5).duplicate());
            faults.add(proxy.when(post(UPLINK)).times(5).loseAnswer());
            faults.add(proxy.when(get("/wherry/longpoll")).times(5).overlap());
            faults.add(proxy.when(get("/wherry/longpoll")).times(5).loseAnswer());
            faults.forEach(fault -> fault.awaitStrikes(5));
            trip.travel(50).expectAllNumbersOnce();
        }
    }
}
