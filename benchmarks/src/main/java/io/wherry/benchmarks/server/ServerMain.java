// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server in its own JVM, which takes its orders from its standard input, a line each. An order is answered by one line when it is done; the
 * end of the input ends the process. The arguments are the class of a {@link Contender} and its settings.
 *
 * <table>
 * <caption>orders</caption>
 * <tr><td>{@code publish COUNT BYTES FROM THREADS}</td><td>at once, from the message of a number on, by which its topic goes, from so many threads</td></tr>
 * <tr><td>{@code rate COUNT BYTES FROM PERSECOND}</td><td>at the times at which they are due</td></tr>
 * <tr><td>{@code fill COUNT BYTES}</td><td>to topic 1, a little slower than at once</td></tr>
 * <tr><td>{@code subscribers}</td><td>their number</td></tr>
 * <tr><td>{@code allocated}</td><td>bytes that living threads have allocated</td></tr>
 * <tr><td>{@code settle}</td><td>fills the young generation, so that its pages are there, as they are when a server has been up for a while</td></tr>
 * <tr><td>{@code memory}</td><td>bytes of the heap and of buffers beside it, after a collection</td></tr>
 * </table>
 */
public final class ServerMain {

    /** What the first line begins with, before the port's number and the version. */
    public static final String PORT = "port ";

    /** As many as there are spaces for what survives. */
    private static final int SETTLING_COLLECTIONS = 2;

    private static final int GARBAGE_BYTES = 64 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Contender server;
    private final int topics;
    private final Rotation rotation;
    private final boolean isJson;

    @SuppressWarnings("UnusedVariable") // What is written there is garbage once the next is.
    private volatile byte[] garbage = {};

    private final ExecutorService publishers = Executors.newCachedThreadPool();

    private ServerMain(Contender server, Settings settings) {
        this.server = server;
        this.topics = settings.topics();
        this.rotation = settings.rotation();
        this.isJson = settings.isJson();
    }

    /** Starts the server that the arguments tell of. */
    public static void main(String... arguments)
            throws IOException, ReflectiveOperationException, InterruptedException {
        Settings settings = Settings.parse(List.of(arguments).subList(1, arguments.length));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // What a library prints is no answer.
        ServerMain main = new ServerMain(
                Class.forName(arguments[0])
                        .asSubclass(Contender.class)
                        .getConstructor(Settings.class)
                        .newInstance(settings),
                settings);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        out.println(PORT + main.server.port() + " " + main.server.version());
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(main.obey(line.split(" ", -1)));
        }
        Runtime.getRuntime().halt(0); // What is still connected does not matter.
    }

    private String obey(String[] order) throws InterruptedException {
        return switch (order[0]) {
            case "publish" -> publish(number(order, 1), number(order, 2), number(order, 3), number(order, 4));
            case "rate" -> rate(number(order, 1), number(order, 2), number(order, 3), number(order, 4));
            case "fill" -> fill(number(order, 1), number(order, 2));
            case "subscribers" -> Integer.toString(server.subscribers());
            case "allocated" -> Long.toString(allocated());
            case "settle" -> settle();
            case "memory" -> memory();
            default -> throw new IllegalArgumentException("order: " + order[0]);
        };
    }

    private static int number(String[] order, int index) {
        return Integer.parseInt(order[index]);
    }

    private String publish(int count, int bytes, int from, int threads) throws InterruptedException {
        if (threads == 1) {
            publish(count, bytes, from);
        } else {
            CountDownLatch running = new CountDownLatch(threads);
            for (int i = 0; i < threads; i++) {
                int first = from + i * (count / threads);
                publishers.execute(() -> {
                    publish(count / threads, bytes, first);
                    running.countDown();
                });
            }
            running.await();
        }
        return "published";
    }

    private void publish(int count, int bytes, int from) {
        for (int i = from; i < from + count; i++) {
            server.publish(rotation.topic(i, topics), payload(System.nanoTime(), bytes));
        }
    }

    private byte[] payload(long due, int bytes) {
        return isJson ? Payload.json(due, bytes) : Payload.of(due, bytes);
    }

    private String rate(int count, int bytes, int from, int perSecond) {
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        for (int i = 0; i < count; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
            waitUntil(due);
            server.publish(rotation.topic(from + i, topics), payload(due, bytes));
        }
        return "published";
    }

    private String fill(int count, int bytes) {
        for (int i = 0; i < count; i++) {
            server.publish(1, Payload.of(0, bytes));
            if (i % 64 == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        return "filled";
    }

    private static long allocated() {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0) // -1 for a thread that has ended meanwhile
                .sum();
    }

    private String settle() {
        long enough = collections() + SETTLING_COLLECTIONS;
        while (collections() < enough) {
            garbage = new byte[GARBAGE_BYTES];
        }
        return "settled";
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    @SuppressWarnings("DoNotCallSystemGC")
    private String memory() {
        System.gc();
        System.gc(); // What cleaners have released in between.
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + " " + server.directBytes();
    }

    private static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
