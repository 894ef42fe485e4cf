// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A call that must be refused as a bad request. */
final class Refusal {

    private Refusal() {}

    /** Makes the call, and begins an assertion about the message with which it was refused. */
    static AbstractStringAssert<?> of(ThrowingCallable call) {
        WherryException refusal = catchThrowableOfType(WherryException.class, call);
        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        return assertThat(refusal.getMessage());
    }
}
