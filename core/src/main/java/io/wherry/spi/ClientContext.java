// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.Limits;
import io.wherry.config.Config;

/**
 * What a client half is given.
 *
 * @param config the client's configuration
 * @param limits the limits on what the server may do
 * @param loops the client's loops
 */
public record ClientContext(Config config, Limits limits, Loops loops) {}
