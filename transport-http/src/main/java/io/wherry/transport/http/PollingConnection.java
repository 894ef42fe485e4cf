// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Target;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's run of requests. Polls go one after the other: a GET from time to time, or, as soon as there is something to
 * send, a POST whose answer brings what a GET would have brought. While such a POST waits for replies, more is sent by POSTs
 * beside it. Confined to its target's loop.
 */
final class PollingConnection implements ClientConnection {

    /** An answer of this size may not have been all there is. */
    private static final int LARGE_ANSWER = 32 * 1024;
    /** An empty poll that was answered sooner was not held. */
    private static final Duration HELD = Duration.ofMillis(100);

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Target target;
    private final ClientListener listener;
    private final Outbox outbox;
    private final Refusals refusals;
    private final Duration interval;
    private final Duration patience;
    private final Set<String> asked = new HashSet<>();
    private @Nullable String channelId;
    private @Nullable Request poll;
    private @Nullable Request beside;
    private Loop.@Nullable Timer timer;
    private boolean delivering;
    private boolean flushed;
    /** Whether the server has had no room: an empty POST asks for it. */
    private boolean owed;
    /** Whether it has refused mail, which is to be sent again. */
    private boolean refused;

    private boolean due;
    private boolean readable = true;
    private boolean saidGoodbye;
    private boolean closing;
    private boolean closed;

    PollingConnection(HttpClientPool pool, ClientContext context, Target target, ClientListener listener) {
        this.pool = pool;
        this.context = context;
        this.target = target;
        this.listener = listener;
        this.outbox = new Outbox(context.limits());
        this.interval = context.config().get(HttpKeys.POLL_INTERVAL);
        this.patience = context.config().get(CoreKeys.LOST_AFTER);
        this.refusals = new Refusals(target.loop(), patience, this::advance);
    }

    /** Makes the first request. */
    void open() {
        if (!closed && poll == null) {
            URI uri = HttpClientRequest.opening(target, HttpTransport.NAME);
            Duration timeout = context.config().get(CoreKeys.CONNECT_TIMEOUT);
            poll = new Request(false);
            poll.send(HttpClientRequest.get(target, uri, timeout));
        }
    }

    /** Makes the requests that are due. */
    private void advance() {
        if (closed || delivering || channelId == null) {
            return;
        }
        if (refusals.isPausing()) {
            return;
        }
        boolean hasMail = owed || refused || (flushed && !outbox.isEmpty());
        boolean polls = readable && !closing && !saidGoodbye;
        if (hasMail && poll == null && beside == null && polls) {
            poll = post(channelId, true, takeMail());
        } else if (hasMail && beside == null && (poll == null || (poll.isPost && (owed || outbox.mayRepeat())))) {
            beside = post(channelId, false, takeMail());
        } else if (poll == null && polls) {
            poll(channelId);
        }
        if (closing && poll == null && beside == null && !owed && !refused && outbox.isEmpty()) {
            end(null);
        }
    }

    private void poll(String id) {
        if (!due) {
            if (timer == null) {
                timer = target.loop().schedule(this::pollAgain, interval.toNanos());
            }
        } else if (asked.isEmpty()) {
            poll = new Request(false);
            URI uri = HttpClientRequest.going(target, HttpTransport.NAME, id, listener.position());
            poll.send(HttpClientRequest.get(target, uri, patience));
        } else {
            // Nothing to send, but the answer to a POST waits for replies.
            poll = post(id, true, Unpooled.EMPTY_BUFFER);
        }
    }

    private void pollAgain() {
        timer = null;
        due = true;
        advance();
    }

    private ByteBuf takeMail() {
        if (owed) {
            owed = false;
            return Unpooled.EMPTY_BUFFER;
        }
        boolean wasFull = !isWritable();
        ByteBuf mail = outbox.take();
        refused = false;
        flushed &= !outbox.isEmpty();
        if (wasFull && isWritable()) {
            target.loop().execute(listener::writable);
        }
        return mail;
    }

    private Request post(String id, boolean polls, ByteBuf body) {
        Request request = new Request(true);
        request.mark = body.isReadable() ? outbox.mark() : 0;
        URI uri = HttpClientRequest.going(target, HttpTransport.NAME, id, polls ? listener.position() : null);
        request.send(HttpClientRequest.post(target, uri, BatchFraming.MEDIA_TYPE, body, patience));
        return request;
    }

    private void answered(Request request, HttpClientResponse response) {
        boolean isPoll = request == poll;
        forget(request);
        deliver(request, response);
        if (channelId == null) {
            throw new WherryException(ErrorCode.BAD_REQUEST, "answer: no welcome (expected: one, first)");
        }
        if (request.isPost) {
            outbox.arrived(request.mark);
            // Without an acknowledgement the server has no room yet: an empty POST waits for it.
            owed |= !request.acknowledged;
            if (request.acknowledged) {
                refusals.over();
            } else if (!refusals.takeUnacknowledged(request.sentNanos)) {
                end(Refusals.unacknowledged());
                return;
            }
        }
        if (isPoll) {
            restartTimer(response.body().writerIndex() >= LARGE_ANSWER
                    || (!asked.isEmpty() && (request.wasHeld() || request.overtaken)));
        } else if (poll != null) {
            poll.overtaken = true;
        } else if (!asked.isEmpty()) {
            // What was asked beside the last poll came too late for it to be held.
            restartTimer(true);
        }
        advance();
    }

    private void forget(Request request) {
        if (request == poll) {
            poll = null;
        } else {
            beside = null;
        }
    }

    private void failed(Request request, WherryException cause) {
        if (!closed && request.isPost && refusals.take(cause)) {
            // What was not taken is kept; an empty POST asks for room.
            forget(request);
            owed = true;
            refused |= request.mark > 0;
            advance();
        } else {
            end(cause);
        }
    }

    private void restartTimer(boolean isDue) {
        due = isDue;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void deliver(Request request, HttpClientResponse response) {
        delivering = true;
        try {
            listener.alive();
            if (response.body().isReadable()) {
                BatchFraming.read(response.body(), context.limits().message(), envelope -> received(request, envelope));
                listener.receiveComplete();
            }
        } finally {
            delivering = false;
        }
    }

    private void received(Request request, Envelope envelope) {
        request.broughtNews |= envelope.kind() != Kind.ACK;
        switch (envelope.kind()) {
            case WELCOME -> channelId = envelope.name();
            case ACK -> request.acknowledged = true;
            case REPLY, ERROR -> asked.remove(envelope.name());
            default -> {
                // Nothing to note.
            }
        }
        if (!closed) {
            listener.received(envelope);
        }
    }

    @Override
    public boolean isWritable() {
        return !closed && outbox.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        if (closed || closing) {
            return;
        }
        if (envelope.kind() == Kind.REQUEST) {
            asked.add(Long.toString(envelope.number()));
        }
        saidGoodbye |= envelope.kind() == Kind.END;
        outbox.add(envelope);
    }

    @Override
    public void flush() {
        flushed = true;
        advance();
    }

    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        if (welcome) {
            advance();
        }
    }

    @Override
    public void close() {
        if (closed || closing) {
            return;
        }
        closing = true;
        flushed = true;
        if (channelId == null) {
            end(null);
            return;
        }
        advance();
        if (poll != null && (!poll.isPost || poll.mark == 0 || beside != null)) {
            // Nobody waits for it any more, and what it carries, the one beside it carries too.
            poll.cancel();
            poll = null;
            advance();
        }
    }

    private void end(@Nullable WherryException cause) {
        if (closed) {
            return;
        }
        closed = true;
        refusals.stop();
        if (timer != null) {
            timer.cancel();
        }
        if (poll != null) {
            poll.cancel();
        }
        if (beside != null) {
            beside.cancel();
        }
        listener.closed(cause);
    }

    /** One request under way. */
    private final class Request implements HttpResponseListener {

        private final boolean isPost;
        private final long sentNanos = target.loop().nanoTime();
        private @Nullable HttpCall call;
        private long mark;
        private boolean acknowledged;
        private boolean broughtNews;
        /** Whether what was sent beside it has been answered before it: it may have been too early to be held for that. */
        private boolean overtaken;

        Request(boolean isPost) {
            this.isPost = isPost;
        }

        void send(HttpClientRequest request) {
            call = pool.request(context, target.loop(), request, this);
        }

        /** Whether there is reason to think that another such poll would wait for something. */
        boolean wasHeld() {
            return isPost && (mark > 0 || broughtNews || target.loop().nanoTime() - sentNanos > HELD.toNanos());
        }

        void cancel() {
            if (call != null) {
                call.cancel();
            }
        }

        @Override
        public void answered(HttpClientResponse response) {
            PollingConnection.this.answered(this, response);
        }

        @Override
        public void failed(WherryException cause) {
            PollingConnection.this.failed(this, cause);
        }
    }
}
