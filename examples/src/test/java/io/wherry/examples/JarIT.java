// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar by itself, run as a user does: everything is in it, and the transport comes from each place of configuration. */
final class JarIT {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String JAR =
            Path.of("target", "wherry-examples.jar").toAbsolutePath().toString();

    @TempDir
    static Path folder;

    private static Process server;
    private static String url;

    @BeforeAll
    static void start() throws IOException {
        Path log = folder.resolve("server.log");
        server = new ProcessBuilder(JAVA, "-jar", JAR, "time-server", "--port", "0", "--host", "localhost")
                .redirectError(log.toFile())
                .start();
        BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
        String page = out.readLine();
        assertThat(page)
                .as(Files.readString(log))
                .startsWith("The time is at http://localhost:")
                .endsWith("/");
        url = page.substring("The time is at ".length()) + "wherry";
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.destroy();
        assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void fromTheCommandLine() throws Exception {
        check("sse", folder, List.of("-jar", JAR), Map.of(), "--transport", "sse");
    }

    @Test
    void fromASystemProperty() throws Exception {
        check("longpoll", folder, List.of("-Dwherry.transports=longpoll", "-jar", JAR), Map.of());
    }

    @Test
    void fromTheEnvironment() throws Exception {
        check("comet", folder, List.of("-jar", JAR), Map.of("WHERRY_TRANSPORTS", "comet"));
    }

    @Test
    void fromTheWorkingDirectory() throws Exception {
        Path config = Files.createDirectory(folder.resolve("working"));
        Files.writeString(config.resolve("wherry.properties"), "wherry.transports=sse\n");

        check("sse", config, List.of("-jar", JAR), Map.of());
    }

    @Test
    void fromTheClassPath() throws Exception {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(
                config.resolve("wherry.properties"), "wherry.transports=http\nwherry.http.poll-interval=1s\n");

        check(
                "http",
                folder,
                List.of(
                        // Said by the manifest where the jar is run as such; newer JVMs warn of native sockets
                        // otherwise.
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        config + System.getProperty("path.separator") + JAR,
                        Main.class.getName()),
                Map.of());
    }

    @Test
    void fromTheDefaults() throws Exception {
        check("websocket", folder, List.of("-jar", JAR), Map.of());
    }

    private static void check(
            String transport, Path directory, List<String> jvm, Map<String, String> environment, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(jvm);
        command.addAll(List.of("time-client", "--url", url, "--count", "2"));
        command.addAll(List.of(options));
        Path err = Files.createTempFile(folder, transport, ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("WHERRY_"));
        builder.environment().putAll(environment);
        Process client = builder.start();
        List<String> times = client.inputReader(StandardCharsets.UTF_8).lines().toList();

        assertThat(client.waitFor()).as(Files.readString(err)).isZero();
        assertThat(times).hasSize(2).allSatisfy(Instant::parse).isSorted();
        assertThat(Files.readString(err)).contains("OPEN " + transport).doesNotContain("WARN", "ERROR");
    }
}
