// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Topic;
import io.wherry.examples.soak.Tally.Label;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Channels of one client, behind one network, that talk to each other on a topic. Confined to the driver's thread.
 */
final class Group {

    private static final int MIN_PAUSE_MILLIS = 100;
    private static final int MAX_PAUSE_MILLIS = 500;

    private final Client client;
    private final Cutter cutter;
    private final Topic topic;
    private final List<Peer> peers;
    /** By source: the peers, and the server behind them. */
    private final long[] talkSent;

    private long nextFaultNanos;

    Group(Client client, Cutter cutter, Topic topic, List<Peer> peers) {
        this.client = client;
        this.cutter = cutter;
        this.topic = topic;
        this.peers = List.copyOf(peers);
        this.talkSent = new long[peers.size() + 1];
        this.nextFaultNanos = System.nanoTime();
    }

    List<Peer> peers() {
        return peers;
    }

    Cutter cutter() {
        return cutter;
    }

    Client client() {
        return client;
    }

    /** Lets the server, or one of the peers, publish on the group's topic; returns how many are to hear it. */
    int talk(Random random, int padding) {
        int source = random.nextBoolean() ? peers.size() : random.nextInt(peers.size());
        if (source == peers.size()) {
            topic.publish(next(source, padding));
        } else if (peers.get(source).hasRoom()) {
            peers.get(source).publish(topic.name(), next(source, padding));
        } else {
            return 0;
        }
        return peers.size();
    }

    private Message next(int source, int padding) {
        return new Label(source, ++talkSent[source], System.nanoTime()).message(padding);
    }

    /** Does some harm, when it is time for it. */
    void harm(Random random, List<String> transports) {
        long now = System.nanoTime();
        if (now < nextFaultNanos) {
            return;
        }
        nextFaultNanos = now + TimeUnit.MILLISECONDS.toNanos(random.nextInt(MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS + 1));
        int dice = random.nextInt(100);
        if (dice < 60) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                peers.get(random.nextInt(peers.size())).switchTo(transports.get(random.nextInt(transports.size())));
            }
        } else if (dice < 70) {
            cutter.cutOne(random.nextInt());
        } else if (dice < 82) {
            cutter.cutAfter(random.nextInt(20_000));
        } else if (dice < 88) {
            cutter.cut();
        } else if (dice < 94) {
            cutter.stall(random.nextInt(50, 300));
        } else {
            cutter.refuse(random.nextInt(50, 200));
        }
    }

    boolean hasAll(long newsSent) {
        return peers.stream().allMatch(peer -> peer.hasAll(newsSent, talkSent));
    }

    Stream.Sum sum(long newsSent) {
        return peers.stream().map(peer -> peer.sum(newsSent, talkSent)).reduce(Stream.Sum.NONE, Stream.Sum::plus);
    }

    /** What has not come, for whoever looks for a fault. */
    List<Peer> peersThatMiss(long newsSent) {
        return peers.stream().filter(peer -> !peer.hasAll(newsSent, talkSent)).toList();
    }
}
