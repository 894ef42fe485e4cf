// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ClientBuilder;
import io.wherry.Message;
import io.wherry.Start;
import io.wherry.Wherry;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Prints the server's time. The transport is configuration: nothing here knows which it is. */
@Command(
        name = "time-client",
        description = "Prints the server's time as it comes, and on the error stream how it comes.")
final class TimeClient implements Callable<Integer> {

    @Option(names = "--url", paramLabel = "URL", description = "The server's path; ${DEFAULT-VALUE} by default.")
    private URI url = URI.create("http://localhost:8080/wherry");

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            split = ",",
            description =
                    "http, longpoll, sse, websocket or comet, or several in order of preference; else wherry.transports.")
    private String @Nullable [] transports;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file of properties, wherry.KEY=VALUE on each line.")
    private @Nullable Path config;

    @Option(names = "--count", paramLabel = "N", description = "Ends after N times.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--last", paramLabel = "N", description = "Starts with the last N times that the server has kept.")
    private int last;

    @Option(names = "--once", description = "Asks the server for its time once, and ends.")
    private boolean once;

    /** Called by picocli. */
    TimeClient() {}

    @Override
    public Integer call() {
        try (Client client = configured().build();
                Channel channel = client.connect(url)) {
            System.err.println("CONNECTING " + url);
            channel.onState(state -> System.err.println((state + " " + channel.transport()).strip()));
            channel.onGap(gap -> System.err.println("Missed some: " + gap));
            if (once) {
                System.out.println(channel.request("now", Message.empty())
                        .toCompletableFuture()
                        .join()
                        .text());
            } else {
                follow(channel);
            }
        }
        return ExitCode.OK;
    }

    private ClientBuilder configured() {
        ClientBuilder builder = Wherry.client();
        if (config != null) {
            builder.config(config);
        }
        if (transports != null) {
            builder.transports(transports);
        }
        return builder;
    }

    private void follow(Channel channel) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        channel.onClose(end::completeExceptionally);
        AtomicLong left = new AtomicLong(count);
        channel.subscribe("time", last > 0 ? Start.last(last) : Start.now(), time -> {
                    long printed = left.getAndDecrement();
                    if (printed > 0) {
                        System.out.println(time.text());
                    }
                    if (printed == 1) {
                        end.complete(null);
                    }
                })
                .subscribed()
                .exceptionally(failure -> {
                    end.completeExceptionally(failure);
                    return null;
                });
        end.join();
    }
}
