// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.report.Chart;
import io.wherry.benchmarks.report.Json;
import io.wherry.benchmarks.report.Markdown;
import io.wherry.benchmarks.report.Results;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that measures servers beside each other. */
@Command(
        name = "measure",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "What work costs a server, held against bare Netty and others in the same run: CPU time of the server's process for each"
                    + " operation, garbage, memory, delays.",
            "Each server has a JVM of its own with one event loop, kept to one processor where there are two; its peers are here. The"
                    + " servers of a workload take turns. A table, a JSON file and charts are left behind."
        })
final class Measure implements Callable<Integer> {

    private static final int WARM_UP_PARTS = 4;

    @Option(
            names = "--set",
            defaultValue = "quick",
            description = "A set that --list tells of. Default: ${DEFAULT-VALUE}")
    private String set = "";

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "CASE",
            description = "Of the set only workloads, transports or cases (WORKLOAD/TRANSPORT) of these names.")
    private List<String> only = List.of();

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "NAME",
            description = "Only these servers; the first is the reference.")
    private List<String> servers = List.of();

    @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "1.5", description = "How long a turn takes. Default: ${DEFAULT-VALUE}")
    private double seconds;

    @Option(
            names = "--warmup",
            defaultValue = "3",
            description =
                    "Seconds of CPU time of each server before anything is measured, or twice as long. Default: ${DEFAULT-VALUE}")
    private double warmup;

    @Option(
            names = "--subscribers",
            defaultValue = "1000000",
            description = "How many at most, whatever a workload's name says.")
    private int subscribers;

    @Option(names = "--no-pin", description = "Leave it to the system which processor runs whom.")
    private boolean isUnpinned;

    @Option(
            names = "--jvm",
            split = " ",
            defaultValue = "-Xms512m -Xmx512m -XX:+UseSerialGC -XX:-UseDynamicNumberOfCompilerThreads",
            paramLabel = "OPTION",
            description = "Options of the servers' JVMs. Default: ${DEFAULT-VALUE}")
    private List<String> jvmOptions = List.of();

    @Option(
            names = "--out",
            defaultValue = "benchmarks/results",
            description = "A directory. Default: ${DEFAULT-VALUE}")
    private Path directory = Path.of("");

    @Option(
            names = "--peers",
            defaultValue = "benchmarks/peers/target/peers.jar",
            paramLabel = "JAR",
            description = "Where the servers of others are. Default: ${DEFAULT-VALUE}")
    private Path peers = Path.of("");

    @Option(names = "--list", description = "Tell the cases of the set, and do nothing.")
    private boolean isListing;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Results results = new Results();

    private Measure() {}

    /** Runs the command and ends with its exit code. */
    public static void main(String... args) {
        System.exit(run(args));
    }

    /** Runs the command; returns its exit code. */
    static int run(String... args) {
        return new CommandLine(new Measure()).execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        Machine machine = new Machine(!isUnpinned);
        Cases making = new Cases(
                (contestant, settings) ->
                        () -> new ServerProcess(contestant, settings, machine.serverPrefix(), jvmOptions),
                subscribers);
        Sets sets = new Sets(making, Contestant.withPeers(peers));
        List<Case> cases = sets.of(set).stream()
                .filter(one -> isWanted(one) && !contestants(one).isEmpty())
                .toList();
        if (cases.isEmpty()) {
            out.println("--only: " + only + " (expected: some of "
                    + sets.of(set).stream().map(Case::name).toList() + ")");
            return CommandLine.ExitCode.USAGE;
        }
        if (isListing) {
            cases.forEach(one -> out.println(one.name() + ": " + one.about()));
            out.println("sets: " + String.join(", ", sets.names()));
            return 0;
        }
        machine.facts().forEach(results::fact);
        results.fact("rounds", String.format(Locale.ROOT, "%d of %.1f s, after %.1f s", rounds, seconds, warmup));
        results.fact("JVM of each server", String.join(" ", jvmOptions));
        String load = String.format(Locale.ROOT, "%.1f", machine.load());
        for (Case one : cases) {
            measure(one);
            results.fact(
                    "load of the machine",
                    load + " before, " + String.format(Locale.ROOT, "%.1f", machine.load())
                            + " after (the run itself makes up to 2)");
            write();
        }
        return 0;
    }

    private boolean isWanted(Case one) {
        return only.isEmpty()
                || only.contains(one.workload())
                || only.contains(one.transport())
                || only.contains(one.name());
    }

    private List<Contestant> contestants(Case one) {
        return servers.isEmpty()
                ? one.contestants()
                : one.contestants().stream()
                        .filter(contestant -> servers.contains(contestant.name()))
                        .toList();
    }

    private void measure(Case one) throws IOException, InterruptedException, TimeoutException {
        out.println(one.name() + ": " + one.about());
        Results.Table table = results.table(one.workload(), one.transport(), one.about(), one.operations());
        List<Contestant> contestants = contestants(one);
        List<Trial> trials = new ArrayList<>();
        try {
            for (Contestant contestant : contestants) {
                Trial trial = one.opener().open(contestant);
                trials.add(trial);
                if (trial.needsWarmUp()) {
                    warmUp(trial);
                }
            }
            for (int round = 1; round <= rounds; round++) {
                for (int i = 0; i < trials.size(); i++) {
                    Contestant contestant = contestants.get(i);
                    Sample sample = trials.get(i).run(nanos(seconds));
                    table.series(contestant.name(), trials.get(i).version()).add(sample);
                    tell(round, contestant, sample);
                }
            }
        } finally {
            for (Trial trial : trials) {
                trial.close();
            }
        }
    }

    /** By the server's CPU time, as far as it is to be had: on a busy machine much time can pass without any compiling. */
    private void warmUp(Trial trial) throws IOException, InterruptedException, TimeoutException {
        long used = 0;
        for (int part = 0; part < WARM_UP_PARTS && used < nanos(warmup); part++) {
            used += trial.run(nanos(warmup / 2)).server().cpu();
        }
    }

    private void tell(int round, Contestant contestant, Sample sample) {
        out.printf(
                Locale.ROOT,
                "  %d %-12s %,12.0f/s %8.0f ns %8.2f B, busy %3.0f %% and %3.0f %%%n",
                round,
                contestant,
                sample.perSecond(),
                sample.cpuNanos(),
                sample.garbage(),
                sample.serverBusy() * 100,
                sample.generatorBusy() * 100);
    }

    private void write() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(set + ".md"), Markdown.of(set, results));
        Files.writeString(directory.resolve(set + ".json"), Json.of(set, results));
        Files.write(directory.resolve(set + ".png"), Chart.of(set, results));
    }

    private static long nanos(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }
}
