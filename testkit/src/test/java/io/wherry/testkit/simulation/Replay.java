// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

/** Runs some seeds and prints the hash of each: a program, so that two JVMs can be compared. */
final class Replay {

    private Replay() {}

    /**
     * Runs.
     *
     * @param arguments the first seed, and how many
     */
    public static void main(String... arguments) {
        try (Logs logs = new Logs()) {
            System.out.println(hashes(Long.parseLong(arguments[0]), Integer.parseInt(arguments[1])));
        }
    }

    /** The hashes of some seeds, separated by spaces. */
    static String hashes(long first, int count) {
        StringBuilder hashes = new StringBuilder("hashes");
        for (long seed = first; seed < first + count; seed++) {
            hashes.append(' ')
                    .append(Long.toHexString(Simulation.run(seed, false).hash()));
        }
        return hashes.toString();
    }
}
