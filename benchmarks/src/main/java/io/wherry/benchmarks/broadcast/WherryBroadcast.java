// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;

/** Wherry with one loop and its defaults, but for heartbeats: the load generator never sends anything. */
final class WherryBroadcast implements BroadcastServer {

    private final Server server;
    private final Topic topic;
    private final Topic filling;

    WherryBroadcast() {
        server = Wherry.server()
                .set("wherry.host", "127.0.0.1")
                .port(0)
                .transports("websocket")
                .set("wherry.loops", "1")
                .set("wherry.heartbeat", "1h")
                .set("wherry.lost-after", "2h")
                .build();
        topic = server.topic("t");
        filling = server.topic("f", TopicOptions.defaults().maxCount(64));
        server.start();
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public int subscribers() {
        return topic.readers();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Has completed.
    public void publish(byte[] text) {
        topic.publish(Message.wrap(Format.TEXT, text));
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Has completed.
    public void fill(byte[] text) {
        filling.publish(Message.wrap(Format.TEXT, text));
    }

    @Override
    public void close() {
        server.close();
    }
}
