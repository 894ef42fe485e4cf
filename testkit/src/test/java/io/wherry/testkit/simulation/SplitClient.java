// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.testkit.simulation.Hello.What;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection whose two ways are apart: down by one response or by requests that wait, up by POST, one at a time.
 * Confined to its loop.
 */
final class SplitClient implements ClientConnection {

    private final Requests requests;
    private final ClientListener listener;
    private final boolean isStream;
    private final EnvelopeReader reader;
    private final ByteBuf received = Unpooled.buffer(64);
    private final Mail mail = new Mail();
    private @Nullable String channelId;
    private Wire.@Nullable End stream;
    private Requests.@Nullable Request poll;
    private Requests.@Nullable Request post;
    private boolean readable = true;
    private boolean flushed;
    /** Whether the server has had no room: an empty POST waits for it. */
    private boolean owed;
    /** Whether the server has refused a POST a moment ago. */
    private boolean pausing;

    private boolean closing;
    private boolean closed;

    SplitClient(Requests requests, ClientListener listener, boolean isStream) {
        this.requests = requests;
        this.listener = listener;
        this.isStream = isStream;
        this.reader = new EnvelopeReader(requests.maxMessage());
    }

    ClientConnection connect() {
        requests.loop().execute(() -> {
            if (closing) {
                return;
            }
            if (isStream) {
                stream = requests.stream(new Down());
                stream.readable(readable);
            } else {
                poll = requests.request(requests.first(What.LONG_POLL), new PollAnswer());
            }
        });
        return this;
    }

    @Override
    public boolean isWritable() {
        return !closing && mail.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        if (!closing) {
            mail.add(envelope);
        }
    }

    @Override
    public void flush() {
        flushed = true;
        post();
    }

    @Override
    public void readable(boolean now) {
        readable = now;
        if (stream != null) {
            stream.readable(now);
        }
        pollOn();
    }

    private void pollOn() {
        String id = channelId;
        if (!isStream && readable && !closing && poll == null && id != null) {
            poll = requests.request(requests.next(What.LONG_POLL, id, listener.position(), null), new PollAnswer());
        }
    }

    private void post() {
        String id = channelId;
        if (closed || post != null || id == null || pausing) {
            return;
        }
        if (owed) {
            owed = false;
            post = requests.request(requests.next(What.POST, id, null, new byte[0]), new PostAnswer(0));
        } else if (mail.isUnderWay() || (flushed && !mail.isEmpty())) {
            flushed = false;
            if (!mail.isWritable()) {
                requests.loop().execute(listener::writable);
            }
            Hello hello = requests.next(What.POST, id, null, mail.take());
            post = requests.request(hello, new PostAnswer(mail.mark()));
        } else if (closing && mail.isEmpty()) {
            end(null);
        }
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        flushed = true;
        stopDown();
        if (channelId == null) {
            end(null);
        } else {
            post();
        }
    }

    private void stopDown() {
        if (stream != null) {
            stream.close(null);
        }
        if (poll != null) {
            poll.cancel();
        }
    }

    private void take(Envelope envelope) {
        if (closing) {
            return;
        }
        if (channelId == null && envelope.kind() == Envelope.Kind.WELCOME) {
            channelId = envelope.name();
        }
        listener.received(envelope);
    }

    private void failed(WherryException cause) {
        if (post != null) {
            post.cancel();
        }
        stopDown();
        end(cause);
    }

    private void end(@Nullable WherryException cause) {
        closing = true;
        if (!closed) {
            closed = true;
            if (post != null) {
                post.cancel();
            }
            requests.loop().execute(() -> listener.closed(cause));
        }
    }

    /** What comes down on a response that goes on. */
    private final class Down implements Wire.Events {

        @Override
        public void received(byte[] bytes, boolean whole) {
            received.writeBytes(bytes);
            SimulatedTransport.read(received, reader, requests.trace(), SplitClient.this::take);
            received.discardReadBytes();
        }

        @Override
        public void receiveComplete() {
            if (!closing) {
                listener.alive();
                listener.receiveComplete();
                post();
            }
        }

        @Override
        public void writable() {
            // Nothing goes up here.
        }

        @Override
        public void closed(@Nullable WherryException cause) {
            if (!closing) {
                if (cause == null && channelId == null) {
                    failed(new WherryException(ErrorCode.UNAVAILABLE, "ended before the welcome"));
                } else if (cause == null) {
                    if (post != null) {
                        post.cancel();
                    }
                    end(null);
                } else {
                    failed(cause);
                }
            }
        }
    }

    /** What comes down in the answer to a request that waits. */
    private final class PollAnswer implements Requests.Answer {

        @Override
        public void answered(byte[] body) {
            poll = null;
            if (closing) {
                return;
            }
            listener.alive();
            if (body.length > 0) {
                SimulatedTransport.read(body, requests.maxMessage(), requests.trace(), SplitClient.this::take);
                listener.receiveComplete();
            }
            if (channelId == null) {
                failed(new WherryException(ErrorCode.BAD_REQUEST, "answered without a welcome"));
            }
            pollOn();
            post();
        }

        @Override
        public void failed(WherryException cause) {
            poll = null;
            if (!closing) {
                SplitClient.this.failed(cause);
            }
        }
    }

    /** What comes in the answer to a POST. */
    private final class PostAnswer implements Requests.Answer {

        private final long mark;

        PostAnswer(long mark) {
            this.mark = mark;
        }

        @Override
        public void answered(byte[] body) {
            post = null;
            mail.arrived(mark);
            owed = body.length == 0;
            if (!closed && body.length > 0) {
                SimulatedTransport.read(body, requests.maxMessage(), requests.trace(), listener::answered);
                listener.receiveComplete();
            }
            post();
        }

        @Override
        public void failed(WherryException cause) {
            post = null;
            if (cause.code() == ErrorCode.TOO_MANY && !closed) {
                owed = true;
                pausing = true;
                requests.afterRefusal(() -> {
                    pausing = false;
                    post();
                });
            } else {
                SplitClient.this.failed(cause);
            }
        }
    }
}
