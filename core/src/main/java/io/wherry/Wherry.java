// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.net.URI;

/** The way in: servers, clients and channels. */
public final class Wherry {

    private Wherry() {}

    /** A server to be configured. */
    public static ServerBuilder server() {
        return new ServerBuilder();
    }

    /** A client to be configured. */
    public static ClientBuilder client() {
        return new ClientBuilder();
    }

    /**
     * Opens a channel with a client of its own, configured by {@code wherry.properties}, which ends with the channel. It keeps
     * the JVM alive until the channel is closed.
     *
     * @param uri the server's path, such as {@code http://localhost:8080/wherry}
     */
    public static Channel connect(URI uri) {
        return client().connect(uri);
    }
}
