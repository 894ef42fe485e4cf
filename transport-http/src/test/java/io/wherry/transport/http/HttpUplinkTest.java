// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Target;
import io.wherry.testkit.Await;
import io.wherry.transport.http.ScriptedServer.Peer;
import io.wherry.transport.http.ScriptedServer.Request;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way up, against a server that is not ours. */
final class HttpUplinkTest {

    private final ScriptedServer server = new ScriptedServer();
    private final TestClient client = new TestClient();
    private final RecordingListener listener = new RecordingListener();
    private final BlockingQueue<WherryException> failures = new LinkedBlockingQueue<>();
    private HttpUplink uplink;

    @BeforeEach
    void open() {
        Target target = new Target(
                server.uri("/wherry"), client.loop(), null, null, () -> Map.of("Authorization", "secret"), 1, false);
        uplink = new HttpUplink(client.pool(), client.context(), target, listener, failures::add);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void send(int... numbers) {
        client.act(() -> {
            for (int number : numbers) {
                uplink.send(Envelope.numbered(number, Kind.DIRECT, "echo", null, Message.of("m" + number)));
            }
            uplink.flush();
        });
    }

    private static String batch(int... numbers) {
        StringBuilder batch = new StringBuilder();
        for (int number : numbers) {
            batch.append("d ")
                    .append(number)
                    .append(" 2 text echo\nm")
                    .append(number)
                    .append('\n');
        }
        return batch.toString();
    }

    @Test
    void gathersWhileAPostIsUnderWay() {
        send(1);
        client.act(() -> uplink.open("a/b"));
        Peer peer = server.next();
        Request first = peer.read();
        assertThat(first.line()).isEqualTo("POST /wherry/http?channel=a%2Fb&connection=1 HTTP/1.1");
        assertThat(first.head().toLowerCase(java.util.Locale.ROOT))
                .contains("authorization: secret\r\n", "content-type: application/vnd.wherry.v1\r\n");
        assertThat(first.body()).isEqualTo(batch(1));
        send(2);
        send(3, 4);
        peer.answer("a - 0 - 1\n\n");
        listener.expect("ACK 1", "complete");
        assertThat(peer.read().body()).isEqualTo(batch(2, 3, 4));
        peer.answer("a - 0 - 4\n\n");
        listener.expect("ACK 4", "complete");
        assertThat(server.waiting()).isZero();
    }

    @Test
    void asksAgainForAnAcknowledgementThatTheServerPutsOff() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 204 No Content\n\n");
        assertThat(peer.read().body()).isEmpty();
        peer.answer("a - 0 - 1\n\n");
        listener.expect("ACK 1", "complete");
    }

    @Test
    void pausesBetweenAnswersThatSayNothing() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        long began = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            peer.send("HTTP/1.1 204 No Content\n\n");
            assertThat(peer.read().body()).isEmpty();
        }
        assertThat(System.nanoTime() - began).isGreaterThan(200_000_000L);
        peer.answer("a - 0 - 1\n\n");
        listener.expect("ACK 1", "complete");
    }

    @Test
    void sendsWhatWasRefusedAgainOnceThereIsRoom() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        assertThat(peer.read().body()).isEqualTo(batch(1));
        send(2);
        refuse(peer);
        assertThat(peer.read().body()).isEmpty();
        refuse(peer);
        assertThat(peer.read().body()).isEmpty();
        peer.answer("a - 0 - 0\n\n");
        listener.expect("ACK 0", "complete");
        assertThat(peer.read().body()).isEqualTo(batch(1, 2));
        peer.answer("a - 0 - 2\n\n");
        listener.expect("ACK 2", "complete");
        send(3);
        assertThat(peer.read().body()).isEqualTo(batch(3));
        assertThat(failures).isEmpty();
    }

    @Test
    void closesOnlyWhenWhatWasRefusedHasGone() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        refuse(peer);
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        assertThat(peer.read().body()).isEmpty();
        client.act(() -> uplink.closeWhenEmpty(() -> done.add("done")));
        peer.answer("a - 0 - 0\n\n");
        assertThat(peer.read().body()).isEqualTo(batch(1));
        assertThat(done).isEmpty();
        peer.answer("a - 0 - 1\n\n");
        assertThat(Await.next(done)).isEqualTo("done");
    }

    private static void refuse(Peer peer) {
        peer.send("HTTP/1.1 429 Too Many Requests\nContent-Length: 21\n\n{\"code\":\"too-many\"}  ");
    }

    @Test
    void isWritableUpToABound() {
        client.act(() -> uplink.open("id"));
        client.act(() -> {
            assertThat(uplink.isWritable()).isTrue();
            uplink.send(Envelope.numbered(1, Kind.DIRECT, "echo", null, Message.of("x".repeat(300_000))));
            assertThat(uplink.isWritable()).isFalse();
            uplink.flush();
        });
        listener.expect("writable");
        client.act(() -> assertThat(uplink.isWritable()).isTrue());
    }

    @Test
    void failsOnce() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 410 Gone\nContent-Length: 0\n\n");
        assertThat(Await.next(failures).code()).isEqualTo(ErrorCode.UNKNOWN_CHANNEL);
        client.act(() -> assertThat(uplink.isWritable()).isFalse());
        send(2);
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        client.act(() -> uplink.closeWhenEmpty(() -> done.add("done")));
        assertThat(Await.next(done)).isEqualTo("done");
        assertThat(failures).isEmpty();
        assertThat(server.waiting()).isZero();
    }

    @Test
    void failsForAnAnswerThatIsNoBatch() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        peer.answer("<h1>Welcome to our hotel</h1>");
        assertThat(Await.next(failures).code()).isEqualTo(ErrorCode.BAD_REQUEST);
    }

    @Test
    void closesAfterWhatWasSent() {
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        send(2);
        client.act(() -> uplink.closeWhenEmpty(() -> done.add("done")));
        peer.answer("a - 0 - 1\n\n");
        assertThat(peer.read().body()).isEqualTo(batch(2));
        assertThat(done).isEmpty();
        peer.answer("a - 0 - 2\n\n");
        assertThat(Await.next(done)).isEqualTo("done");
    }

    @Test
    void closesAtOnceWhereNothingWaits() {
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        client.act(() -> uplink.closeWhenEmpty(() -> done.add("done")));
        assertThat(Await.next(done)).isEqualTo("done");
        assertThat(server.waiting()).isZero();
    }

    @Test
    void dropsEverythingWhenClosed() {
        client.act(() -> uplink.open("id"));
        send(1);
        Peer peer = server.next();
        peer.read();
        client.act(uplink::close);
        peer.expectEnd();
        send(2);
        assertThat(listener.heard()).isEmpty();
        assertThat(failures).isEmpty();
    }
}
