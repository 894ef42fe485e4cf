// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.SlowReader;
import io.wherry.TopicOptions;
import io.wherry.testkit.simulation.SimulatedTransport.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What a run is like, drawn from its seed. Immutable. */
final class Plan {

    private final int clients;
    private final int serverLoops;
    private final int steps;
    private final int stepMillis;
    private final int slowCallbackPercent;
    private final int restartPercent;
    private final boolean restartsInOrder;
    private final List<TopicOptions> topics = new ArrayList<>();
    private final List<List<Kind>> transports = new ArrayList<>();
    private final Map<String, String> settings = new TreeMap<>();
    private final int padding;

    Plan(Random random) {
        clients = 1 + random.nextInt(3);
        serverLoops = 1 + random.nextInt(2);
        steps = 20 + random.nextInt(60);
        stepMillis = 20 + random.nextInt(200);
        slowCallbackPercent = random.nextBoolean() ? 0 : random.nextInt(40);
        restartPercent = random.nextInt(5) == 0 ? 3 : 0;
        restartsInOrder = random.nextBoolean();
        padding = random.nextInt(4) == 0 ? 1500 : 30;
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            topics.add(topic(random));
        }
        for (int i = 0; i < clients; i++) {
            List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
            Collections.shuffle(kinds, random);
            transports.add(List.copyOf(kinds.subList(0, 1 + random.nextInt(kinds.size()))));
        }
        settings(random);
    }

    private static TopicOptions topic(Random random) {
        int[] counts = {3, 16, 1000};
        int[] bytes = {400, 16 << 20, 16 << 20};
        int[] seconds = {2, 3600, 3600};
        return TopicOptions.defaults()
                .maxCount(counts[random.nextInt(3)])
                .maxBytes(bytes[random.nextInt(3)])
                .maxAge(Duration.ofSeconds(seconds[random.nextInt(3)]))
                .clientPublish(true)
                .slowReader(slowReader(random));
    }

    private static SlowReader slowReader(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> SlowReader.latest();
            case 1 -> SlowReader.latestByKey();
            case 2 ->
                (random.nextBoolean() ? SlowReader.latest() : SlowReader.latestByKey()).atMost(1 + random.nextInt(20));
            case 3 -> random.nextBoolean() ? SlowReader.disconnect() : SlowReader.disconnect(1 + random.nextInt(20));
            default -> SlowReader.keep();
        };
    }

    private void settings(Random random) {
        int heartbeat = 1500 + random.nextInt(3) * 1000;
        settings.put("wherry.heartbeat", heartbeat + "ms");
        settings.put("wherry.lost-after", heartbeat * 5 / 2 + "ms");
        settings.put("wherry.resume-window", (random.nextInt(3) == 0 ? 3 : 60) + "s");
        settings.put("wherry.connect-timeout", "2s");
        settings.put("wherry.backoff-min", "100ms");
        settings.put("wherry.backoff-max", "2s");
        settings.put("wherry.close-timeout", "1s");
        settings.put("wherry.request-timeout", 2 + random.nextInt(8) + "s");
        settings.put("wherry.callbacks", random.nextInt(4) == 0 ? "loop" : "threads");
        settings.put("wherry.limits.message", "4KiB");
        if (random.nextInt(4) == 0) {
            settings.put("wherry.limits.inbound", "2KiB");
        }
        if (random.nextInt(6) == 0) {
            settings.put("wherry.limits.unacknowledged", "12KiB");
            settings.put("wherry.limits.outbound-high", "4KiB");
        }
    }

    int clients() {
        return clients;
    }

    int serverLoops() {
        return serverLoops;
    }

    int steps() {
        return steps;
    }

    int stepMillis() {
        return stepMillis;
    }

    /** How many of a hundred callbacks are slow. */
    int slowCallbackPercent() {
        return slowCallbackPercent;
    }

    /** How many of a hundred steps restart the server. */
    int restartPercent() {
        return restartPercent;
    }

    boolean restartsInOrder() {
        return restartsInOrder;
    }

    List<TopicOptions> topics() {
        return topics;
    }

    /** A client's transports, the preferred one first. */
    List<Kind> transports(int client) {
        return transports.get(client % transports.size());
    }

    Map<String, String> settings() {
        return settings;
    }

    /** Up to how much is put behind the text of a message. */
    int padding() {
        return padding;
    }

    static String topicName(int number) {
        return "topic" + number;
    }

    @Override
    public String toString() {
        return "Plan[" + clients + " clients " + transports + ", " + serverLoops + " server loops, " + topics + ", "
                + settings + ", " + steps + " steps of " + stepMillis + " ms]";
    }
}
