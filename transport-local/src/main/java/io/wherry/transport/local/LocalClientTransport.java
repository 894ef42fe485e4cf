// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Target;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The client half: finds the server of a name. Immutable; its connections share nothing. */
final class LocalClientTransport implements ClientTransport {

    private final String defaultName;

    LocalClientTransport(String defaultName) {
        this.defaultName = defaultName;
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        LocalClientConnection connection =
                new LocalClientConnection(target.loop(), context.limits().message(), listener);
        String name = serverName(target.uri());
        @Nullable LocalPort port = LocalPort.find(name);
        if (port == null) {
            connection.refuse(new WherryException(
                    ErrorCode.UNAVAILABLE, "local: " + name + " (expected: a name under which a server is bound)"));
        } else {
            port.accept(connection.socket(), target);
            connection.readable(true);
        }
        return connection;
    }

    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }

    private String serverName(URI uri) {
        return "local".equals(uri.getScheme()) && uri.getAuthority() != null ? uri.getAuthority() : defaultName;
    }
}
