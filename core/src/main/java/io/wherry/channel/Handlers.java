// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.MessageHandler;
import io.wherry.RequestHandler;
import io.wherry.spi.Envelope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Handlers by name: those of one channel, or of a whole server or client. Thread-safe. */
final class Handlers {

    /** Null while there is none: most channels of a server have none of their own. */
    private volatile @Nullable Map<String, MessageHandler> messages;

    private volatile @Nullable Map<String, RequestHandler> requests;

    void onMessage(String name, MessageHandler handler) {
        Envelope.requireName("handler", name);
        synchronized (this) {
            messages = with(messages, name, handler);
        }
    }

    void onRequest(String name, RequestHandler handler) {
        Envelope.requireName("handler", name);
        synchronized (this) {
            requests = with(requests, name, handler);
        }
    }

    private static <H> Map<String, H> with(@Nullable Map<String, H> before, String name, H handler) {
        Map<String, H> handlers = before == null ? new ConcurrentHashMap<>(4) : before;
        handlers.put(name, handler);
        return handlers;
    }

    @Nullable MessageHandler message(String name) {
        Map<String, MessageHandler> known = messages;
        return known == null ? null : known.get(name);
    }

    @Nullable RequestHandler request(String name) {
        Map<String, RequestHandler> known = requests;
        return known == null ? null : known.get(name);
    }
}
