// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

/** A part of the {@link TransportContract}: tests that need servers and clients on the transport under test. */
interface ContractPart {

    /** The servers and clients of the test that runs. */
    Fixture fixture();
}
