// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What several measurements of one thing say together.
 *
 * @param median the one in the middle, or between the two in the middle
 * @param lowest the lowest
 * @param highest the highest
 */
public record Spread(double median, double lowest, double highest) {

    /** Of at least one value. */
    public static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("values: none (expected: one or more)");
        }
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
    }

    /**
     * Of the ratios of values that belong together: those of one round.
     *
     * @param values as many as references, or fewer
     */
    public static Spread ofRatios(List<Double> values, List<Double> references) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / references.get(i));
        }
        return of(ratios);
    }

    /** As text, with so many decimals: the median, and what is around it. */
    public String format(int decimals) {
        String one = "%,." + decimals + "f";
        return String.format(Locale.ROOT, one + " (" + one + " to " + one + ")", median, lowest, highest);
    }
}
