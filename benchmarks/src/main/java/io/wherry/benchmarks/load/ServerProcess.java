// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Footprint;
import io.wherry.benchmarks.measure.ProcessTimes;
import io.wherry.benchmarks.server.ServerMain;
import io.wherry.benchmarks.server.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JVM of a {@link ServerMain}, seen from the load generator. Used by one thread. */
final class ServerProcess implements AutoCloseable {

    private final Process process;
    private final PrintStream orders;
    private final BufferedReader answers;
    private final int port;
    private final String version;

    /**
     * Starts a server and waits until it listens.
     *
     * @param prefix what the command begins with, such as a program that keeps it on one processor
     * @param jvmOptions for its JVM
     */
    ServerProcess(Contestant contestant, Settings settings, List<String> prefix, List<String> jvmOptions)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(contestant.classPath());
        command.add(ServerMain.class.getName());
        command.add(contestant.className());
        command.addAll(settings.arguments());
        contestant.settings().forEach((name, value) -> command.add(name + "=" + value));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = answer();
        while (!line.startsWith(ServerMain.PORT)) {
            line = answer(); // The JVM itself may say something, such as that it records.
        }
        String[] words = line.substring(ServerMain.PORT.length()).split(" ", 2);
        port = Integer.parseInt(words[0]);
        version = words[1];
    }

    int port() {
        return port;
    }

    /** What the server is, with its version. */
    String version() {
        return version;
    }

    long pid() {
        return process.pid();
    }

    int subscribers() throws IOException {
        return Integer.parseInt(ask("subscribers"));
    }

    /** Waits until it has exactly so many subscribers. */
    void awaitSubscribers(int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        for (int have = subscribers(); have != count; have = subscribers()) {
            if (System.nanoTime() > end) {
                throw new IOException("subscribers: " + have + " (expected: " + count + ")");
            }
            Thread.sleep(5);
        }
    }

    /** Publishes some messages at once, from the one of a number on, by which each goes to its topic, from so many threads. */
    void publish(int count, int bytes, long from, int threads) throws IOException {
        ask("publish " + count + " " + bytes + " " + from + " " + threads);
    }

    /** Publishes messages at the times when they are due, so many in a second. */
    void publishAtRate(int count, int bytes, long from, int perSecond) throws IOException {
        ask("rate " + count + " " + bytes + " " + from + " " + perSecond);
    }

    /** Publishes to those alone who have asked for the topic {@code t1} as well. */
    void fill(int count, int bytes) throws IOException {
        ask("fill " + count + " " + bytes);
    }

    /** How many bytes its living threads have allocated since they began. */
    long allocated() throws IOException {
        return Long.parseLong(ask("allocated"));
    }

    /** Lets it have the memory that a server has which has been up for a while. */
    void settle() throws IOException {
        ask("settle");
    }

    /** What is used after a collection. */
    Footprint memory() throws IOException {
        String[] answer = ask("memory").split(" ", -1);
        return new Footprint(Long.parseLong(answer[0]), Long.parseLong(answer[1]), ProcessTimes.residentBytes(pid()));
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
        process.destroyForcibly().onExit().join();
    }
}
