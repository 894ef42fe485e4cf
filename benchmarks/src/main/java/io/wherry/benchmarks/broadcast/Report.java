// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** The samples of a comparison: for each load and server one in each round. Used by one thread. */
final class Report {

    private final List<ServerKind> kinds;
    private final Map<Load, Map<ServerKind, List<Sample>>> samples = new LinkedHashMap<>();

    /**
     * Makes an empty report.
     *
     * @param kinds the servers; the others are held against the first
     */
    Report(List<ServerKind> kinds) {
        this.kinds = kinds;
    }

    void add(Load load, ServerKind kind, Sample sample) {
        samples.computeIfAbsent(load, any -> new LinkedHashMap<>())
                .computeIfAbsent(kind, any -> new ArrayList<>())
                .add(sample);
    }

    /** Prints the medians, and the medians of the ratios of each round. */
    void print(PrintStream out) {
        out.println("CPU time of the server's process for each delivery, in ns; medians (lowest to highest)");
        out.printf(
                "%-10s %-9s %12s  %-22s %6s %6s  %s%n",
                "load", "server", "deliveries/s", "CPU", "user", "system", "ratio to " + kinds.get(0));
        for (Load load : samples.keySet()) {
            List<Sample> first = of(load, kinds.get(0));
            for (ServerKind kind : kinds) {
                List<Sample> own = of(load, kind);
                List<Double> ratios = new ArrayList<>();
                for (int i = 0; i < own.size(); i++) {
                    ratios.add(own.get(i).cpuNanos() / first.get(i).cpuNanos());
                }
                out.printf(
                        Locale.ROOT,
                        "%-10s %-9s %,12.0f  %-22s %6.0f %6.0f  %s%n",
                        load,
                        kind,
                        median(own, Sample::perSecond),
                        spread(own.stream().map(Sample::cpuNanos).toList(), "%.0f"),
                        median(own, Sample::userNanos),
                        median(own, Sample::systemNanos),
                        kind == kinds.get(0) ? "" : spread(ratios, "%.3f"));
            }
        }
    }

    private List<Sample> of(Load load, ServerKind kind) {
        return Objects.requireNonNull(samples.get(load)).getOrDefault(kind, List.of());
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return median(samples.stream().mapToDouble(value).sorted().boxed().toList());
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String spread(List<Double> values, String format) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                format + " (" + format + " to " + format + ")",
                median(sorted),
                sorted.get(0),
                sorted.get(sorted.size() - 1));
    }
}
