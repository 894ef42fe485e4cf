// SPDX-License-Identifier: Apache-2.0
/**
 * A faulty network on the loopback address, driven from a test: {@link io.wherry.testkit.proxy.TcpProxy} harms bytes and
 * connections, {@link io.wherry.testkit.proxy.HttpProxy} requests and responses as well.
 */
@NullMarked
package io.wherry.testkit.proxy;

import org.jspecify.annotations.NullMarked;
