// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The published modules on a module path: they resolve, and their services are found there too. */
class ModulePathTest {

    private static final Set<String> OURS = Set.of(
            "io.wherry.core",
            "io.wherry.codec.jackson",
            "io.wherry.transport.http",
            "io.wherry.transport.longpoll",
            "io.wherry.transport.sse",
            "io.wherry.transport.websocket",
            "io.wherry.transport.comet",
            "io.wherry.transport.local");

    @Test
    void findsTransportsAndCodecs() throws ClassNotFoundException {
        ModuleLayer layer = layer();

        assertThat(layer.modules()).extracting(Module::getName).containsAll(OURS);
        assertThat(providers(layer, "io.wherry.spi.Transport"))
                .containsExactlyInAnyOrder(
                        "io.wherry.transport.http",
                        "io.wherry.transport.longpoll",
                        "io.wherry.transport.sse",
                        "io.wherry.transport.websocket",
                        "io.wherry.transport.comet",
                        "io.wherry.transport.local");
        assertThat(providers(layer, "io.wherry.spi.Codec")).containsOnly("io.wherry.codec.jackson");
    }

    private static ModuleLayer layer() {
        Path[] path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(ModulePathTest::isOurs)
                .map(Path::of)
                .toArray(Path[]::new);
        Configuration resolved =
                ModuleLayer.boot().configuration().resolve(ModuleFinder.of(path), ModuleFinder.of(), OURS);
        return ModuleLayer.boot().defineModulesWithOneLoader(resolved, ClassLoader.getPlatformClassLoader());
    }

    /** Whether an entry of the class path is one of the published modules, or of what they require. */
    private static boolean isOurs(String entry) {
        return entry.matches(
                        ".*(wherry-|/(core|codec-jackson|transport-[a-z]+)/target/|netty-|jackson-|slf4j-api|jspecify).*")
                && !entry.matches(".*(test-classes|wherry-examples|wherry-testkit|netty-pkitesting|linux-x86_64).*");
    }

    /** The modules that the providers of a service come from. */
    private static List<String> providers(ModuleLayer layer, String service) throws ClassNotFoundException {
        Class<?> type = layer.findLoader("io.wherry.core").loadClass(service);
        return ServiceLoader.load(layer, type).stream()
                .map(provider -> provider.get().getClass().getModule().getName())
                .toList();
    }
}
