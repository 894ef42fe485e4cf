// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.security.Principal;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Who the client of a server's channel is, and how it is asked to show that anew. The principal may be asked for on any
 * thread; all else is confined to the channel's mailbox.
 */
final class CredentialRenewal {

    private final ServerChannel channel;
    /** Null for nobody known: that stays so. */
    private final @Nullable Identity identity;

    /** Who waits for the client's new credentials. */
    private @Nullable CompletableFuture<Void> wanted;

    CredentialRenewal(ServerChannel channel, @Nullable Principal principal, long nowNanos) {
        this.channel = channel;
        this.identity = principal == null
                ? null
                : new Identity(principal, nowNanos, channel.settings().lostAfterNanos());
    }

    /** Who the client is. Any thread. */
    @Nullable Principal principal() {
        return identity == null ? null : identity.principal();
    }

    /** Whether a principal is the channel's own. Any thread. */
    boolean isOwn(@Nullable Principal other) {
        return identity == null ? other == null : identity.isSame(other);
    }

    /** The client has shown who it is: the principal to whom the channel belongs. */
    void authenticated(@Nullable Principal same) {
        if (identity != null) {
            identity.shown(same, now(), channel.settings().lostAfterNanos());
        }
    }

    /** The client has shown new credentials on a connection that goes on. */
    void renewed(@Nullable Principal who) {
        if (!isOwn(who)) {
            channel.end(
                    new WherryException(
                            ErrorCode.FORBIDDEN,
                            "credentials: another principal's (expected: those of the channel's own)"),
                    true);
            return;
        }
        authenticated(who);
        CompletableFuture<Void> waiting = wanted;
        wanted = null;
        if (waiting != null) {
            channel.completions().done(waiting);
            channel.completions().flush();
        }
    }

    /** Asks the client for new credentials; returns what completes when it has shown them. */
    CompletableFuture<Void> want() {
        CompletableFuture<Void> waiting = wanted == null ? new CompletableFuture<>() : wanted;
        wanted = waiting;
        channel.tell(wish(now()));
        return waiting;
    }

    /** Whether the client is to be asked on each connection that it makes. */
    boolean isWanted(long nowNanos) {
        return wanted != null || (identity != null && identity.isRenewalDue(nowNanos));
    }

    /** What asks the client. */
    Envelope wish(long nowNanos) {
        long left = identity == null ? 0 : identity.leftMillis(nowNanos);
        return Envelope.control(Kind.CREDENTIALS, Envelope.NO_NAME, Long.toString(left));
    }

    /** Asks in time, before the credentials expire; returns whether they have. */
    boolean visit(long nowNanos) {
        if (identity == null) {
            return false;
        }
        if (identity.isExpired(nowNanos)) {
            return true;
        }
        if (identity.isRenewalDue(nowNanos)) {
            channel.tell(wish(nowNanos));
        }
        return false;
    }

    /** The channel has ended: nobody will be asked. */
    void ended(WherryException reason) {
        CompletableFuture<Void> waiting = wanted;
        if (waiting != null) {
            channel.completions().fail(waiting, reason);
        }
    }

    private long now() {
        return channel.home().loop().nanoTime();
    }
}
