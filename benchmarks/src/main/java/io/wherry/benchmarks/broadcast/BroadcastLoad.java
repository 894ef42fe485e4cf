// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that measures what a broadcast costs a server for each delivery, and holds servers against each other. */
@Command(
        name = "broadcast-load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "What a broadcast to WebSocket subscribers costs a server: CPU time of its process for each delivery.",
            "Each server has a JVM of its own, with one event loop; the subscribers are here. Servers and loads take"
                    + " turns in each round, and each server is held against the first by the medians of the ratios of the rounds."
        })
final class BroadcastLoad implements Callable<Integer> {

    @Option(
            names = "--server",
            split = ",",
            defaultValue = "netty,wherry,channels",
            paramLabel = "NAME",
            description = {
                "netty: Netty alone; wherry: readers of bare payloads; channels: the sub-protocol wherry.v1.",
                "Default: ${DEFAULT-VALUE}"
            })
    private List<ServerKind> kinds = List.of();

    @Option(
            names = "--load",
            split = ",",
            defaultValue = "burst:1,burst:16,rate:20",
            paramLabel = "LOAD",
            description = {
                "burst:N publishes N messages at once and waits until everybody has them; rate:N publishes N in a second.",
                "Default: ${DEFAULT-VALUE}"
            })
    private List<Load> loads = List.of();

    @Option(names = "--subscribers", defaultValue = "1000", description = "Of each server. Default: ${DEFAULT-VALUE}")
    private int subscribers;

    @Option(names = "--bytes", defaultValue = "128", description = "Of each payload. Default: ${DEFAULT-VALUE}")
    private int bytes;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "How long one measurement takes. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description = "Seconds of each load for each server before anything is measured. Default: ${DEFAULT-VALUE}")
    private int warmup;

    @Option(names = "--rounds", defaultValue = "7", description = "Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--jvm",
            split = " ",
            defaultValue = "-Xms512m -Xmx512m",
            paramLabel = "OPTION",
            description = "Options of the servers' JVMs. Default: ${DEFAULT-VALUE}")
    private List<String> jvmOptions = List.of();

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private BroadcastLoad() {}

    /** Runs the command and ends with its exit code. */
    public static void main(String... args) {
        System.exit(new CommandLine(new BroadcastLoad())
                .registerConverter(Load.class, Load::parse)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        out.printf(
                Locale.ROOT,
                "%d subscribers, %d bytes; Java %s, %s %s, %d processors%n",
                subscribers,
                bytes,
                System.getProperty("java.version"),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors());
        List<Subject> subjects = new ArrayList<>();
        try {
            for (ServerKind kind : kinds) {
                subjects.add(new Subject(kind, subscribers, bytes, jvmOptions));
                out.println(subjects.get(subjects.size() - 1));
            }
            for (Load load : loads) {
                for (Subject subject : subjects) {
                    subject.run(load, warmup);
                }
            }
            measure(subjects).print(out);
        } finally {
            for (Subject subject : subjects) {
                subject.close();
            }
        }
        return 0;
    }

    private Report measure(List<Subject> subjects) throws IOException, InterruptedException, TimeoutException {
        Report report = new Report(kinds);
        for (int round = 1; round <= rounds; round++) {
            for (Load load : loads) {
                for (Subject subject : subjects) {
                    Sample sample = subject.run(load, seconds);
                    report.add(load, subject.kind(), sample);
                    out.printf(
                            Locale.ROOT,
                            "%d %-10s %-9s %,12.0f/s %6.0f ns%n",
                            round,
                            load,
                            subject.kind(),
                            sample.perSecond(),
                            sample.cpuNanos());
                }
            }
        }
        return report;
    }
}
