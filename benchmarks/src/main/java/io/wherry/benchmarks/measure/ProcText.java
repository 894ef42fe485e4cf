// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import java.util.concurrent.TimeUnit;

/** Reads the text of Linux's files about processes (proc(5)). */
final class ProcText {

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / 100; // USER_HZ, for all of Linux's user space
    private static final int USER_TICKS = 14;
    private static final int SYSTEM_TICKS = 15;

    private ProcText() {}

    /** User time, in nanoseconds, in steps of 10 ms, from a process's {@code stat}. */
    static long userNanos(String stat) {
        return field(stat, USER_TICKS) * TICK_NANOS;
    }

    /** The same for system time. */
    static long systemNanos(String stat) {
        return field(stat, SYSTEM_TICKS) * TICK_NANOS;
    }

    /** A field by its number in the manual, from 3 on: the second is a name in parentheses, which may hold anything. */
    private static long field(String stat, int number) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
        return Long.parseLong(fields[number - 3]);
    }

    /** How long a thread has run, in nanoseconds, from its {@code schedstat}. */
    static long ranNanos(String schedstat) {
        return Long.parseLong(schedstat.trim().split(" ", -1)[0]);
    }

    /** How long it could have run but had no processor. */
    static long waitedNanos(String schedstat) {
        return Long.parseLong(schedstat.trim().split(" ", -1)[1]);
    }

    /** A size such as {@code VmRSS} in bytes, from a process's {@code status}; 0 where it is not there. */
    static long bytes(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).trim().split(" ", -1)[0])
                .mapToLong(kib -> Long.parseLong(kib) * 1024)
                .findFirst()
                .orElse(0);
    }
}
