// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.testkit.simulation.Simulation.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the channel layer from many seeds. One seed again, with its trace: {@code mvn -pl testkit -am test
 * -Dtest=SimulationTest#runsSeeds -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=SEED -Dsimulation.seeds=1}.
 */
final class SimulationTest {

    /** Without these the runs would be too tame to prove anything. */
    private static final String[] EXPECTED = {
        "cut",
        "goes silent",
        "stalls",
        "repeats",
        "takes no more",
        "server crashes",
        "server closes",
        "switch: done",
        "connection: superseded",
        "connection: unknown-channel",
        "connection: too-many",
        "connection: timeout",
        "gap: overrun",
        "gap: epoch",
        "gap: channel",
        "stage: done",
        "stage: timeout",
        "stage: unknown-channel",
        "stage: too-many",
        "stage: closed"
    };

    private final Logs logs = new Logs();

    @AfterEach
    void stopListening() {
        logs.close();
    }

    private static final long FIRST = Long.getLong("simulation.seed", 1);
    private static final int COUNT = Integer.getInteger("simulation.seeds", 10_000);

    @Test
    @Timeout(value = 24, unit = TimeUnit.HOURS)
    void runsSeeds() {
        Map<String, Long> tally = new TreeMap<>();
        long events = 0;
        long started = System.nanoTime();
        for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
            Outcome outcome = Simulation.run(seed, COUNT == 1);
            events += outcome.events();
            outcome.tally().forEach((what, times) -> tally.merge(what, (long) times, Long::sum));
            if (outcome.problem() != null) {
                throw new AssertionError(describe(outcome));
            }
            if (COUNT == 1) {
                outcome.lines().forEach(System.out::println);
            }
        }
        System.out.printf(
                "simulation: %d seeds, %d events, %.1f ms for each seed%n",
                COUNT, events, (System.nanoTime() - started) / 1e6 / COUNT);
        System.out.println("simulation: " + tally);
        if (COUNT >= 10_000) {
            assertThat(tally).as("what a simulation must meet").containsKeys(EXPECTED);
        }
    }

    @Test
    void aSeedReplaysExactly() {
        for (long seed = FIRST; seed < FIRST + 20; seed++) {
            assertThat(Simulation.run(seed, false).hash())
                    .isEqualTo(Simulation.run(seed, true).hash());
        }
    }

    @Test
    void aSeedReplaysExactlyInAnotherJvm() throws IOException, InterruptedException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                        Replay.class.getName(),
                        Long.toString(FIRST),
                        "50")
                .redirectErrorStream(true)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(said).isZero();
        assertThat(said).contains(Replay.hashes(FIRST, 50));
    }

    private static String describe(Outcome outcome) {
        Outcome again = Simulation.run(outcome.seed(), true);
        StringBuilder text = new StringBuilder()
                .append("seed ")
                .append(outcome.seed())
                .append(": ")
                .append(outcome.problem())
                .append("\nagain: mvn -pl testkit -am test -Dtest=SimulationTest#runsSeeds")
                .append(" -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seeds=1 -Dsimulation.seed=")
                .append(outcome.seed())
                .append('\n')
                .append(again.plan());
        if (again.hash() != outcome.hash()) {
            text.append("\nit did not replay: the run is not deterministic");
        }
        again.lines().forEach(line -> text.append('\n').append(line));
        return text.toString();
    }
}
