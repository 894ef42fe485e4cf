// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** That messages arrive: all of them, once, in order, as they were, at whom they were meant for. */
public interface MessageContract extends ContractPart {

    /** Every size from nothing to the limit comes through, both ways, and by a topic. */
    @Test
    default void carriesEverySize() {
        List<Message> messages = new ArrayList<>();
        int[] sizes = {
            0, 1, 2, 3, 124, 125, 126, 127, 128, 255, 256, 1023, 1024, 1025, 4095, 4096, 8191, 8192, 8193, 16383, 16384,
            16385, 32768, 65534, 65535, 65536, 65537, 131_072, 262_143, 1_048_575, 1_048_576
        };
        for (int size : sizes) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) (i * 31 + size);
            }
            messages.add(Message.of(bytes));
            messages.add(Message.of("x".repeat(size)));
        }
        assertCarried(messages);
    }

    /** Every byte comes through, and what would be a line, a head or a delimiter if it were not in a payload. */
    @Test
    default void carriesEveryByte() {
        byte[] every = new byte[1024];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) (i < 512 ? i : i * 7);
        }
        List<Message> messages = new ArrayList<>();
        messages.add(Message.of(every));
        for (Format format : Format.values()) {
            messages.add(Message.wrap(format, new byte[0]));
            messages.add(Message.wrap(format, "{\"a\":\t[1,\r\n2]}\n".getBytes(StandardCharsets.UTF_8)));
        }
        for (String text : List.of(
                "\n",
                "\r",
                "\r\n",
                "\n\n",
                "\r\r",
                "\n\r",
                " ",
                "  ",
                ":",
                "data: no\n\n",
                "id: 7\nevent: gap\n\n",
                "a\nb",
                "a\rb",
                "a\r\nb",
                "a\n\nb\n",
                "\na",
                "a\r",
                "\uFEFFbom",
                "m k-1 1 text a\nx",
                "0\r\n\r\n",
                "\u0000\u0001\u007F\u0085\u2028\u2029",
                "\"quoted\" \\ {\"gap\":\"T\"}",
                "tab\tand\u000Bfeed\f")) {
            messages.add(Message.of(text));
        }
        assertCarried(messages);
    }

    /** Characters of every plane of Unicode come through. */
    @Test
    default void carriesEveryPlane() {
        List<Message> messages = new ArrayList<>();
        for (int plane = 0; plane <= 16; plane++) {
            StringBuilder text = new StringBuilder();
            for (int offset : new int[] {0x0, 0x21, 0x7F, 0x80, 0x7FF, 0x800, 0xF600, 0xFFFD, 0xFFFE, 0xFFFF}) {
                text.appendCodePoint(plane << 16 | offset);
            }
            messages.add(Message.of(text));
        }
        assertCarried(messages);
    }

    /** So they do in the names of handlers and topics. */
    @Test
    default void carriesEveryName() {
        List<String> names = List.of("größe", "大小", "📏", "a/b?c&d=e#f%20+", "\"quoted\"", "n".repeat(255));
        Server server = fixture().server();
        names.forEach(name -> server.onRequest(name, (channel, message) -> message));
        server.start();
        Recorder client = fixture().connect(server);

        for (String name : names) {
            Topic topic = server.topic(name);
            Await.value(client.subscribe(name, Start.now()).subscribed());
            topic.publish(Message.of(name));
            assertThat(client.takeMessage(name).text()).isEqualTo(name);
            assertThat(Await.value(client.channel().request(name, Message.of("✓")))
                            .text())
                    .isEqualTo("✓");
        }
    }

    /** Sends messages up, back, and by a topic, and compares. */
    private void assertCarried(List<Message> messages) {
        Server server = fixture().server();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxBytes(64 << 20));
        BlockingQueue<Message> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message)).start();
        Recorder client = fixture().connect(server);
        client.handle("down");
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        Channel serverSide = fixture().serverSide(server, client);

        for (Message message : messages) {
            Await.value(client.channel().send("up", message));
            assertThat(Await.next(atServer)).isEqualTo(message);
        }
        for (Message message : messages) {
            topic.publish(message);
        }
        for (Message message : messages) {
            assertThat(client.takeMessage("topic")).isEqualTo(message);
        }
        for (Message message : messages) {
            serverSide.send("down", message);
        }
        for (Message message : messages) {
            assertThat(client.takeMessage("down")).isEqualTo(message);
        }
    }

    /** Ten thousand messages each way at the same time, in order. */
    @Test
    default void carriesTenThousandEachWay() {
        int count = 10_000;
        Server server = fixture().server();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(count));
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        Recorder client = fixture().connect(server);
        Await.value(client.subscribe("topic", Start.now()).subscribed());

        CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);
        for (int i = 0; i < count; i++) {
            topic.publish(Message.of("down " + i));
            sent = client.channel().send("up", Message.of("up " + i)).toCompletableFuture();
        }

        Await.value(sent);
        List<String> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(Await.next(atServer));
        }
        assertThat(taken).isEqualTo(numbered("up ", count));
        assertThat(client.takeTexts("topic", count)).isEqualTo(numbered("down ", count));
    }

    /** Ten thousand messages to one channel alone, in order, each acknowledged. */
    @Test
    default void carriesTenThousandDirectMessages() {
        int count = 10_000;
        Server server = fixture().server().start();
        Recorder client = fixture().connect(server);
        client.handle("down");
        Channel serverSide = fixture().serverSide(server, client);

        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(serverSide.send("down", Message.of("down " + i)));
        }

        assertThat(client.takeTexts("down", count)).isEqualTo(numbered("down ", count));
        sent.forEach(Await::value);
    }

    /** Many threads may publish and send at a time: each one's messages keep their order, and all readers see one. */
    @Test
    default void takesMessagesFromManyThreads() {
        int threads = 4;
        int count = 250;
        Server server = fixture().server();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(threads * count));
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        Recorder one = fixture().connect(server);
        Recorder other = fixture().connect(server);
        Await.value(one.subscribe("topic", Start.now()).subscribed());
        Await.value(other.subscribe("topic", Start.now()).subscribed());

        List<CompletableFuture<Void>> publishers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            String name = "thread " + i + ", ";
            publishers.add(CompletableFuture.runAsync(
                    () -> numbered(name, count).forEach(text -> {
                        topic.publish(Message.of(text));
                        one.channel().send("up", Message.of(text));
                    }),
                    task -> new Thread(task, name).start()));
        }
        publishers.forEach(Await::value);

        List<String> seen = one.takeTexts("topic", threads * count);
        assertThat(other.takeTexts("topic", threads * count)).isEqualTo(seen);
        List<String> sent = new ArrayList<>();
        while (sent.size() < threads * count) {
            sent.add(Await.next(atServer));
        }
        for (int i = 0; i < threads; i++) {
            String name = "thread " + i + ", ";
            assertThat(seen).filteredOn(text -> text.startsWith(name)).isEqualTo(numbered(name, count));
            assertThat(sent).filteredOn(text -> text.startsWith(name)).isEqualTo(numbered(name, count));
        }
    }

    /** Handlers may run on the event loop, where the configuration says so. */
    @Test
    default void callsHandlersOnTheLoop() {
        Server server = fixture().server("wherry.callbacks", "loop");
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        server.onMessage("echo", (channel, message) -> {
                    threads.add(Thread.currentThread().getName());
                    channel.send("echo", message);
                })
                .start();
        Recorder client = fixture().connect(server, "wherry.callbacks", "loop").handle("echo");

        numbered("m", 100).forEach(text -> client.channel().send("echo", Message.of(text)));

        assertThat(client.takeTexts("echo", 100)).isEqualTo(numbered("m", 100));
        assertThat(threads).hasSize(100).allMatch(name -> name.startsWith("wherry-server"));
    }

    /** A send completes when the other side has the message, and no sooner. */
    @Test
    default void acknowledgesWhatIsSent() {
        Server server = fixture().server();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);

        network.stall(true);
        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(client.channel().send("up", Message.of("up " + i)));
        }
        assertThat(sent).noneMatch(stage -> stage.toCompletableFuture().isDone());
        network.stall(false);

        sent.forEach(Await::value);
        for (String expected : numbered("up ", 100)) {
            assertThat(Await.next(atServer)).isEqualTo(expected);
        }
    }

    /** A message to one channel reaches that channel alone. */
    @Test
    default void sendsToOneChannelAlone() {
        Server server = fixture().server().start();
        List<Recorder> clients = List.of(
                fixture().connect(server), fixture().connect(server), fixture().connect(server));
        clients.forEach(client -> client.handle("you"));

        for (int i = 0; i < clients.size(); i++) {
            fixture().serverSide(server, clients.get(i)).send("you", Message.of("client " + i));
        }

        for (int i = 0; i < clients.size(); i++) {
            assertThat(clients.get(i).takeMessage("you").text()).isEqualTo("client " + i);
        }
    }

    /** A channel's own handler goes before the server's, and a message that nobody takes hurts nobody. */
    @Test
    default void findsTheHandler() {
        Server server = fixture().server();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        server.onMessage("in", (channel, message) -> heard.add("server " + message.text()))
                .start();
        Recorder client = fixture().connect(server);

        client.channel().send("in", Message.of("1"));
        assertThat(Await.next(heard)).isEqualTo("server 1");
        fixture()
                .serverSide(server, client)
                .onMessage("in", (channel, message) -> heard.add("channel " + message.text()));
        Await.value(client.channel().send("nobody", Message.of("lost")));
        Await.value(client.channel().send("in", Message.of("2")));
        assertThat(Await.next(heard)).isEqualTo("channel 2");
    }

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
