// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server in its own JVM, which takes its orders from its standard input, a line each: {@code publish COUNT BYTES},
 * {@code publish COUNT BYTES RATE} (so many in a second), {@code time COUNT BYTES RATE} (the same, each beginning with the time at
 * which it is due), {@code fill COUNT BYTES}, {@code heap}, {@code subscribers}, {@code cpu}. An order is answered by one line when it is done; the
 * end of the input ends the process.
 */
final class ServerMain {

    /** What the first line begins with, before the port's number. */
    static final String PORT = "port ";

    private final BroadcastServer server;
    private long published;

    private ServerMain(BroadcastServer server) {
        this.server = server;
    }

    /** Starts a server of the kind that the argument names. */
    public static void main(String... args) throws IOException {
        ServerMain main = new ServerMain(ServerKind.valueOf(args[0]).start());
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        out.println(PORT + main.server.port());
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(main.obey(List.of(line.split(" "))));
        }
        System.exit(0); // What is still connected does not matter.
    }

    private String obey(List<String> order) throws IOException {
        return switch (order.get(0)) {
            case "publish" ->
                publish(
                        Integer.parseInt(order.get(1)),
                        Integer.parseInt(order.get(2)),
                        order.size() > 3 ? Integer.parseInt(order.get(3)) : 0);
            case "time" ->
                time(Integer.parseInt(order.get(1)), Integer.parseInt(order.get(2)), Integer.parseInt(order.get(3)));
            case "fill" -> fill(Integer.parseInt(order.get(1)), Integer.parseInt(order.get(2)));
            case "heap" -> heap();
            case "subscribers" -> Integer.toString(server.subscribers());
            case "cpu" -> cpu();
            default -> throw new IllegalArgumentException("order: " + order);
        };
    }

    private String publish(int count, int bytes, int rate) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (rate > 0) {
                waitUntil(start + i * TimeUnit.SECONDS.toNanos(1) / rate);
            }
            server.publish(payload(bytes));
        }
        return "published";
    }

    /** Publishes messages that tell when they are due, which is what a delay is counted from, however late they are. */
    private String time(int count, int bytes, int rate) {
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        for (int i = 0; i < count; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / rate;
            waitUntil(due);
            server.publish(TimedFrames.payload(due, bytes));
        }
        return "published";
    }

    private String fill(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            server.fill(payload(bytes));
            if (i % 64 == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return "filled";
    }

    /** What of the heap is used after a collection, and how many bytes of direct memory Netty's allocator holds. */
    @SuppressWarnings("DoNotCallSystemGC")
    private static String heap() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long direct = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
        return heap + " " + direct;
    }

    private static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** A new array for each message, as an application has it; digits, for it is text. */
    private byte[] payload(int bytes) {
        byte[] payload = new byte[bytes];
        long rest = published++;
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return payload;
    }

    /** The CPU time of this process, user and system, in clock ticks: fields 14 and 15 of its {@code stat}. */
    private static String cpu() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return fields[11] + " " + fields[12];
    }
}
