// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Client;
import io.wherry.ClientBuilder;
import io.wherry.TransportReport;
import io.wherry.Wherry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says which transports work on the way to a server, and why the others do not. */
@Command(
        name = "doctor",
        description = {
            "Tries each transport on the way to a server, and says what works, what does not and why, how long it takes,"
                    + " and whether an intermediary buffers.",
            "Ends with 0 if one works at least."
        })
final class Doctor implements Callable<Integer> {

    @Parameters(paramLabel = "URL", description = "The server's path, such as http://localhost:8080/wherry.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private URI url;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            split = ",",
            description = "What to try; else wherry.transports.")
    private String @Nullable [] transports;

    @Option(
            names = "--timeout",
            paramLabel = "MS",
            description = "How long to wait for each answer; ${DEFAULT-VALUE} by default.")
    private int timeoutMillis = 5_000;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "A header to send with each request, such as Authorization.")
    private Map<String, String> headers = Map.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file of properties, wherry.KEY=VALUE on each line.")
    private @Nullable Path config;

    /** Called by picocli. */
    Doctor() {}

    @Override
    public Integer call() {
        ClientBuilder builder = Wherry.client().set("wherry.connect-timeout", timeoutMillis + "ms");
        headers.forEach(builder::header);
        if (config != null) {
            builder.config(config);
        }
        if (transports != null) {
            builder.transports(transports);
        }
        List<TransportReport> reports = new ArrayList<>(probe(builder));
        String[] working = reports.stream()
                .filter(TransportReport::works)
                .map(TransportReport::transport)
                .toArray(String[]::new);
        if (working.length > 0) {
            // The first time, much of what it takes is this program itself, which has just begun.
            for (TransportReport again : probe(builder.transports(working))) {
                reports.replaceAll(first -> first.transport().equals(again.transport()) ? again : first);
            }
        }
        System.out.println(url);
        System.out.printf(Locale.ROOT, "%-10s %-6s %10s %11s%n", "transport", "works", "welcome", "round trip");
        reports.forEach(Doctor::print);
        Diagnosis diagnosis = new Diagnosis(reports);
        diagnosis.findings().forEach(System.out::println);
        return diagnosis.anyWorks() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private List<TransportReport> probe(ClientBuilder builder) {
        try (Client client = builder.build()) {
            return client.probe(url).toCompletableFuture().join();
        }
    }

    private static void print(TransportReport report) {
        String row = String.format(
                Locale.ROOT,
                "%-10s %-6s %10s %11s  %s",
                report.transport(),
                report.works() ? "yes" : "NO",
                millis(report.welcome()),
                millis(report.roundTrip()),
                Diagnosis.why(report));
        System.out.println(row.stripTrailing());
    }

    private static String millis(@Nullable Duration time) {
        return time == null ? "-" : String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
    }
}
