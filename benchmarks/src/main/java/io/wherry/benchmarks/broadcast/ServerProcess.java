// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JVM of a {@link ServerMain}, seen from the load generator. Used by one thread. */
final class ServerProcess implements AutoCloseable {

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Process process;
    private final PrintStream orders;
    private final BufferedReader answers;
    private final int port;

    /** CPU time in nanoseconds. */
    record Cpu(long user, long system) {

        Cpu minus(Cpu before) {
            return new Cpu(user - before.user, system - before.system);
        }

        long total() {
            return user + system;
        }
    }

    /**
     * Starts a server and waits until it listens.
     *
     * @param jvmOptions for its JVM
     */
    ServerProcess(ServerKind kind, List<String> jvmOptions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ServerMain.class.getName());
        command.add(kind.name());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = answer();
        while (!line.startsWith(ServerMain.PORT)) {
            line = answer(); // The JVM itself may say something, such as that it records.
        }
        port = Integer.parseInt(line.substring(ServerMain.PORT.length()));
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    int subscribers() throws IOException {
        return Integer.parseInt(ask("subscribers"));
    }

    /** Publishes some messages, so many in a second, or as fast as the server takes them for 0. */
    void publish(int count, int bytes, int rate) throws IOException {
        ask("publish " + count + " " + bytes + " " + rate);
    }

    /** Publishes messages that tell when they are due, so many in a second. */
    void time(int count, int bytes, int rate) throws IOException {
        ask("time " + count + " " + bytes + " " + rate);
    }

    /** Publishes to those alone who have asked for the topic {@code f} as well. */
    void fill(int count, int bytes) throws IOException {
        ask("fill " + count + " " + bytes);
    }

    /** What is used after a collection, in bytes: of the heap, and of direct memory. */
    long[] heap() throws IOException {
        String[] answer = ask("heap").split(" ", -1);
        return new long[] {Long.parseLong(answer[0]), Long.parseLong(answer[1])};
    }

    /** What the process has used since it began. */
    Cpu cpu() throws IOException {
        String[] ticks = ask("cpu").split(" ", -1);
        return new Cpu(Long.parseLong(ticks[0]) * TICK_NANOS, Long.parseLong(ticks[1]) * TICK_NANOS);
    }

    private String ask(String order) throws IOException {
        orders.println(order);
        return answer();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the server has ended");
        }
        return line;
    }

    /** Ends the process. */
    @Override
    public void close() {
        process.destroy();
    }
}
