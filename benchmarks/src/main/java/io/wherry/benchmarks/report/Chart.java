// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.report;

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
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** Draws results: for each case a bar for each server, its CPU time for an operation. */
public final class Chart {

    private static final Spread NONE = new Spread(Double.NaN, 0, 0);
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 460;

    private Chart() {}

    /** The ratios to the reference, as a PNG. */
    public static byte[] of(String title, Results results) throws IOException {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title + ": CPU time for each operation, as a ratio to the first server's")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setAvailableSpaceFill(0.9);
        chart.getStyler().setXAxisLabelRotation(30);
        chart.getStyler().setYAxisMin(0.0);
        List<String> cases = results.tables().stream()
                .map(table -> table.workload() + " " + table.transport())
                .toList();
        Set<String> servers = new LinkedHashSet<>();
        results.tables().forEach(table -> table.all().forEach(series -> servers.add(series.server())));
        for (String server : servers) {
            List<Double> medians = new ArrayList<>();
            List<Double> deviations = new ArrayList<>();
            for (Results.Table table : results.tables()) {
                Spread spread = table.all().stream()
                        .filter(series -> series.server().equals(server))
                        .map(series -> series.ratio(Sample::cpuNanos))
                        .findFirst()
                        .orElse(NONE);
                medians.add(spread.median());
                deviations.add((spread.highest() - spread.lowest()) / 2);
            }
            chart.addSeries(server, cases, medians, deviations);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.dispose();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
