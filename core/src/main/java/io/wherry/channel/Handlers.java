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

    private final Map<String, MessageHandler> messages = new ConcurrentHashMap<>(4);
    private final Map<String, RequestHandler> requests = new ConcurrentHashMap<>(4);

    void onMessage(String name, MessageHandler handler) {
        messages.put(Envelope.requireName("handler", name), handler);
    }

    void onRequest(String name, RequestHandler handler) {
        requests.put(Envelope.requireName("handler", name), handler);
    }

    @Nullable MessageHandler message(String name) {
        return messages.get(name);
    }

    @Nullable RequestHandler request(String name) {
        return requests.get(name);
    }
}
