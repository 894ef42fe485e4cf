// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.Message;
import io.wherry.spi.Environment;
import io.wherry.spi.Loops;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What everybody in one run shares: time, chance, the network, the checker. Confined to the thread of the run. */
final class World {

    private final Plan plan;
    private final Random random;
    private final VirtualClock clock;
    private final Trace trace;
    private final Weather weather;
    private final SimulatedNetwork network;
    private final Checker checker;

    World(long seed, boolean keepsLines) {
        // Neighbouring seeds must not begin alike.
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 0x2545F4914F6CDD1DL);
        this.plan = new Plan(random);
        this.clock = new VirtualClock(random.nextLong());
        this.trace = new Trace(clock, keepsLines);
        this.weather = new Weather(new Random(random.nextLong()));
        this.network = new SimulatedNetwork(clock, weather, trace);
        this.checker = new Checker(trace);
    }

    Plan plan() {
        return plan;
    }

    Random random() {
        return random;
    }

    VirtualClock clock() {
        return clock;
    }

    Trace trace() {
        return trace;
    }

    Weather weather() {
        return weather;
    }

    SimulatedNetwork network() {
        return network;
    }

    Checker checker() {
        return checker;
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A message to be published, with a key or without. */
    Message message(String text) {
        int key = random.nextInt(6);
        return key < 3 ? Message.of(text).withKey("key" + key) : Message.of(text);
    }

    int padding() {
        return random.nextInt(random.nextInt(8) == 0 ? plan.padding() + 1 : 8);
    }

    /** A process: loops for channels and one for callbacks, which die together. */
    final class Machine {

        private final CountingAllocator alloc = new CountingAllocator();
        private final List<FakeLoop> loops = new ArrayList<>();
        private final FakeLoop callbacks;
        private final Random chance = new Random(random.nextLong());

        Machine(String name, int count) {
            for (int i = 0; i < count; i++) {
                loops.add(clock.loop(name + "-" + i, alloc));
            }
            callbacks = clock.loop(name + "-callbacks", alloc);
        }

        Environment environment() {
            return new Environment(Loops.given(loops), this::callBack, chance, clock::nanoTime);
        }

        private void callBack(Runnable task) {
            if (chance.nextInt(100) < plan.slowCallbackPercent()) {
                callbacks.schedule(task, chance.nextInt(400) * Weather.MILLIS);
            } else {
                callbacks.execute(task);
            }
        }

        List<FakeLoop> loops() {
            return loops;
        }

        FakeLoop callbacks() {
            return callbacks;
        }

        Random chance() {
            return chance;
        }

        void kill() {
            loops.forEach(FakeLoop::kill);
            callbacks.kill();
        }

        /** How many timers are set. */
        int timers() {
            return callbacks.timers()
                    + loops.stream().mapToInt(FakeLoop::timers).sum();
        }

        /** How many buffers are not released. */
        int buffers() {
            return alloc.live();
        }
    }
}
