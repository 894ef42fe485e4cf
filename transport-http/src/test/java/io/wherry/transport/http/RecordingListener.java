// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.testkit.Await;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Keeps what a channel would hear, a line for each event. */
final class RecordingListener implements ClientListener {

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Override
    public void received(Envelope envelope) {
        heard.add(envelope.kind() + " " + envelope.name());
    }

    @Override
    public void receiveComplete() {
        heard.add("complete");
    }

    @Override
    public void alive() {
        heard.add("alive");
    }

    @Override
    public void writable() {
        heard.add("writable");
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        heard.add("closed " + (cause instanceof WherryException e ? e.code().text() : cause));
    }

    @Override
    public @Nullable Position position() {
        return null;
    }

    /** What was heard and not yet expected. */
    Collection<String> heard() {
        return Collections.unmodifiableCollection(heard);
    }

    /** Waits for events that come next, in this order. */
    void expect(String... events) {
        for (String event : events) {
            assertThat(Await.next(heard)).isEqualTo(event);
        }
    }

    /** Waits for the end, whatever comes before it. */
    void expectLast(String event) {
        String next = Await.next(heard);
        while (!next.startsWith("closed")) {
            next = Await.next(heard);
        }
        assertThat(next).isEqualTo(event);
    }
}
