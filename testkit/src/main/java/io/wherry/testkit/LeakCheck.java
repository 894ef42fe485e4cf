// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails a test run in which a buffer, or anything else that Netty tracks, was collected before it was released.
 *
 * <p>JUnit finds it through {@code META-INF/services}: to have this on the class path is enough. It takes Netty's leak
 * detection to {@code PARANOID} before the first buffer exists, prints each leak with the prefix {@code LEAK:}, and
 * throws when the session closes. Thread-safe.
 */
public final class LeakCheck implements LauncherSessionListener {
    private static final List<Detector<?>> DETECTORS = new CopyOnWriteArrayList<>();
    private static final ConcurrentLinkedQueue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger TOLD = new AtomicInteger();

    /** Called by JUnit. */
    public LeakCheck() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        // Where a buffer was retained and released says enough; to note each byte read makes large messages take
        // seconds.
        System.getProperties().putIfAbsent("io.netty.leakDetection.acquireAndReleaseOnly", "true");
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        int leaks = leaks();
        if (leaks > 0) {
            throw new AssertionError(leaks + " leaked: see the lines that begin with LEAK:");
        }
    }

    /** Collects garbage and returns how many leaks have become known since the last call; 0 where JUnit has not found this. */
    static int newLeaks() {
        int known = DETECTORS.isEmpty() ? 0 : leaks();
        return known - TOLD.getAndSet(known);
    }

    /** Collects garbage and returns how many leaks are known so far. */
    static int leaks() {
        for (int round = 0; round < 2; round++) {
            collectGarbage();
            DETECTORS.forEach(Detector::poll);
        }
        return LEAKS.size();
    }

    /** Returns once the collector has queued a reference that was cleared after the call. */
    private static void collectGarbage() {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> canary = new WeakReference<>(new Object(), queue);
        try {
            for (int attempt = 0; attempt < 20; attempt++) {
                System.gc();
                if (queue.remove(250) == canary) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void report(String leak) {
        LEAKS.add(leak);
        System.err.println("LEAK: " + leak);
    }

    private static final class Factory extends ResourceLeakDetectorFactory {
        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            Detector<T> detector = new Detector<>(resource, interval);
            DETECTORS.add(detector);
            return detector;
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        Detector(Class<T> resource, int interval) {
            super(resource, interval);
        }

        /** Tracks one object and lets it go, since a detector looks for leaks only when it tracks. */
        @SuppressWarnings("unchecked")
        void poll() {
            T probe = (T) new Object();
            var tracker = track(probe);
            if (tracker != null) {
                tracker.close(probe);
            }
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resource, String records) {
            report(resource + " was collected before it was released." + records);
        }

        @Override
        protected void reportUntracedLeak(String resource) {
            report(resource + " was collected before it was released.");
        }
    }
}
