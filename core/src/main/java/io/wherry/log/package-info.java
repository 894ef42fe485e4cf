// SPDX-License-Identifier: Apache-2.0
/** The log: what is published, once, in one order, and the histories of the topics as bounded pieces of it. Internal. */
@NullMarked
package io.wherry.log;

import org.jspecify.annotations.NullMarked;
