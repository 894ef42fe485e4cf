// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

/** The server half of a transport, for one server. */
public interface ServerTransport {

    /**
     * Adds this half to the ports that it needs, before they are bound. Called once.
     *
     * @throws io.wherry.WherryException when the configuration does not allow it
     */
    void install(ServerContext context);
}
