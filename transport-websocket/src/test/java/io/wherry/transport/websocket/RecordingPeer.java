// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps what a handler tells, one line for each event. */
final class RecordingPeer implements WebSocketPeer {

    final List<String> events = new ArrayList<>();

    @Nullable Throwable cause;

    @Nullable Consumer<String> onMessage;

    @Override
    public void opened(WebSocketHandler socket) {
        // The tests hold the handler.
    }

    @Override
    public void message(boolean text, ByteBuf payload) {
        String content = text ? payload.toString(StandardCharsets.UTF_8) : ByteBufUtil.hexDump(payload);
        events.add((text ? "text " : "binary ") + (content.length() > 100 ? content.length() : content));
        if (onMessage != null) {
            onMessage.accept(content);
        }
    }

    @Override
    public void messagesComplete() {
        events.add("complete");
    }

    @Override
    public void pong() {
        events.add("pong");
    }

    @Override
    public void alive() {
        events.add("alive");
    }

    @Override
    public void writable() {
        events.add("writable");
    }

    @Override
    public void ended(int code, String reason, @Nullable Throwable cause) {
        this.cause = cause;
        events.add("ended " + code + (cause == null ? "" : " by a fault"));
    }

    /** What was told since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }
}
