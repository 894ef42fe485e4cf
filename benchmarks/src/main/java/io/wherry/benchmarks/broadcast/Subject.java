// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import io.wherry.benchmarks.broadcast.ServerProcess.Cpu;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server in its own process, and its subscribers in this one. Used by one thread. */
final class Subject implements AutoCloseable {

    private final ServerKind kind;
    private final int bytes;
    private final int count;
    private final ServerProcess server;
    private final Subscribers subscribers;
    private final long welcomes;
    private long published;

    Subject(ServerKind kind, int count, int bytes, List<String> jvmOptions) throws IOException, InterruptedException {
        this.kind = kind;
        this.bytes = bytes;
        this.count = count;
        this.server = new ServerProcess(kind, jvmOptions);
        this.subscribers = new Subscribers(server.port(), count, kind.isChannel());
        this.welcomes = kind.isChannel() ? 1 : 0;
        while (server.subscribers() < count) {
            Thread.sleep(10);
        }
    }

    ServerKind kind() {
        return kind;
    }

    /** Puts the server under a load for a while, and checks that everybody got everything. */
    Sample run(Load load, long seconds) throws IOException, InterruptedException, TimeoutException {
        awaitAll();
        long before = published;
        long start = System.nanoTime();
        Cpu cpu = server.cpu();
        if (load.rate() > 0) {
            publish(Math.toIntExact(load.rate() * seconds), load.rate());
        } else {
            while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds)) {
                publish(load.burst(), 0);
            }
        }
        Cpu used = server.cpu().minus(cpu);
        long nanos = System.nanoTime() - start;
        subscribers.check(welcomes + published);
        return new Sample((published - before) * count, nanos, used);
    }

    private void publish(int messages, int rate) throws IOException, InterruptedException, TimeoutException {
        server.publish(messages, bytes, rate);
        published += messages;
        awaitAll();
    }

    private void awaitAll() throws IOException, InterruptedException, TimeoutException {
        subscribers.await((welcomes + published) * count);
    }

    @Override
    public void close() throws IOException {
        server.close();
        subscribers.close();
    }

    @Override
    public String toString() {
        return kind + ", process " + server.pid();
    }
}
