// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Listens to what the channel layer logs while simulations run, in place of the console: an error of its own is an objection.
 * Confined to the thread of the run.
 */
final class Logs extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    /** What must not happen, whatever the network and the peer do. */
    private static final List<String> OBJECTIONABLE = List.of(
            "a handler failed",
            "an envelope could not be applied",
            "connection could not be served",
            "did not stop in order",
            "there is no handler for");

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.wherry");
    private static @Nullable Checker checker;

    Logs() {
        setContext(logger.getLoggerContext());
        start();
        logger.setAdditive(false);
        logger.addAppender(this);
    }

    /** Says who is told from now on. */
    static void tell(@Nullable Checker to) {
        checker = to;
    }

    @Override
    protected void append(ILoggingEvent event) {
        Checker to = checker;
        if (to != null
                && (event.getLevel().isGreaterOrEqual(Level.ERROR)
                        || OBJECTIONABLE.stream().anyMatch(event.getMessage()::contains))) {
            Throwable cause = event.getThrowableProxy() instanceof ch.qos.logback.classic.spi.ThrowableProxy proxy
                    ? proxy.getThrowable()
                    : null;
            to.object("logged: " + event.getFormattedMessage() + (cause == null ? "" : ": " + cause));
        }
    }

    @Override
    public void close() {
        tell(null);
        logger.detachAppender(this);
        logger.setAdditive(true);
    }
}
