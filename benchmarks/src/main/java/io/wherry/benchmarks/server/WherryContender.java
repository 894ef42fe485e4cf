// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.ServerBuilder;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import java.util.ArrayList;
import java.util.List;

/** Wherry with one loop and its defaults, but for heartbeats, since the load generator says nothing unless it is asked. */
public final class WherryContender implements Contender {

    /** The topic that only frozen subscribers read; it keeps less than sockets take. */
    static final int FILLING = 1;

    private static final String ECHO = "echo";

    private final Server server;
    private final List<Topic> topics = new ArrayList<>();

    /** Starts it. */
    public WherryContender(Settings settings) {
        ServerBuilder builder = Wherry.server()
                .set("wherry.host", "127.0.0.1")
                .port(0)
                .transports(settings.transport())
                .set("wherry.loops", "1")
                .set("wherry.heartbeat", "1h")
                .set("wherry.lost-after", "2h")
                .set("wherry.resume-window", "1h");
        if (settings.transport().equals("comet")) {
            builder.set("wherry.comet.response-bytes", "1GiB"); // The load generator does not come back.
        }
        List<String> tls = settings.tls();
        if (!tls.isEmpty()) {
            builder.set("wherry.tls.certificate", tls.get(0)).set("wherry.tls.key", tls.get(1));
        }
        if (settings.isCompressed()) {
            String module = settings.transport().equals("websocket") ? "websocket" : "http";
            builder.set("wherry." + module + ".compression", "true");
            builder.set("wherry." + module + ".compression-threshold", "64");
        }
        settings.values().forEach((name, value) -> {
            if (name.startsWith("wherry.")) {
                builder.set(name, value);
            }
        });
        server = builder.build();
        server.onMessage(ECHO, (channel, message) -> channel.send(ECHO, message));
        server.onRequest(ECHO, (channel, message) -> message);
        for (int i = 0; i < settings.topics(); i++) {
            topics.add(server.topic("t" + i));
        }
        if (settings.topics() == 1) {
            topics.add(server.topic("t" + FILLING, TopicOptions.defaults().maxCount(64)));
        }
        server.start();
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public String version() {
        String version = Wherry.class.getPackage().getImplementationVersion();
        return "Wherry" + (version == null ? "" : " " + version);
    }

    @Override
    public int subscribers() {
        int readers = 0;
        for (Topic topic : topics) {
            readers += topic.readers();
        }
        return readers;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Has completed.
    public void publish(int topic, byte[] text) {
        topics.get(topic).publish(Message.wrap(Format.TEXT, text));
    }

    @Override
    public long directBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }

    @Override
    public void close() {
        server.close();
    }
}
