// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds and tests the JavaScript client for Maven, where there is Node. Run as a source file, in the directory of the client.
 *
 * <p>Arguments: {@code build}, {@code test} or {@code live}; whether Node is required, as it is too where {@code CI} is
 * {@code true} in the environment; whether tests are skipped.
 */
public final class Npm {

    private static final int OLDEST_NODE = 20;

    private Npm() {}

    public static void main(String... args) throws Exception {
        String step = args[0];
        boolean required = args[1].equals("true") || "true".equals(System.getenv("CI"));
        if (args[2].equals("true") && !step.equals("build")) {
            return;
        }
        String node = version("node");
        if (major(node) < OLDEST_NODE || version("npm").equals("none")) {
            System.out.println("client-js: " + step + (required ? " failed" : " skipped") + ": node: " + node
                    + " (expected: " + OLDEST_NODE + " or newer, with npm)");
            System.exit(required ? 1 : 0);
        }
        switch (step) {
            case "build" -> {
                if (!isInstalled()) {
                    run(240, "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error");
                }
                run(120, "npm", "run", "--silent", "build");
            }
            case "test" -> run(120, "npm", "run", "--silent", "test:unit");
            case "live" -> run(300, "npm", "run", "--silent", "test:live");
            default -> throw new IllegalArgumentException("step: " + step + " (expected: build, test, live)");
        }
    }

    /** Whether what the lock file says is there. */
    private static boolean isInstalled() {
        return new File("node_modules/.package-lock.json").lastModified() > new File("package-lock.json").lastModified();
    }

    private static int major(String version) {
        Matcher matcher = Pattern.compile("v(\\d+)\\..*").matcher(version);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /** What a command says of its version, "none" when there is no such command. */
    private static String version(String command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command, "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String version = new String(process.getInputStream().readAllBytes()).trim();
            return process.waitFor() == 0 ? version : "none";
        } catch (IOException e) {
            return "none";
        }
    }

    /** Runs a command with this JDK, ends it and all it started after so many seconds, and ends this process when it fails. */
    private static void run(int seconds, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        Thread stop = new Thread(() -> stop(process));
        Runtime.getRuntime().addShutdownHook(stop);
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended || process.exitValue() != 0) {
            System.out.println("client-js: " + String.join(" ", command) + ": "
                    + (ended ? "ended with " + process.exitValue() : "not done within " + seconds + " s")
                    + " (-Dclient-js.skip leaves the JavaScript client out)");
            System.exit(1);
        }
        Runtime.getRuntime().removeShutdownHook(stop);
    }

    private static void stop(Process process) {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }
}
