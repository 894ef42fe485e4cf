// SPDX-License-Identifier: Apache-2.0
/**
 * The channel layer on a virtual clock and a simulated network, from a seed: {@link
 * io.wherry.testkit.simulation.SimulationTest}.
 */
@NullMarked
package io.wherry.testkit.simulation;

import org.jspecify.annotations.NullMarked;
