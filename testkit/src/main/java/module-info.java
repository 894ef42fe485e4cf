// SPDX-License-Identifier: Apache-2.0
/** The tests every transport passes, and what a test of a transport needs. */
module io.wherry.testkit {
    requires transitive io.wherry.core;
    requires transitive org.junit.jupiter.api;
    requires transitive org.junit.jupiter.params;
    requires transitive org.junit.platform.launcher;
    requires transitive org.assertj.core;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.handler;
    requires static transitive org.jspecify;

    exports io.wherry.testkit;
    exports io.wherry.testkit.proxy;

    uses io.wherry.spi.Transport;

    provides org.junit.platform.launcher.LauncherSessionListener with
            io.wherry.testkit.LeakCheck;
}
