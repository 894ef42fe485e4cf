// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import picocli.CommandLine;

/**
 * How messages are published: so many at once, then the next when all subscribers have these; or so many in a second.
 *
 * @param burst how many at once, 0 for a rate
 * @param rate how many in a second, 0 for bursts
 */
record Load(int burst, int rate) {

    static Load parse(String text) {
        int colon = text.indexOf(':');
        int number;
        try {
            number = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number > 0 && text.startsWith("burst:")) {
            return new Load(number, 0);
        }
        if (number > 0 && text.startsWith("rate:")) {
            return new Load(0, number);
        }
        throw new CommandLine.TypeConversionException("load: " + text + " (expected: burst:NUMBER or rate:NUMBER)");
    }

    @Override
    public String toString() {
        return rate > 0 ? "rate:" + rate : "burst:" + burst;
    }
}
