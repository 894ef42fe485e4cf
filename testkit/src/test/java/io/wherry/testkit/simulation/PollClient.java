// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Loop;
import io.wherry.testkit.simulation.Hello.What;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's run of requests that do not wait: one from time to time, or as soon as there is something to send, with that; and
 * more beside it while its answer waits for replies. Confined to its loop.
 */
final class PollClient implements ClientConnection {

    private static final long INTERVAL_NANOS = 400 * Weather.MILLIS;

    private final Requests requests;
    private final ClientListener listener;
    private final Mail mail = new Mail();
    /** What has no reply yet. */
    private final Set<String> asked = new LinkedHashSet<>();

    private @Nullable String channelId;
    private @Nullable Poll poll;
    private @Nullable Poll beside;
    private Loop.@Nullable Timer timer;
    private boolean readable = true;
    private boolean flushed;
    private boolean owed;
    /** Whether the server had no room for what was posted, which is to be sent again. */
    private boolean refused;

    private boolean pausing;
    private boolean due;
    private boolean saidGoodbye;
    private boolean delivering;
    private boolean closing;
    private boolean closed;

    PollClient(Requests requests, ClientListener listener) {
        this.requests = requests;
        this.listener = listener;
    }

    ClientConnection connect() {
        requests.loop().execute(() -> {
            if (!closing) {
                poll = new Poll(requests.first(What.POLL), 0);
            }
        });
        return this;
    }

    private void advance() {
        String id = channelId;
        if (closed || delivering || id == null || pausing) {
            return;
        }
        boolean hasMail = owed || refused || (flushed && !mail.isEmpty());
        boolean polls = readable && !closing && !saidGoodbye;
        if (hasMail && poll == null && beside == null && polls) {
            poll = post(id, true);
        } else if (hasMail && beside == null && (poll == null || poll.mark > 0)) {
            beside = post(id, false);
        } else if (poll == null && polls && due) {
            due = false;
            poll = new Poll(requests.next(What.POLL, id, listener.position(), asked.isEmpty() ? null : new byte[0]), 0);
        } else if (poll == null && polls && timer == null) {
            timer = requests.loop().schedule(this::intervalOver, INTERVAL_NANOS);
        }
        if (closing && poll == null && beside == null && !hasMail && mail.isEmpty()) {
            end(null);
        }
    }

    private void intervalOver() {
        timer = null;
        due = true;
        advance();
    }

    private Poll post(String id, boolean polls) {
        byte[] body = new byte[0];
        long mark = 0;
        if (owed) {
            owed = false;
        } else {
            flushed = false;
            refused = false;
            if (!mail.isWritable()) {
                requests.loop().execute(listener::writable);
            }
            body = mail.take();
            mark = mail.mark();
        }
        Hello hello = polls
                ? requests.next(What.POLL, id, listener.position(), body)
                : requests.next(What.POST, id, null, body);
        return new Poll(hello, mark);
    }

    @Override
    public boolean isWritable() {
        return !closed && mail.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        if (closed || closing) {
            return;
        }
        if (envelope.kind() == Envelope.Kind.REQUEST) {
            asked.add(Long.toString(envelope.number()));
        }
        saidGoodbye |= envelope.kind() == Envelope.Kind.END;
        mail.add(envelope);
    }

    @Override
    public void flush() {
        flushed = true;
        advance();
    }

    @Override
    public void readable(boolean now) {
        readable = now;
        if (now) {
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
        if (poll != null && (poll.mark == 0 || beside != null)) {
            poll.request.cancel();
            poll = null;
            advance();
        }
    }

    private void end(@Nullable WherryException cause) {
        if (closed) {
            return;
        }
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        if (poll != null) {
            poll.request.cancel();
        }
        if (beside != null) {
            beside.request.cancel();
        }
        requests.loop().execute(() -> listener.closed(cause));
    }

    private void forget(Poll answered) {
        if (poll == answered) {
            poll = null;
        } else {
            beside = null;
        }
    }

    private void take(Envelope envelope, Poll from) {
        switch (envelope.kind()) {
            case WELCOME -> channelId = envelope.name();
            case ACK -> from.acknowledged = true;
            case REPLY, ERROR -> asked.remove(envelope.name());
            default -> {
                // Nothing to note.
            }
        }
        if (!closed) {
            listener.received(envelope);
        }
    }

    /** One request under way. */
    private final class Poll implements Requests.Answer {

        private final long mark;
        private final boolean isPost;
        private final Requests.Request request;
        private boolean acknowledged;

        Poll(Hello hello, long mark) {
            this.mark = mark;
            this.isPost = hello.body() != null;
            this.request = requests.request(hello, this);
        }

        @Override
        public void answered(byte[] body) {
            forget(this);
            delivering = true;
            try {
                listener.alive();
                SimulatedTransport.read(
                        body, requests.maxMessage(), requests.trace(), envelope -> take(envelope, this));
                if (body.length > 0) {
                    listener.receiveComplete();
                }
            } finally {
                delivering = false;
            }
            if (channelId == null) {
                end(new WherryException(ErrorCode.BAD_REQUEST, "answered without a welcome"));
                return;
            }
            if (isPost) {
                mail.arrived(mark);
                owed |= !acknowledged;
            }
            due |= !asked.isEmpty() || body.length > 4096;
            advance();
        }

        @Override
        public void failed(WherryException cause) {
            if (closed || !isPost || cause.code() != ErrorCode.TOO_MANY) {
                end(cause);
                return;
            }
            forget(this);
            owed = true;
            refused |= mark > 0;
            pausing = true;
            requests.afterRefusal(() -> {
                pausing = false;
                advance();
            });
        }
    }
}
