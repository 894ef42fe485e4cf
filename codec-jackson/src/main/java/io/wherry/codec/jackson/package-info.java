// SPDX-License-Identifier: Apache-2.0
/** JSON and CBOR codecs on Jackson 3. */
@NullMarked
package io.wherry.codec.jackson;

import org.jspecify.annotations.NullMarked;
