// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two runs of the benchmarks, one beside the other: {@code RunComparison BEFORE AFTER}, two files that JMH has written with
 * {@code -rf json}. It prints each benchmark's medians, how they compare, and the bytes allocated for each operation where
 * both runs had {@code -prof gc}.
 *
 * <p>A difference counts only where the ranges of all iterations lie apart: less is noise on a machine that others use too.
 */
public final class RunComparison {

    private static final double ALLOCATION_STEP = 1;

    private final Map<String, Result> before;
    private final Map<String, Result> after;

    private RunComparison(Map<String, Result> before, Map<String, Result> after) {
        this.before = before;
        this.after = after;
    }

    /** One benchmark's iterations, sorted. */
    private record Result(
            List<Double> scores,
            String unit,
            boolean lessIsBetter,
            @Nullable Double bytes) {

        static Result of(JsonNode node) {
            JsonNode metric = node.path("primaryMetric");
            List<Double> scores = new ArrayList<>();
            for (JsonNode fork : metric.path("rawData")) {
                for (JsonNode score : fork) {
                    scores.add(score.asDouble());
                }
            }
            if (scores.isEmpty()) {
                // A sampled benchmark has a histogram in place of iterations.
                scores.add(metric.path("score").asDouble());
            }
            JsonNode bytes =
                    node.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score");
            return new Result(
                    scores.stream().sorted().toList(),
                    metric.path("scoreUnit").asString(),
                    !node.path("mode").asString().equals("thrpt"),
                    bytes.isNumber() ? bytes.asDouble() : null);
        }

        double median() {
            int middle = scores.size() / 2;
            return scores.size() % 2 == 1 ? scores.get(middle) : (scores.get(middle - 1) + scores.get(middle)) / 2;
        }

        double least() {
            return scores.get(0);
        }

        double most() {
            return scores.get(scores.size() - 1);
        }
    }

    /**
     * Reads two runs.
     *
     * @throws IllegalArgumentException when a file is not what JMH writes
     */
    static RunComparison of(Path before, Path after) {
        return new RunComparison(read(before), read(after));
    }

    private static Map<String, Result> read(Path file) {
        JsonNode root = JsonMapper.shared().readTree(file);
        if (!root.isArray()) {
            throw new IllegalArgumentException(file + ": no array (expected: what JMH writes with -rf json)");
        }
        Map<String, Result> results = new LinkedHashMap<>();
        for (JsonNode node : root) {
            results.put(name(node), Result.of(node));
        }
        return results;
    }

    private static String name(JsonNode node) {
        String[] path = node.path("benchmark").asString().split("\\.", -1);
        StringBuilder name = new StringBuilder(
                String.join(".", Arrays.copyOfRange(path, Math.max(0, path.length - 2), path.length)));
        node.path("params")
                .forEachEntry(
                        (key, value) -> name.append(' ').append(key).append('=').append(value.asString()));
        return name.toString();
    }

    /** A table in Markdown, in the order of the second run. */
    String table() {
        StringBuilder table = new StringBuilder(
                "| benchmark | before | after | ratio | | bytes before | after |\n|---|--:|--:|--:|---|--:|--:|\n");
        after.forEach((name, now) -> {
            Result then = before.get(name);
            table.append("| ").append(name).append(" | ");
            if (then == null) {
                table.append("| ")
                        .append(score(now))
                        .append(" | | new | | ")
                        .append(bytes(now.bytes))
                        .append(" |\n");
            } else {
                table.append(String.format(
                        Locale.ROOT,
                        "%s | %s | %.2f | %s | %s | %s |%n",
                        score(then),
                        score(now),
                        now.median() / then.median(),
                        verdict(then, now),
                        bytes(then.bytes),
                        bytes(now.bytes)));
            }
        });
        before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .forEach(name -> table.append("| ").append(name).append(" | | | | gone | | |\n"));
        return table.toString();
    }

    private static String score(Result result) {
        return String.format(Locale.ROOT, "%.1f %s", result.median(), result.unit);
    }

    private static String bytes(@Nullable Double bytes) {
        return bytes == null ? "" : String.format(Locale.ROOT, "%.0f", bytes);
    }

    private static String verdict(Result then, Result now) {
        List<String> words = new ArrayList<>();
        if (now.least() > then.most()) {
            words.add(now.lessIsBetter ? "**slower**" : "faster");
        } else if (now.most() < then.least()) {
            words.add(now.lessIsBetter ? "faster" : "**slower**");
        }
        Double bytesThen = then.bytes;
        Double bytesNow = now.bytes;
        if (bytesThen != null
                && bytesNow != null
                && Math.abs(bytesNow - bytesThen) > ALLOCATION_STEP + bytesThen / 50) {
            words.add(bytesNow > bytesThen ? "**more garbage**" : "less garbage");
        }
        return String.join(", ", words);
    }

    /** Prints the table. */
    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("expected: BEFORE AFTER, two files that JMH has written with -rf json -rff FILE");
            System.exit(2);
        }
        String table = of(Path.of(args[0]), Path.of(args[1])).table();
        new PrintStream(System.out, true, StandardCharsets.UTF_8).print(table);
    }
}
