// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

import static io.wherry.testkit.proxy.HttpRequests.upgrades;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Server;
import io.wherry.testkit.proxy.Fault;
import io.wherry.testkit.proxy.HttpProxy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Behind a real nginx. */
final class NginxTest extends ProxyContract {

    private static final String UPGRADE = "proxy_set_header Upgrade $http_upgrade;";

    @Override
    ChildProxy start(String configuration) {
        return ChildProxy.nginx(directory, port, configuration);
    }

    @Override
    String whole(String configuration) {
        return ChildProxy.nginx(directory, configuration);
    }

    @Override
    String recommended(int serverPort) {
        return documented("nginx", serverPort);
    }

    @Override
    String withoutUpgrade(int serverPort) {
        return replaced(recommended(serverPort), UPGRADE, "");
    }

    @Override
    String holding(int serverPort) {
        return plain(serverPort, "proxy_ignore_headers X-Accel-Buffering;");
    }

    /** The shortest that anybody would write: HTTP/1.0 to the server, no {@code Upgrade}, and buffers. */
    private String plain(int serverPort, String more) {
        return "server { listen 127.0.0.1:" + port + "; location / { proxy_pass http://127.0.0.1:" + serverPort + "; "
                + more + " } }\n";
    }

    @Override
    String impatient(int serverPort, int seconds) {
        return replaced(recommended(serverPort), "proxy_read_timeout 60s;", "proxy_read_timeout " + seconds + "s;");
    }

    @Override
    String balancing(int onePort, int otherPort) {
        String one = "server 127.0.0.1:" + onePort + ";";
        return replaced(recommended(onePort), one, one + " server 127.0.0.1:" + otherPort + ";");
    }

    static String replaced(String text, String part, String with) {
        assertThat(text).contains(part);
        return text.replace(part, with);
    }

    @Test
    void streamsThroughAPlainProxyPass() {
        Server server = Trip.server();
        try (ChildProxy proxy = start(plain(server.port(), ""));
                Trip trip = Trip.begin(server, proxy.uri())) {
            trip.expect("sse", FIRST).sendNumbers().travel(100).expectAllNumbersOnce();
        }
    }

    @Test
    void isNotCutWhereTheHeartbeatIsShorterThanTheTenSecondsThatThePathAllows() {
        Server server = Trip.server("wherry.heartbeat", "4s");
        try (HttpProxy counting = HttpProxy.to(server.port());
                ChildProxy proxy = start(impatient(counting.port(), 10))) {
            Fault connects = counting.when(upgrades()).watch();
            try (Trip trip = Trip.begin(server, proxy.uri())) {
                trip.expect("websocket", FIRST).idle(Duration.ofMillis(10_500));
                assertThat(trip.channel().transport()).isEqualTo("websocket");
                assertThat(connects.strikes()).isEqualTo(1);
            }
        }
    }
}
