// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the ways to the system's sockets is taken: the one that is wanted, or the first that is there. Immutable.
 *
 * <p>The native ones need jars that an application may leave out, and a system that may be another: whether one is there is
 * only known when it has been tried.
 */
final class SocketChoice {

    /** Takes the first that is there. */
    static final String AUTO = "auto";

    private static final Logger logger = LoggerFactory.getLogger(Loops.class);
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private final List<Candidate> inOrder;

    /**
     * One that may be there.
     *
     * @param name as in {@code wherry.sockets}
     * @param open gives it, or throws
     * @param byItself whether it is taken without being asked for
     */
    record Candidate(String name, Supplier<Sockets> open, boolean byItself) {}

    /** A choice among these, the best first. */
    SocketChoice(List<Candidate> inOrder) {
        this.inOrder = List.copyOf(inOrder);
    }

    /**
     * The choice that there is. In order of the processor time that a delivery takes; see docs/performance.md, which also says why
     * io_uring is only taken where it is asked for.
     */
    static SocketChoice ofSystem() {
        // Lambdas, since a reference to a method would need the class of it here and now.
        return new SocketChoice(List.of(
                new Candidate("epoll", () -> EpollSockets.open(), true),
                new Candidate("kqueue", () -> KQueueSockets.open(), true),
                new Candidate("nio", Sockets::nio, true),
                new Candidate("io_uring", () -> IoUringSockets.open(), false)));
    }

    /**
     * Chooses.
     *
     * @param wanted a name, or {@link #AUTO}
     * @throws WherryException when the one that is wanted is not there
     */
    Sockets choose(String wanted) {
        Sockets chosen = wanted.equals(AUTO) ? firstThere() : require(wanted);
        if (TOLD.add(wanted + chosen.name())) {
            logger.info("sockets: {} ({}: {})", chosen.name(), CoreKeys.SOCKETS, wanted);
        }
        return chosen;
    }

    private Sockets firstThere() {
        for (Candidate candidate : inOrder) {
            if (candidate.byItself) {
                try {
                    return candidate.open.get();
                } catch (LinkageError | RuntimeException e) {
                    logger.debug("sockets: {} is not there: {}", candidate.name, reason(e));
                }
            }
        }
        throw new IllegalStateException("sockets: none is there (expected: nio at least)");
    }

    private Sockets require(String wanted) {
        @Nullable Throwable cause = null;
        List<String> there = new ArrayList<>();
        for (Candidate candidate : inOrder) {
            try {
                Sockets sockets = candidate.open.get();
                if (candidate.name.equals(wanted)) {
                    return sockets;
                }
                there.add(candidate.name);
            } catch (LinkageError | RuntimeException e) {
                if (candidate.name.equals(wanted)) {
                    cause = e;
                }
            }
        }
        String why = cause == null ? "" : ": " + reason(cause);
        throw new WherryException(
                ErrorCode.BAD_REQUEST,
                CoreKeys.SOCKETS + ": " + wanted + " (expected: one that is there: " + String.join(", ", there) + ")"
                        + why,
                cause);
    }

    /** What is at the bottom of a failure: Netty wraps what it has found, in several layers. */
    private static String reason(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at);
    }
}
