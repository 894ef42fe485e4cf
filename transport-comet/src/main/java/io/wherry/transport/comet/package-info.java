// SPDX-License-Identifier: Apache-2.0
/** An endless HTTP response downwards, POST upwards. */
@NullMarked
package io.wherry.transport.comet;

import org.jspecify.annotations.NullMarked;
