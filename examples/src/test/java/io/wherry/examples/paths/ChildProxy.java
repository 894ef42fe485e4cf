// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A proxy of another maker on the loopback address: a child process, with a configuration of the test's. Confined to the test's thread. */
final class ChildProxy implements AutoCloseable {

    private static final int LISTENS_WITHIN_SECONDS = 10;
    private static final int CONNECT_MILLIS = 1_000;

    private final List<String> command;
    private final Path configuration;
    private final Path log;
    private final int port;
    private Process process;

    private ChildProxy(List<String> command, Path configuration, int port, String text) {
        this.command = command;
        this.configuration = configuration;
        this.log = configuration.resolveSibling("log");
        this.port = port;
        this.process = start(text);
    }

    /** Starts nginx with what stands within {@code http}. */
    static ChildProxy nginx(Path directory, int port, String http) {
        String program = find("nginx", "nginx-light");
        Path configuration = directory.resolve("nginx.conf");
        return new ChildProxy(
                List.of(program, "-p", directory.toString(), "-e", "stderr", "-c", configuration.toString()),
                configuration,
                port,
                nginx(directory, http));
    }

    static String nginx(Path directory, String http) {
        StringBuilder text = new StringBuilder("daemon off; master_process off; error_log stderr crit;\n");
        text.append("pid ").append(directory.resolve("nginx.pid")).append(";\n");
        text.append("events { worker_connections 512; }\nhttp {\naccess_log off;\n");
        for (String temporary : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            text.append(temporary)
                    .append("_temp_path ")
                    .append(directory.resolve(temporary))
                    .append(";\n");
        }
        return text.append(http).append("}\n").toString();
    }

    /** Starts HAProxy. */
    static ChildProxy haproxy(Path directory, int port, String text) {
        String program = find("haproxy", "haproxy");
        Path configuration = directory.resolve("haproxy.cfg");
        return new ChildProxy(List.of(program, "-db", "-f", configuration.toString()), configuration, port, text);
    }

    /** A port that is free. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a program is. Where it is missing the test is skipped, but not on CI, whose script installs it. */
    private static String find(String program, String aptPackage) {
        String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin" + File.pathSeparator + "/usr/local/sbin";
        String found = Stream.of(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(program + " is not there (expected: apt-get install " + aptPackage + ")");
        }
        Assumptions.assumeFalse(
                found.isEmpty(), "no " + program + " here, so its tests are skipped: apt-get install " + aptPackage);
        return found;
    }

    /** Where a client finds the server through the proxy. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/wherry");
    }

    /** Ends the process and starts it again with another configuration. */
    void restart(String text) {
        close();
        process = start(text);
    }

    private Process start(String text) {
        try {
            Files.writeString(configuration, text);
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LISTENS_WITHIN_SECONDS);
            while (!listens()) {
                if (System.nanoTime() > deadline || started.waitFor(20, TimeUnit.MILLISECONDS)) {
                    started.destroyForcibly();
                    throw new AssertionError(
                            command + " does not listen on " + port + ": " + Files.readString(log) + "\n" + text);
                }
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
