// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Position;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one connection of a channel tells: passed on to the channel, unless a newer connection has taken over. */
final class AttachedConnection implements ConnectionListener, Consumer<Envelope> {

    private final ServerChannel channel;
    private final Connection connection;

    AttachedConnection(ServerChannel channel, Connection connection) {
        this.channel = channel;
        this.connection = connection;
    }

    @Override
    public void received(Envelope envelope) {
        channel.mailbox().run(this, envelope);
    }

    /** Takes an envelope, in a task of the mailbox. */
    @Override
    public void accept(Envelope envelope) {
        if (channel.connections().isConnectedBy(connection)) {
            take(envelope);
        } else if (channel.connections().isOnStandby(connection)) {
            channel.inbound().receivedOnStandby(envelope);
        }
    }

    private void take(Envelope envelope) {
        channel.inbound().received(envelope);
        if (channel.dispatcher().isOverHigh()) {
            connection.readable(false);
            if (!channel.dispatcher().isOverHigh()) {
                connection.readable(true);
            }
        }
    }

    @Override
    public void receiveComplete() {
        channel.mailbox().run(() -> {
            if (channel.connections().isConnectedBy(connection)) {
                channel.inbound().sendUrgentAcknowledgement();
            }
        });
    }

    @Override
    public void alive() {
        channel.mailbox().run(() -> channel.connections().alive(connection));
    }

    @Override
    public void writable() {
        channel.mailbox().execute(() -> {
            if (channel.connections().isConnectedBy(connection)) {
                channel.connections().writable();
            }
        });
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        channel.mailbox().execute(() -> channel.connections().closed(connection, cause));
    }

    @Override
    public Position position() {
        return channel.reader().position();
    }

    @Override
    public List<Envelope> gaps() {
        return channel.reader().gaps();
    }
}
