// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

import static io.wherry.testkit.proxy.HttpRequests.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Server;
import io.wherry.testkit.proxy.Fault;
import io.wherry.testkit.proxy.HttpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds behind any proxy, as tests: a proxy's own test extends this class and configures it. */
@Timeout(60)
abstract class ProxyContract {

    static final Duration FIRST = Duration.ofSeconds(5);
    static final Duration BACK = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    final int port = ChildProxy.freePort();

    /** Starts the proxy. */
    abstract ChildProxy start(String configuration);

    /** The configuration as the child process takes it. */
    abstract String whole(String configuration);

    /** What {@code docs/proxies.md} recommends, in front of a server. */
    abstract String recommended(int serverPort);

    /** One that does not pass {@code Upgrade}. */
    abstract String withoutUpgrade(int serverPort);

    /** One that does not pass {@code Upgrade}, and holds the begin of responses back. */
    abstract String holding(int serverPort);

    /** One that cuts what has been silent for so long. */
    abstract String impatient(int serverPort, int seconds);

    /** One that brings each request to the next of two servers. */
    abstract String balancing(int onePort, int otherPort);

    /** The block of a language in the page, in front of a server and with our port. */
    final String documented(String language, int serverPort) {
        try {
            Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(Path.of("..", "docs", "proxies.md")));
            assertThat(block.find()).isTrue();
            return block.group(1)
                    .replace("127.0.0.1:8080", "127.0.0.1:" + serverPort)
                    .replaceFirst("127\\.0\\.0\\.1:80(?=[;\n])", "127.0.0.1:" + port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "sse", "longpoll", "comet", "http"})
    void carriesEveryTransportAsRecommended(String transport) {
        Server server = Trip.server();
        try (ChildProxy proxy = start(recommended(server.port()));
                Trip trip = Trip.begin(server, proxy.uri(), "wherry.transports", transport)) {
            trip.expect(transport, FIRST).sendNumbers().travel(100).expectAllNumbersOnce();
        }
    }

    @Test
    void goesBySseWhereUpgradeIsBlockedAndBackWhenItIsNot() {
        Server server = Trip.server();
        try (ChildProxy proxy = start(withoutUpgrade(server.port()));
                Trip trip = Trip.begin(server, proxy.uri())) {
            trip.expect("sse", FIRST).sendNumbers().travel(100);

            proxy.restart(whole(recommended(server.port())));
            trip.awaitTransport("websocket", BACK);
            trip.travel(100).expectAllNumbersOnce();
        }
    }

    @Test
    void goesByLongPollingWhereResponsesAreHeldBack() {
        Server server = Trip.server();
        try (ChildProxy proxy = start(holding(server.port()));
                Trip trip = Trip.begin(server, proxy.uri())) {
            trip.expect("longpoll", FIRST).sendNumbers().travel(100).expectAllNumbersOnce();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "sse"})
    void learnsAfterHowMuchSilenceItIsCut(String transport) {
        Server server = Trip.server();
        try (HttpProxy counting = HttpProxy.to(server.port());
                ChildProxy proxy = start(impatient(counting.port(), 1))) {
            Fault connects = counting.when(get("/wherry/" + transport)).watch();
            try (Trip trip = Trip.begin(server, proxy.uri(), "wherry.transports", transport + ",longpoll")) {
                trip.expect(transport, FIRST);
                // Cut a few times after the same silence; then it is asked for signs of life in time.
                connects.awaitStrikes(3);
                int before;
                int rounds = 0;
                do {
                    assertThat(++rounds).as("idle times in which it was cut").isLessThan(8);
                    before = connects.strikes();
                    trip.idle(Duration.ofMillis(1_800));
                } while (connects.strikes() > before);
                assertThat(trip.channel().transport()).isEqualTo(transport);
                trip.sendNumbers().travel(50).expectAllNumbersOnce();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "sse", "longpoll"})
    void losesNothingInSilenceBetweenTwoServers(String transport) {
        try (TwoServers servers = new TwoServers();
                ChildProxy proxy =
                        start(balancing(servers.one().port(), servers.other().port()))) {
            servers.travel(proxy.uri(), transport);
        }
    }
}
