// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Expiring;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** That a channel belongs to one principal as long as it lives, whose credentials may change meanwhile. */
public interface AuthenticationContract extends ContractPart {

    /** How long the tests' tokens are good. */
    int TOKEN_MILLIS = 4000;

    /** Somebody by a token {@code Bearer NAME MILLISECONDS}, who is the same with another token. */
    record Person(String name, Instant expiresAt) implements Principal, Expiring {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Person person && person.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        static Person of(Handshake handshake) {
            return of(String.valueOf(handshake.header("authorization")));
        }

        static Person of(String header) {
            String[] token = header.split(" ", -1);
            if (token.length != 3) {
                throw new WherryException(ErrorCode.UNAUTHORIZED, "authorization: (expected: a name and a time)");
            }
            return new Person(token[1], Instant.ofEpochMilli(Long.parseLong(token[2])));
        }

        static String token(String name, long millis) {
            return "Bearer " + name + " " + (System.currentTimeMillis() + millis);
        }
    }

    private Server guarded(BlockingQueue<String> seen, String... keysAndValues) {
        return fixture()
                .add(fixture()
                        .serverBuilder(keysAndValues)
                        .authenticator(handshake -> {
                            seen.add(String.valueOf(handshake.header("authorization")));
                            return Person.of(handshake);
                        })
                        .build());
    }

    /** Whether what goes up is no request of its own, which shows by itself who the client is. */
    private boolean isOneConnection() {
        return List.of("websocket", "local").contains(fixture().transport().name());
    }

    private Client clientOf(CuttableTransport network, Supplier<String> token) {
        return fixture()
                .add(fixture()
                        .clientBuilder(network)
                        .header("Authorization", token)
                        .build());
    }

    /** A client shows another token on the connection that it has; one that is refused changes nothing. */
    @Test
    default void refreshesCredentialsInPlace() {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Server server = guarded(seen);
        server.onRequest("who", (channel, message) -> Message.of(String.valueOf(channel.principal())))
                .start();
        String first = Person.token("ada", 60_000);
        String second = Person.token("ada", 120_000);
        AtomicReference<String> token = new AtomicReference<>(first);
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client =
                fixture().opened(clientOf(network, token::get).connect(fixture().uri(server)));
        String id = client.channel().id();

        token.set(second);
        Await.value(client.channel().refreshCredentials());
        assertThat(seen).contains(second);
        assertThat(Await.value(client.channel().request("who", Message.empty())).text())
                .isEqualTo(Person.of(second).toString());
        assertThat(network.connects()).isEqualTo(1);
        assertThat(client.channel().id()).isEqualTo(id);

        Await.value(fixture().serverSide(server, client).refreshCredentials());
        assertThat(network.connects()).isEqualTo(1);
        assertThat(client.takeStates()).isEmpty();
    }

    /** A token that is refused changes nothing on a connection that goes on. */
    @Test
    default void goesOnWhereNewCredentialsAreRefused() {
        if (!isOneConnection()) {
            return;
        }
        Server server = guarded(new LinkedBlockingQueue<>());
        server.onRequest("echo", (channel, message) -> message).start();
        String good = Person.token("ada", 60_000);
        AtomicReference<String> token = new AtomicReference<>(good);
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client =
                fixture().opened(clientOf(network, token::get).connect(fixture().uri(server)));
        String id = client.channel().id();

        token.set("Bearer");
        var refused = client.channel().refreshCredentials();
        assertThat(Await.failure(refused).code()).isEqualTo(ErrorCode.UNAUTHORIZED);
        token.set(good);
        Await.value(client.channel().refreshCredentials());

        assertThat(Await.value(client.channel().request("echo", Message.of("still")))
                        .text())
                .isEqualTo("still");
        assertThat(client.channel().id()).isEqualTo(id);
    }

    /** Who shows on a channel that it is somebody else has its channel ended. */
    @Test
    default void endsAChannelWhoseClientBecomesSomebodyElse() {
        Server server = guarded(new LinkedBlockingQueue<>()).start();
        AtomicReference<String> token = new AtomicReference<>(Person.token("ada", 60_000));
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client =
                fixture().opened(clientOf(network, token::get).connect(fixture().uri(server)));
        Channel atServer = fixture().serverSide(server, client);
        BlockingQueue<WherryException> ended = new LinkedBlockingQueue<>();
        atServer.onClose(ended::add);

        token.set(Person.token("eve", 60_000));
        var refused = client.channel().refreshCredentials();

        if (isOneConnection()) {
            assertThat(Await.failure(refused).code()).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(client.takeEnd().code()).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(Await.next(ended).code()).isEqualTo(ErrorCode.FORBIDDEN);
        } else {
            // Each of its requests is somebody else's now: the channel is none of theirs.
            assertThat(client.takeGap().reason()).isEqualTo(io.wherry.Gap.Reason.CHANNEL);
            Await.value(refused);
            assertThat(server.channel(client.channel().id())).isNotSameAs(atServer);
        }
    }

    /** Before credentials expire the server asks for new ones, and the channel goes on without a break. */
    @Test
    default void asksForNewCredentialsBeforeTheyExpire() throws InterruptedException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Server server = guarded(seen, "wherry.heartbeat", "200ms", "wherry.lost-after", "5s")
                .start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture()
                .opened(clientOf(network, () -> Person.token("ada", TOKEN_MILLIS))
                        .connect(fixture().uri(server)));

        List<String> different = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (different.size() < 2 && System.nanoTime() < deadline) {
            String next = seen.poll(15, TimeUnit.SECONDS);
            if (next != null && !different.contains(next)) {
                different.add(next);
            }
        }

        assertThat(different).hasSize(2);
        assertThat(network.connects()).isEqualTo(1);
        assertThat(client.takeStates()).isEmpty();
    }

    /** Where a client does not show new credentials in time its connection ends; it comes back with new ones, and nothing is lost. */
    @Test
    default void resumesWithNewCredentialsAfterTheyExpired() {
        int count = 40;
        Server server = guarded(new LinkedBlockingQueue<>(), "wherry.heartbeat", "200ms", "wherry.lost-after", "5s");
        server.start();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(count));
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.rewrite(envelope -> envelope.kind() == Kind.CREDENTIALS
                ? Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null)
                : envelope);
        Recorder client = fixture()
                .opened(clientOf(network, () -> Person.token("ada", 700))
                        .connect(fixture().uri(server)));
        String id = client.channel().id();
        Await.value(client.subscribe("topic", Start.now()).subscribed());

        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            String text = "m" + i;
            topic.publish(Message.of(text));
            assertThat(client.takeTexts("topic", 1)).containsExactly(text);
            var paused = new java.util.concurrent.CompletableFuture<String>()
                    .completeOnTimeout(text, 50, TimeUnit.MILLISECONDS);
            assertThat(Await.value(paused)).isEqualTo(text);
        }

        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1500));
        assertThat(network.connects()).isGreaterThan(1);
        assertThat(client.channel().id()).isEqualTo(id);
        assertThat(client.channel().state()).isIn(State.OPEN, State.RECONNECTING);
    }

    /** Who has somebody else's channel id gets nothing by it, whichever way. */
    @Test
    default void keepsAChannelFromOthers() {
        Server server = guarded(new LinkedBlockingQueue<>());
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> heard.add(message.text())).start();
        CuttableTransport adasNetwork = new CuttableTransport(fixture().transport());
        Recorder ada = fixture()
                .opened(clientOf(adasNetwork, () -> Person.token("ada", 60_000))
                        .connect(fixture().uri(server)));
        ada.handle("down");
        Channel atServer = fixture().serverSide(server, ada);
        CuttableTransport evesNetwork = new CuttableTransport(fixture().transport());
        evesNetwork.resumeOnce(ada.channel().id(), ada.channel().position());

        Recorder eve = fixture()
                .opened(clientOf(evesNetwork, () -> Person.token("eve", 60_000))
                        .connect(fixture().uri(server)));

        assertThat(evesNetwork.connects()).isGreaterThan(1);
        assertThat(evesNetwork.refusals()).extracting(WherryException::code).containsExactly(ErrorCode.UNKNOWN_CHANNEL);
        assertThat(eve.channel().id()).isNotEqualTo(ada.channel().id());
        assertThat(server.channels()).hasSize(2);
        Await.value(atServer.send("down", Message.of("for Ada")));
        Await.value(ada.channel().send("up", Message.of("by Ada")));
        assertThat(ada.takeTexts("down", 1)).containsExactly("for Ada");
        assertThat(Await.next(heard)).isEqualTo("by Ada");
        assertThat(ada.takeStates()).isEmpty();
        assertThat(adasNetwork.connects()).isEqualTo(1);
    }

    /** The answer to an id that is somebody else's is that to one that there is not, byte for byte. */
    @Test
    default void tellsNothingOfAnothersChannel() {
        Server server = guarded(new LinkedBlockingQueue<>()).start();
        if (server.port() < 0) {
            return;
        }
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder ada = fixture()
                .opened(clientOf(network, () -> Person.token("ada", 60_000))
                        .connect(fixture().uri(server)));
        String id = ada.channel().id();
        String none = new StringBuilder(id).reverse().toString();
        String after = "&after=" + ada.channel().position();
        String path = fixture().uri(server).getPath();
        String transport = path + "/" + fixture().transport().name();

        for (String begin : List.of(
                "GET " + transport + "?protocol=wherry.v1" + after,
                "GET " + transport + "?protocol=wherry.v1",
                "GET " + transport + "?x=y" + after,
                "POST " + path + "/http?x=y",
                "POST " + path + "/http?x=y" + after)) {
            String ofAnother = refusal(server, begin, id);
            assertThat(ofAnother).contains(begin.startsWith("GET") && transport.endsWith("websocket") ? "101" : "410");
            assertThat(refusal(server, begin, none)).isEqualTo(ofAnother);
        }
        assertThat(server.channel(id)).isNotNull();
        assertThat(ada.takeStates()).isEmpty();
        assertThat(network.connects()).isEqualTo(1);
    }

    /** What a stranger is answered to a request with an id, without the id and the time; a POST tries to end the channel. */
    private String refusal(Server server, String begin, String id) {
        boolean isPost = begin.startsWith("POST");
        String end = "x - 0 - -\n\n";
        List<String> headers = new ArrayList<>(List.of("Authorization: Bearer eve 9999999999999", "Connection: close"));
        if (isPost) {
            headers.add("Content-Type: application/vnd.wherry.v1");
            headers.add("Content-Length: " + end.length());
        } else if (fixture().transport().name().equals("websocket")) {
            headers.remove("Connection: close");
            headers.addAll(List.of(
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Protocol: wherry.v1"));
        }
        String[] request = begin.split(" ", 2);
        try (RawHttp stranger = new RawHttp(server.port())) {
            stranger.request(request[0], request[1] + "&channel=" + id, headers.toArray(String[]::new));
            if (isPost) {
                stranger.send(end);
            }
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("knows)") < 0) {
                int next = stranger.readRaw();
                if (next < 0) {
                    break;
                }
                answer.append((char) next);
            }
            return answer.toString().replace(id, "ID");
        }
    }
}
