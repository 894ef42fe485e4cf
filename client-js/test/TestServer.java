// SPDX-License-Identifier: Apache-2.0
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.ServerBuilder;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.testkit.TestCertificate;
import io.wherry.transport.http.HttpTransport;
import io.wherry.transport.http.WebContent;
import java.nio.file.Files;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What the JavaScript client is tested against: run as a source file, with the jar of the examples as its class path. */
public final class TestServer {

    private static final String PAGE = "<!doctype html><title>Test</title><script src=/wherry/client.js></script>";

    private static final ScheduledExecutorService PACE = Executors.newSingleThreadScheduledExecutor();

    private TestServer() {}

    /** Serves on a loopback port, which it prints, until its standard input ends; with a second argument, whoever sends that as authorization; with {@code test.tls} by TLS. */
    public static void main(String... args) throws Exception {
        ServerBuilder builder = Wherry.server()
                .port(args.length > 0 ? Integer.parseInt(args[0]) : 0)
                .set("wherry.host", "127.0.0.1")
                .transport(HttpTransport.withContent(Map.of("/", WebContent.html(PAGE))));
        if (Boolean.getBoolean("test.tls")) {
            TestCertificate localhost = TestCertificate.in(Files.createTempDirectory("wherry"));
            builder.set("wherry.tls.certificate", localhost.certificate().toString())
                    .set("wherry.tls.key", localhost.key().toString());
        }
        if (args.length > 1) {
            builder.authenticator(handshake -> {
                if (!args[1].equals(handshake.header("authorization"))) {
                    throw new WherryException(ErrorCode.UNAUTHORIZED, "authorization: another (expected: as agreed)");
                }
                return (Principal) () -> "tester";
            });
        }
        Server server = builder.build();
        Topic news = server.topic("news", TopicOptions.defaults().clientPublish(true));
        server.topic("small", TopicOptions.defaults().clientPublish(true).maxCount(10));
        List<String> recorded = new CopyOnWriteArrayList<>();
        server.onMessage("echo", (channel, message) -> channel.send("echo", message));
        server.onMessage("record", (channel, message) -> recorded.add(message.text()));
        server.onRequest("recorded", (channel, prefix) -> Message.of(String.join(
                ",",
                recorded.stream().filter(each -> each.startsWith(prefix.text())).toList())));
        server.onRequest("now", (channel, message) -> Message.of(java.time.Instant.now()));
        server.onRequest("transport", (channel, message) -> Message.of(channel.transport()));
        server.onMessage("ask", (channel, message) -> channel.request("question", message)
                .whenComplete((reply, failure) -> channel.send(
                        "asked", Message.of(failure == null ? reply.text() : String.valueOf(failure.getMessage())))));
        server.onMessage("publish", (channel, message) -> publish(news, message.text()));
        server.onMessage("end", (channel, message) -> channel.close());
        server.start();
        System.out.println("port " + server.port());
        while (System.in.read() >= 0) {
            // Goes on until the test lets go of it.
        }
        server.close();
        System.exit(0);
    }

    /** Publishes numbered messages, with a pause of so many milliseconds after each. */
    private static void publish(Topic topic, String order) {
        String[] words = order.split(" ");
        publish(topic, words[0], 0, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }

    private static void publish(Topic topic, String prefix, int number, int end, int pause) {
        if (number < end) {
            topic.publish(Message.of(prefix + number));
            PACE.schedule(() -> publish(topic, prefix, number + 1, end, pause), pause, TimeUnit.MILLISECONDS);
        }
    }
}
