// SPDX-License-Identifier: Apache-2.0
/** What the HTTP transports share. */
@NullMarked
package io.wherry.transport.http;

import org.jspecify.annotations.NullMarked;
