// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The computer: what it is, and who runs on which of its processors. */
final class Machine {

    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final Path CPUS = Path.of("/proc/cpuinfo");

    private final boolean isPinning;
    private final int processors = Runtime.getRuntime().availableProcessors();

    /** Keeps this process to the second processor, and servers to the first, where it can and may. */
    Machine(boolean mayPin) {
        isPinning = mayPin
                && processors > 1
                && run(
                        "taskset",
                        "-apc",
                        "1",
                        Long.toString(ProcessHandle.current().pid()));
    }

    /** What a server's command begins with. */
    List<String> serverPrefix() {
        return isPinning ? List.of("taskset", "-c", "0") : List.of();
    }

    /** Whether a command ends well; what it says does not matter. */
    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // There is no such program.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is to be known of the machine, by name. */
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processors", processors + (isPinning ? ", server and load generator on one each" : ", not pinned"));
        facts.put("processor", processor());
        facts.put(
                "system",
                System.getProperty("os.name") + " "
                        + System.getProperty("os.version").split("-", 2)[0]);
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        return facts;
    }

    private static String processor() {
        return read(CPUS)
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    /** How many threads wanted to run in the last minute, on average; negative where that is not known. */
    double load() {
        String text = read(LOAD);
        return text.isEmpty() ? -1 : Double.parseDouble(text.split(" ", 2)[0]);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, load %.1f", facts(), load());
    }
}
