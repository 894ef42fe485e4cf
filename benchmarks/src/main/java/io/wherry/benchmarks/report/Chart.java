// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.report;

import io.wherry.benchmarks.measure.Footprint;
import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.measure.Spread;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** Draws results: for each case a bar for each server; its CPU time for an operation, and its delays and memory where they were measured. */
public final class Chart {

    private static final Spread NONE = new Spread(Double.NaN, 0, 0);
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 460;

    private Chart() {}

    /** One below the other, as a PNG. */
    public static byte[] of(String title, Results results) throws IOException {
        List<CategoryChart> charts = new ArrayList<>();
        charts.add(chart(
                title + ": CPU time for each operation, as a ratio to the first server's",
                results.tables(),
                series -> series.ratio(Sample::cpuNanos)));
        List<Results.Table> timed = tables(results, sample -> sample.delays() != null);
        if (!timed.isEmpty()) {
            charts.add(chart(
                    title + ": delays, the 99 %, as a ratio to the first server's",
                    timed,
                    series -> series.ratio(sample -> sample.delayMicros(99))));
        }
        List<Results.Table> sized = tables(results, sample -> sample.footprint() != null);
        if (!sized.isEmpty()) {
            charts.add(chart(
                    title + ": resident bytes for each connection",
                    sized,
                    series -> series.spread(sample -> sample.each(Footprint::residentBytes))));
            charts.add(chart(
                    title + ": bytes of the heap for each connection",
                    sized,
                    series -> series.spread(sample -> sample.each(Footprint::heapBytes))));
        }
        return paint(charts);
    }

    private static List<Results.Table> tables(Results results, Predicate<Sample> property) {
        return results.tables().stream().filter(table -> table.has(property)).toList();
    }

    private static CategoryChart chart(
            String title, List<Results.Table> tables, Function<Results.Series, Spread> value) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setAvailableSpaceFill(0.9);
        chart.getStyler().setXAxisLabelRotation(30);
        chart.getStyler().setYAxisMin(0.0);
        List<String> cases = tables.stream()
                .map(table -> table.workload() + " " + table.transport())
                .toList();
        Set<String> servers = new LinkedHashSet<>();
        tables.forEach(table -> table.all().forEach(series -> servers.add(series.server())));
        for (String server : servers) {
            List<Double> medians = new ArrayList<>();
            List<Double> deviations = new ArrayList<>();
            for (Results.Table table : tables) {
                Spread spread = table.all().stream()
                        .filter(series -> series.server().equals(server))
                        .map(value)
                        .findFirst()
                        .orElse(NONE);
                medians.add(spread.median());
                deviations.add((spread.highest() - spread.lowest()) / 2);
            }
            chart.addSeries(server, cases, medians, deviations);
        }
        return chart;
    }

    private static byte[] paint(List<CategoryChart> charts) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT * charts.size(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < charts.size(); i++) {
            Graphics2D graphics = (Graphics2D) image.getGraphics().create(0, i * HEIGHT, WIDTH, HEIGHT);
            charts.get(i).paint(graphics, WIDTH, HEIGHT);
            graphics.dispose();
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
