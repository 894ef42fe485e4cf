// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.SlowReader;
import io.wherry.SlowReader.Policy;
import io.wherry.TopicOptions;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.log.Entry;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.EnvelopeReader;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Readers under random publishing, slowness, cuts, moves between loops and topics that drop: what a client takes is in
 * order, nothing twice, and nothing missing that was not told. A failure names its seed.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReaderRandomTest {

    private static final int SEEDS = Integer.getInteger("readers.seeds", 1000);
    private static final Limits LIMITS = Limits.of(Config.of(Map.of(), CoreKeys.all()));
    private static final List<SlowReader> POLICIES = List.of(
            SlowReader.keep(),
            SlowReader.latest(),
            SlowReader.latestByKey(),
            SlowReader.disconnect(),
            SlowReader.disconnect(20));
    private static final byte[] DELIMITER = {'\n'};
    private static final Framing FRAMING = (envelope, out) -> {
        envelope.writeTo(out);
        out.writeByte('\n');
    };

    @Test
    void losesAndDoublesNothing() {
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                new World(seed, seed % 2 == 0).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void noticesAReaderThatSkips() {
        // The checker itself: a client that drops one message on its way must be caught.
        int caught = 0;
        for (long seed = 0; seed < 50; seed++) {
            World world = new World(seed, false);
            world.client.swallowOne = true;
            try {
                world.run();
            } catch (AssertionError e) {
                caught++;
            }
        }
        assertThat(caught).isGreaterThan(40);
    }

    @Test
    void noticesAReaderThatPassesOverTheLatestOfAKey() {
        int caught = 0;
        for (long seed = 0; seed < 100; seed++) {
            World world = new World(seed, true);
            world.client.deafTo = "k1";
            try {
                world.run();
            } catch (AssertionError e) {
                caught++;
            }
        }
        assertThat(caught).isGreaterThan(20);
    }

    /** A log, two loops, one reader and its client. */
    private static final class World {

        private final SplittableRandom random;
        private final Log log;
        private final List<ManualLoop> loops = List.of(new ManualLoop(), new ManualLoop());
        private final List<ServerLoop> serverLoops = new ArrayList<>();
        private final List<TopicHistory> topics = new ArrayList<>();
        private final OwnLog own;
        private final Completions completions = new Completions(Runnable::run);
        private final Reader reader;
        private final Client client;
        private ServerLoop home;
        private @Nullable Pipe pipe;
        private long ownCount;

        /**
         * Makes a world.
         *
         * @param policies whether topics have other ways with slow readers than to let them read all that is kept
         */
        World(long seed, boolean policies) {
            random = new SplittableRandom(seed);
            log = new Log(new java.util.Random(seed), () -> loops.get(0).nanoTime());
            for (ManualLoop loop : loops) {
                ServerLoop serverLoop = new ServerLoop(loop, log, 1_000_000_000L, any -> {});
                serverLoops.add(serverLoop);
                log.addWakeup(serverLoop::wake);
            }
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                int keeps = random.nextInt(3) == 0 ? 3 + random.nextInt(10) : 10_000;
                SlowReader policy = policies ? POLICIES.get(random.nextInt(POLICIES.size())) : SlowReader.keep();
                topics.add(log.open(
                        "t" + i, TopicOptions.defaults().maxCount(keeps).slowReader(policy)));
            }
            own = new OwnLog(log.epoch(), new ByteBudget(1 << 20, 1 << 20));
            reader = new Reader(log, own, 0);
            home = serverLoops.get(0);
            client = new Client(log.position(0));
        }

        void run() {
            publishSome();
            for (int i = 0; i < topics.size(); i++) {
                if (random.nextBoolean()) {
                    subscribe(topics.get(i));
                }
            }
            int steps = 50 + random.nextInt(300);
            for (int step = 0; step < steps; step++) {
                step();
            }
            settle();
            client.checkComplete();
        }

        private void step() {
            switch (random.nextInt(11)) {
                case 0, 1, 2 -> publishSome();
                case 10 -> inHome(reader::disconnectIfTooFarBehind);
                case 3 -> giveOwn();
                case 4 -> loops.get(random.nextInt(2)).runOne();
                case 5 -> loops.get(random.nextInt(2)).runAll();
                case 6 -> {
                    if (pipe != null) {
                        pipe.carry(random.nextInt(4));
                    }
                }
                case 7 -> {
                    if (random.nextInt(4) == 0) {
                        cut();
                    }
                }
                case 8 -> {
                    if (pipe == null || random.nextInt(8) == 0) {
                        attach();
                    }
                }
                default -> {
                    TopicHistory topic = topics.get(random.nextInt(topics.size()));
                    if (random.nextInt(3) == 0) {
                        if (reader.find(topic) == null) {
                            subscribe(topic);
                        } else {
                            inHome(() -> reader.unsubscribe(topic));
                            client.unsubscribed(topic.name());
                        }
                    }
                }
            }
        }

        private void settle() {
            attach();
            for (int i = 0; i < 10_000; i++) {
                loops.forEach(ManualLoop::runAll);
                if (pipe == null) {
                    attach();
                } else if (!pipe.carry(1000)) {
                    return;
                }
            }
            throw new AssertionError("never settles");
        }

        private void inHome(Runnable action) {
            ((ManualLoop) home.loop()).inLoop(action);
        }

        private void publishSome() {
            int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 5);
            for (int i = 0; i < count; i++) {
                TopicHistory topic = topics.get(random.nextInt(topics.size()));
                int key = random.nextInt(5);
                Message message = Message.of("x".repeat(random.nextInt(100))).withKey(key == 4 ? null : "k" + key);
                Entry entry = log.append(topic, message);
                client.published(topic, entry.sequence(), message.key());
            }
        }

        private void subscribe(TopicHistory topic) {
            inHome(() -> {
                long head = home.readToHead();
                reader.subscribe(topic, head, LIMITS);
                client.subscribed(topic.name(), head);
            });
        }

        private void giveOwn() {
            inHome(() -> {
                String text = "own " + ++ownCount;
                client.ownExpected.add(text);
                reader.ownAdded(own.add(reader.lastSequence(), Kind.DIRECT, "own", null, Message.of(text), null));
            });
        }

        private void cut() {
            pipe = null;
            inHome(reader::detach);
        }

        private void attach() {
            cut();
            Position after = client.position;
            own.trim(after, completions);
            reader.moveTo(after);
            home = serverLoops.get(random.nextInt(2));
            Pipe next = new Pipe(home.loop());
            pipe = next;
            inHome(() -> reader.attach(home, next));
        }

        /** A connection that holds what is written until it is carried, and what is not carried before a cut is lost. */
        private final class Pipe implements Connection {

            private final Loop loop;
            private final ArrayDeque<byte[]> inFlight = new ArrayDeque<>();
            private final int most = 1 + random.nextInt(4);
            private boolean closed;

            Pipe(Loop loop) {
                this.loop = loop;
            }

            /** Carries some writes to the client; returns whether there were any. */
            boolean carry(int count) {
                boolean wasFull = !isWritable();
                int carried = 0;
                for (; carried < count && !inFlight.isEmpty(); carried++) {
                    client.receive(inFlight.poll());
                }
                if (wasFull && isWritable()) {
                    loop.execute(() -> {
                        if (pipe == this) {
                            reader.writable();
                        }
                    });
                }
                return carried > 0;
            }

            @Override
            public String transport() {
                return "test";
            }

            @Override
            public Loop loop() {
                return loop;
            }

            @Override
            public Framing framing() {
                return FRAMING;
            }

            @Override
            public boolean isWritable() {
                return !closed && inFlight.size() < most;
            }

            @Override
            public void write(ByteBuf envelopes) {
                assertThat(loop.inLoop()).isTrue();
                byte[] bytes = new byte[envelopes.readableBytes()];
                envelopes.getBytes(envelopes.readerIndex(), bytes);
                inFlight.add(bytes);
            }

            @Override
            public void flush() {}

            @Override
            public void heartbeat() {}

            @Override
            public void readable(boolean readable) {}

            @Override
            public void close(@Nullable WherryException reason) {
                if (reason == null || reason.code() != ErrorCode.TOO_MANY) {
                    throw new AssertionError("closed", reason);
                }
                closed = true;
                loop.execute(() -> {
                    if (pipe == this) {
                        cut();
                    }
                });
            }
        }
    }

    /** What a client takes, and what it should. */
    private static final class Client {

        private final EnvelopeReader envelopes = new EnvelopeReader(1 << 20);
        private final Map<String, List<Long>> due = new HashMap<>();
        private final Set<String> subscribed = new HashSet<>();
        private final Map<String, Long> heads = new HashMap<>();
        private final Map<String, Long> told = new HashMap<>();
        private final List<String> ownExpected = new ArrayList<>();
        private final List<String> ownTaken = new ArrayList<>();
        private Position position;
        private boolean swallowOne;
        private @Nullable String deafTo;
        /** What was published, by topic: the key of each that has one, where the topic tells keys apart. */
        private final Map<String, Map<Long, String>> keys = new HashMap<>();

        private final Map<String, Policy> policies = new HashMap<>();

        Client(Position position) {
            this.position = position;
        }

        void published(TopicHistory topic, long sequence, @Nullable String key) {
            String name = topic.name();
            policies.put(name, topic.options().slowReader().policy());
            if (subscribed.contains(name)) {
                Objects.requireNonNull(due.get(name), name).add(sequence);
                if (key != null) {
                    keys.computeIfAbsent(name, any -> new HashMap<>()).put(sequence, key);
                }
            }
        }

        /** Whether a message may be passed over, by agreement: something that was published since stands for it. */
        private boolean isSuperseded(String topic, long sequence, List<Long> expected) {
            Policy policy = policies.get(topic);
            if (policy == Policy.LATEST) {
                return expected.get(expected.size() - 1) > sequence;
            }
            Map<Long, String> known = keys.getOrDefault(topic, Map.of());
            String key = known.get(sequence);
            return policy == Policy.LATEST_BY_KEY
                    && key != null
                    && expected.stream().anyMatch(later -> later > sequence && key.equals(known.get(later)));
        }

        void subscribed(String topic, long head) {
            subscribed.add(topic);
            due.put(topic, new ArrayList<>());
            heads.put(topic, head);
        }

        void unsubscribed(String topic) {
            subscribed.remove(topic);
            due.remove(topic);
        }

        void receive(byte[] bytes) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            Envelope envelope;
            while ((envelope = envelopes.readNext(in, DELIMITER)) != null) {
                take(envelope);
            }
            assertThat(in.isReadable()).isFalse();
        }

        private void take(Envelope envelope) {
            Position at = envelope.position();
            if (at != null) {
                if (!at.isAfter(position)) {
                    return;
                }
                position = at;
            }
            if (swallowOne && envelope.kind() != Kind.GAP) {
                swallowOne = false;
                return;
            }
            if (envelope.kind() == Kind.MESSAGE && deafTo != null && deafTo.equals(envelope.argument())) {
                return;
            }
            switch (envelope.kind()) {
                case ERROR -> assertThat(envelope.argument()).isEqualTo("too-many");
                case MESSAGE -> takeMessage(envelope.name(), position.sequence());
                case DIRECT -> ownTaken.add(envelope.message().text());
                case GAP -> takeGap(envelope);
                default -> throw new AssertionError("unexpected " + envelope);
            }
        }

        private void takeMessage(String topic, long sequence) {
            List<Long> expected = due.get(topic);
            if (expected == null || sequence <= heads.getOrDefault(topic, 0L)) {
                return; // was on its way when the topic was left
            }
            long upTo = told.getOrDefault(topic, 0L);
            expected.removeIf(
                    each -> each < sequence && (each <= upTo || isSuperseded(topic, each, List.copyOf(expected))));
            if (!expected.isEmpty() && expected.get(0) == sequence) {
                expected.remove(0);
                return;
            }
            assertThat(expected).as("topic %s at %s", topic, position).doesNotContain(sequence);
            throw new AssertionError("topic " + topic + ": took " + sequence + ", due " + expected);
        }

        private void takeGap(Envelope envelope) {
            String argument = envelope.argumentOrEmpty();
            Position upTo = Position.parse(argument.substring(argument.indexOf(' ') + 1));
            List<Long> expected = due.get(envelope.name());
            if (expected != null && upTo.sequence() > heads.getOrDefault(envelope.name(), 0L)) {
                assertThat(expected.stream().anyMatch(each -> each <= upTo.sequence())
                                || told.getOrDefault(envelope.name(), 0L) >= upTo.sequence())
                        .as("a gap of %s up to %s though nothing is missing of %s", envelope.name(), upTo, expected)
                        .isTrue();
            }
            told.merge(envelope.name(), upTo.sequence(), Math::max);
        }

        void checkComplete() {
            due.forEach((topic, expected) -> {
                long upTo = told.getOrDefault(topic, 0L);
                expected.removeIf(each -> each <= upTo);
                assertThat(expected)
                        .as("missing of topic %s, at %s", topic, position)
                        .isEmpty();
            });
            assertThat(ownTaken).isEqualTo(ownExpected);
        }
    }
}
