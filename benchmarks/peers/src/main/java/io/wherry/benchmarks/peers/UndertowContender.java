// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.Version;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.Settings;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Undertow's WebSockets: each message is sent to each channel. */
public final class UndertowContender implements Contender {

    private final Set<WebSocketChannel> channels = ConcurrentHashMap.newKeySet();
    private final Undertow server;

    /** Starts it. */
    public UndertowContender(Settings settings) {
        server = Undertow.builder()
                .setIoThreads(1)
                .addHttpListener(0, "127.0.0.1")
                .setHandler(
                        Handlers.path().addPrefixPath("/ws", Handlers.websocket((exchange, channel) -> open(channel))))
                .build();
        server.start();
    }

    private void open(WebSocketChannel channel) {
        channel.getReceiveSetter().set(new Echo());
        channel.addCloseTask(channels::remove);
        channel.resumeReceives();
        channels.add(channel);
    }

    @Override
    public int port() {
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public String version() {
        return "Undertow " + Version.getVersionString();
    }

    @Override
    public int subscribers() {
        return channels.size();
    }

    @Override
    public void publish(int topic, byte[] text) {
        String message = new String(text, StandardCharsets.UTF_8);
        channels.forEach(channel -> WebSockets.sendText(message, channel, null));
    }

    @Override
    public void close() {
        server.stop();
    }

    /** Sends back what comes. */
    private static final class Echo extends AbstractReceiveListener {

        @Override
        protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage message) {
            WebSockets.sendText(message.getData(), channel, null);
        }
    }
}
