// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.log.Entry;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.List;

/** What a client is given of a topic's past when it subscribes: messages, and the gap where some are missing. */
final class SubscriptionHistory {

    private SubscriptionHistory() {}

    /** Gives a channel the messages from a start up to the head, in the place that the head has. On the channel's loop. */
    static void give(ServerChannel channel, TopicHistory history, Start start, long head) {
        int max = channel.settings().limits().history();
        List<Entry> entries = new ArrayList<>();
        Position after = start.position();
        if (start.mode() == Start.Mode.LAST) {
            history.readLast(
                    Math.min(start.count(), max), head, channel.server().log().now(), entries);
            passOver(channel, entries, max);
        } else if (after != null) {
            boolean sameEpoch = after.epoch().equals(channel.server().log().epoch());
            long from = sameEpoch ? channel.reader().requireKnown(after, head).sequence() : 0;
            long missing = history.readBehind(
                    from, head, Integer.MAX_VALUE, channel.server().log().now(), entries);
            missing = Math.max(missing, passOver(channel, entries, max));
            if (!sameEpoch) {
                giveGap(channel, history, Gap.Reason.EPOCH, after, head);
            }
            if (missing > from) {
                giveGap(
                        channel,
                        history,
                        Gap.Reason.OVERRUN,
                        channel.server().log().position(Math.min(missing, head)),
                        head);
            }
        }
        for (Entry entry : entries) {
            channel.own()
                    .give(
                            head,
                            Kind.HISTORY,
                            history.name(),
                            entry.envelope().argument() == null
                                    ? entry.position().toString()
                                    : entry.position() + " " + entry.envelope().argument(),
                            entry.envelope().message());
        }
    }

    /**
     * Takes the oldest entries out, so that at most {@code max} are left, and no more than the channel's log has room for.
     *
     * @return the sequence number of the newest that was taken out, 0 for none
     */
    private static long passOver(ServerChannel channel, List<Entry> entries, int max) {
        int kept = 0;
        long room = channel.budget().room() / 2;
        while (kept < Math.min(max, entries.size())) {
            room -= OwnLog.weight(
                    entries.get(entries.size() - 1 - kept).envelope().message());
            if (room < 0) {
                break;
            }
            kept++;
        }
        List<Entry> passedOver = entries.subList(0, entries.size() - kept);
        long newest =
                passedOver.isEmpty() ? 0 : passedOver.get(passedOver.size() - 1).sequence();
        passedOver.clear();
        return newest;
    }

    private static void giveGap(
            ServerChannel channel, TopicHistory history, Gap.Reason reason, Position upTo, long head) {
        channel.own().give(head, Kind.GAP, history.name(), reason.text() + " " + upTo, Message.empty());
    }
}
