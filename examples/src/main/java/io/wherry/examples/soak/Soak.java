// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of a soak. */
@Command(
        name = "soak",
        description = {
            "Sends messages both ways over many channels, while connections are cut and transports changed at random.",
            "Ends with 0 only if none was lost, doubled or out of order."
        },
        footer = {
            "",
            "It has a server and its clients in one process, on real sockets, with all five transports; the clients of a group"
                    + " share a relay that resets, refuses and stalls. It prints its progress on the error stream, and one"
                    + " table at the end."
        })
public final class Soak implements Callable<Integer> {

    private static final int MAX_CHANNELS = 10_000;

    @Option(names = "--seconds", paramLabel = "N", description = "For how long; ${DEFAULT-VALUE} by default.")
    private int seconds = 75;

    @Option(names = "--channels", paramLabel = "N", description = "How many channels; ${DEFAULT-VALUE} by default.")
    private int channels = 200;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "How many messages are delivered at least; by default " + Plan.RATE
                    + " a second for each channel. It goes on until they are.")
    private @Nullable Long messages;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "From which all chance comes; another each time by default.")
    private @Nullable Long seed;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Called by picocli. */
    public Soak() {}

    @Override
    public Integer call() throws InterruptedException {
        check("seconds", seconds, Integer.MAX_VALUE);
        check("channels", channels, MAX_CHANNELS);
        quiet();
        Plan plan = new Plan(
                seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : seed,
                seconds,
                channels,
                messages == null ? (long) Plan.RATE * seconds * channels : messages);
        tell("seed " + plan.seed());
        Report report;
        try (Fleet fleet = new Fleet(plan, Soak::tell)) {
            report = fleet.run();
        }
        report.print(System.out);
        return report.isKept() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void tell(String line) {
        System.err.println(line);
    }

    /** Each change of a transport is a line of the log, and here are thousands of them. */
    private static void quiet() {
        if (System.getProperty("examples.log") == null) {
            System.setProperty("examples.log", "WARN");
        }
    }

    private void check(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new ParameterException(
                    spec.commandLine(), name + ": " + value + " (expected: from 1 to " + max + ")");
        }
    }
}
