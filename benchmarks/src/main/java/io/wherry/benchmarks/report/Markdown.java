// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.report;

import io.wherry.benchmarks.measure.Footprint;
import io.wherry.benchmarks.measure.Sample;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Writes results as tables for people. */
public final class Markdown {

    private static final double MIB = 1024 * 1024;

    private Markdown() {}

    /** The whole page. */
    public static String of(String title, Results results) {
        StringBuilder page = new StringBuilder("# Measured: " + title + "\n\n");
        results.facts()
                .forEach((name, value) -> page.append("- ")
                        .append(name)
                        .append(": ")
                        .append(value)
                        .append('\n'));
        versions(page, results);
        page.append(
                "\nMedians of the rounds, with the lowest and the highest. *CPU*: time of the server's process for each operation. *Ratio*: to the"
                        + " first row's CPU in the same round. *Garbage*: bytes that the server allocates on its heap for each operation. *On the wire*: bytes that the server has sent for each operation.\n");
        for (Results.Table table : results.tables()) {
            table(page, table);
        }
        return page.toString();
    }

    private static void versions(StringBuilder page, Results results) {
        Map<String, String> versions = new TreeMap<>();
        for (Results.Table table : results.tables()) {
            table.all().forEach(series -> versions.put(series.server(), series.version()));
        }
        page.append("- servers: ");
        versions.forEach((server, version) ->
                page.append('`').append(server).append("` ").append(version).append("; "));
        page.setLength(page.length() - 2);
        page.append('\n');
    }

    private static void table(StringBuilder page, Results.Table table) {
        page.append("\n## ")
                .append(table.workload())
                .append(", ")
                .append(table.transport())
                .append("\n\n");
        page.append(table.about())
                .append(". Counted: ")
                .append(table.operations())
                .append(".\n\n");
        boolean hasDelays = table.has(sample -> sample.delays() != null);
        boolean hasFootprint = table.has(sample -> sample.footprint() != null);
        page.append(
                "| server | a second | CPU, ns | user | ratio | garbage, B | on the wire, B | resident, MiB | busy: server, generator |");
        page.append(hasDelays ? " 50 %, µs | 99 %, µs | ratio | 99.9 %, µs |" : "");
        page.append(hasFootprint ? " resident, B each | ratio | heap, B each | direct, B each |" : "");
        page.append("\n|---|---|---|---|---|---|---|---|---|");
        page.append(hasDelays || hasFootprint ? "---|---|---|---|\n" : "\n");
        for (Results.Series series : table.all()) {
            row(page, series);
            if (hasDelays) {
                delays(page, series);
            }
            if (hasFootprint) {
                footprint(page, series);
            }
            page.append('\n');
        }
    }

    private static void row(StringBuilder page, Results.Series series) {
        page.append(String.format(
                Locale.ROOT,
                "| `%s` | %,.0f | %s | %.0f %% | %s | %s | %,.0f | %.0f | %.0f %%, %.0f %%%s |",
                series.server(),
                series.spread(Sample::perSecond).median(),
                series.spread(Sample::cpuNanos).format(0),
                series.spread(Sample::userShare).median() * 100,
                series.isReference() ? "" : series.ratio(Sample::cpuNanos).format(3),
                number(series.spread(Sample::garbage).median()),
                series.spread(Sample::wire).median(),
                series.spread(Sample::residentBytes).median() / MIB,
                series.spread(Sample::serverBusy).median() * 100,
                series.spread(Sample::generatorBusy).median() * 100,
                bound(series)));
    }

    private static void delays(StringBuilder page, Results.Series series) {
        page.append(String.format(
                Locale.ROOT,
                " %,.0f | %s | %s | %,.0f |",
                series.spread(sample -> sample.delayMicros(50)).median(),
                series.spread(sample -> sample.delayMicros(99)).format(0),
                series.isReference()
                        ? ""
                        : series.ratio(sample -> sample.delayMicros(99)).format(3),
                series.spread(sample -> sample.delayMicros(99.9)).median()));
    }

    private static void footprint(StringBuilder page, Results.Series series) {
        ToDoubleFunction<Sample> resident = sample -> sample.each(Footprint::residentBytes);
        page.append(String.format(
                Locale.ROOT,
                " %s | %s | %s | %s |",
                series.spread(resident).format(0),
                series.isReference() ? "" : series.ratio(resident).format(3),
                series.spread(sample -> sample.each(Footprint::heapBytes)).format(0),
                series.spread(sample -> sample.each(Footprint::directBytes)).format(0)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.0f", value);
    }

    private static String bound(Results.Series series) {
        long bound = series.generatorBound();
        return bound == 0
                ? ""
                : "; **generator-bound** in " + bound + " of "
                        + series.samples().size();
    }
}
