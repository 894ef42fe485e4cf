// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The CPU time of a process since it began, in nanoseconds. Where there is no {@code /proc}, only the sum of user and system time is known.
 *
 * @param user in the steps of the system's clock
 * @param system likewise
 * @param ran of all living threads, exact where Linux tells it, else 0
 * @param waited how long threads could have run but had no processor
 */
public record ProcessTimes(long user, long system, long ran, long waited) {

    private static final Path PROC = Path.of("/proc");

    /** Of a process now. */
    public static ProcessTimes of(long pid) {
        Path process = PROC.resolve(Long.toString(pid));
        try {
            if (!Files.exists(process)) {
                return elsewhere(pid);
            }
            String stat = Files.readString(process.resolve("stat"));
            long ran = 0;
            long waited = 0;
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
                for (Path thread : threads) {
                    String schedstat = read(thread.resolve("schedstat"));
                    ran += ProcText.ranNanos(schedstat);
                    waited += ProcText.waitedNanos(schedstat);
                }
            }
            return new ProcessTimes(ProcText.userNanos(stat), ProcText.systemNanos(stat), ran, waited);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A thread may end meanwhile, and a kernel may keep no such file. */
    private static String read(Path schedstat) throws IOException {
        try {
            return Files.readString(schedstat);
        } catch (NoSuchFileException e) {
            return "0 0 0";
        } catch (IOException e) {
            if (Files.exists(schedstat)) {
                throw e;
            }
            return "0 0 0"; // No such process, told on reading.
        }
    }

    private static ProcessTimes elsewhere(long pid) {
        Duration total = ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
        return new ProcessTimes(total.toNanos(), 0, 0, 0);
    }

    /** What has come since. */
    public ProcessTimes minus(ProcessTimes before) {
        return new ProcessTimes(user - before.user, system - before.system, ran - before.ran, waited - before.waited);
    }

    /** What it used: the exact sum, unless threads have ended whose time is in the coarse one alone. */
    public long cpu() {
        long coarse = user + system;
        return ran > 0 && ran >= coarse - 30_000_000 ? ran : coarse;
    }

    /** The resident memory of a process in bytes, 0 where that is not known. */
    public static long residentBytes(long pid) {
        Path status = PROC.resolve(Long.toString(pid)).resolve("status");
        try {
            return Files.exists(status) ? ProcText.bytes(Files.readString(status), "VmRSS") : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
