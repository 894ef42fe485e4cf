// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** Who says what a peer may do. Asked on the event loop: it must not block. Thread-safe. */
@FunctionalInterface
public interface Authorizer {

    /**
     * Tells whether a peer may do something.
     *
     * @param principal who, null for nobody known
     * @param action what
     * @param name the topic or handler
     */
    boolean allows(@Nullable Principal principal, Action action, String name);

    /** What a peer may want to do. */
    enum Action {
        /** Read a topic. */
        SUBSCRIBE,
        /** Publish to a topic; the topic's own {@link TopicOptions#clientPublish} must allow it too. */
        PUBLISH,
        /** Send to a handler, or ask it. */
        SEND
    }
}
