// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The versions of libraries that do not tell theirs, as the build has them. */
final class Versions {

    private Versions() {}

    /** Of a library, by its name in the build. */
    static String of(String library) {
        Properties versions = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            versions.load(Objects.requireNonNull(in, "versions.properties"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions.getProperty(library, "?");
    }
}
