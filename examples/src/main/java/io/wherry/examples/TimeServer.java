// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.ServerBuilder;
import io.wherry.Wherry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@link TimePush}. */
@Command(name = "time-server", description = "Publishes its time each second, with a web page at / that shows it.")
final class TimeServer implements Callable<Integer> {

    @Option(names = "--port", paramLabel = "PORT", description = "The TCP port, 0 for any; else wherry.port, 8080.")
    private @Nullable Integer port;

    @Option(names = "--host", paramLabel = "HOST", description = "The address to bind; else wherry.host, all.")
    private @Nullable String host;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file of properties, wherry.KEY=VALUE on each line.")
    private @Nullable Path config;

    @Option(names = "--period", paramLabel = "MS", description = "Publishes so often; ${DEFAULT-VALUE} by default.")
    private int period = 1000;

    /** Called by picocli. */
    TimeServer() {}

    @Override
    public Integer call() throws InterruptedException {
        ServerBuilder builder = Wherry.server();
        if (port != null) {
            builder.port(port);
        }
        if (host != null) {
            builder.set("wherry.host", host);
        }
        if (config != null) {
            builder.config(config);
        }
        CountDownLatch ended = new CountDownLatch(1);
        try (TimePush push = TimePush.start(builder, Duration.ofMillis(period))) {
            Runtime.getRuntime().addShutdownHook(new Thread(push::close, "shutdown"));
            System.out.println("The time is at http://localhost:" + push.port() + "/");
            ended.await();
        }
        return 0;
    }
}
