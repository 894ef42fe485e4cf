// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.log.TopicHistory;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The topics that a reader reads, as a key that is quick to compare. Immutable. */
final class TopicSet {

    static final TopicSet EMPTY = new TopicSet(Set.of());

    private final Set<TopicHistory> topics;
    private final int hash;

    private TopicSet(Set<TopicHistory> topics) {
        this.topics = topics;
        this.hash = topics.hashCode();
    }

    static TopicSet of(List<Subscribed> subscriptions) {
        return switch (subscriptions.size()) {
            case 0 -> EMPTY;
            case 1 -> new TopicSet(Set.of(subscriptions.get(0).history()));
            default ->
                new TopicSet(
                        Set.of(subscriptions.stream().map(Subscribed::history).toArray(TopicHistory[]::new)));
        };
    }

    Set<TopicHistory> topics() {
        return topics;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this || (other instanceof TopicSet that && hash == that.hash && topics.equals(that.topics));
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
