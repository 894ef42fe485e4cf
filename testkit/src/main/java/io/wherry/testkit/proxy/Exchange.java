// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A request and its response on their way through an HTTP proxy, with what goes wrong. Confined to the proxy's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write shows as the end of the connection
final class Exchange implements Upstream.Listener {

    /** What RFC 6455 appends to the key of a handshake. */
    private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final HttpFront front;
    private final FullHttpRequest request;
    private final Iterator<HttpRule> steps;
    private final List<HttpRule> holding = new ArrayList<>();
    private final List<Runnable> whenOver = new ArrayList<>();
    private final Deque<HttpObject> held = new ArrayDeque<>();
    private @Nullable Upstream upstream;
    private @Nullable HttpRule loses;
    private long heldBytes;
    private boolean informs;
    private boolean switches;
    private boolean keepAlive = true;
    private boolean over;

    /** Takes a request. */
    Exchange(HttpFront front, FullHttpRequest request) {
        this.front = front;
        this.request = request;
        this.steps = front.proxy().rules(ProxiedRequest.of(request)).iterator();
    }

    /** Begins, or goes on after something that took time. */
    void begin() {
        while (!over && steps.hasNext()) {
            if (!passes(steps.next())) {
                return;
            }
        }
        if (!over) {
            forward();
        }
    }

    /** Lets a fault strike; returns whether to go on at once. */
    private boolean passes(HttpRule rule) {
        return switch (rule.kind()) {
            case WATCH -> {
                rule.fault().strike();
                yield true;
            }
            case ANSWER -> !rule.fault().strike() || answer((int) rule.amount());
            case SWALLOW -> !rule.fault().strike();
            case CUT -> !rule.fault().strike() || cut();
            case SILENT_UPGRADE -> !isUpgrade() || !rule.fault().strike() || upgradeIntoSilence();
            case STRIP_UPGRADE -> !isUpgrade() || !rule.fault().strike() || stripUpgrade();
            case DELAY -> !rule.fault().strike() || later(rule);
            case REORDER -> overtake(rule);
            case DUPLICATE -> !rule.fault().strike() || copy(this::begin);
            case OVERLAP -> !rule.fault().strike() || !copy(() -> {});
            case CUT_LATER -> {
                loopSchedule(() -> cut(rule), rule.amount());
                yield true;
            }
            case LOSE_ANSWER -> {
                loses = rule;
                yield true;
            }
            case BUFFER, HOLD_BYTES, HOLD_TIME -> holding.add(rule);
        };
    }

    private boolean isUpgrade() {
        return request.headers().contains(HttpHeaderNames.UPGRADE);
    }

    private boolean cut() {
        front.link().reset();
        return false;
    }

    private void cut(HttpRule rule) {
        if (!front.link().hasEnded() && rule.fault().strike()) {
            front.link().reset();
        }
    }

    private boolean stripUpgrade() {
        request.headers().remove(HttpHeaderNames.UPGRADE).remove(HttpHeaderNames.CONNECTION);
        return true;
    }

    private boolean later(HttpRule rule) {
        loopSchedule(this::begin, rule.amount());
        return false;
    }

    /** Waits to be overtaken, or overtakes the request that waits. */
    private boolean overtake(HttpRule rule) {
        Exchange slower = rule.waiting();
        if (slower == null || slower.over) {
            rule.waiting(this);
            loopSchedule(
                    () -> {
                        if (rule.waiting() == this) {
                            rule.waiting(null);
                            begin();
                        }
                    },
                    rule.amount());
            return false;
        }
        rule.waiting(null);
        rule.fault().strike();
        whenOver.add(slower::begin);
        return true;
    }

    private void loopSchedule(Runnable task, long nanos) {
        front.link().client().eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** Sends the request on a connection of its own, and drops what is answered; returns false. */
    private boolean copy(Runnable then) {
        FullHttpRequest copy = request.copy();
        Upstream.connect(front.proxy(), front.link(), extra -> {
            if (extra == null) {
                copy.release();
                then.run();
            } else {
                extra.send(copy, new Dropped(extra, then));
            }
        });
        return false;
    }

    /** Answers in the server's place; returns false. */
    private boolean answer(int status) {
        HttpResponseStatus answered = HttpResponseStatus.valueOf(status);
        ByteBuf body = Unpooled.copiedBuffer(answered + "\n", UTF_8);
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answered, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        HttpUtil.setContentLength(response, body.readableBytes());
        keepAlive = HttpUtil.isKeepAlive(request);
        front.link().client().writeAndFlush(response);
        finish();
        return false;
    }

    private boolean upgradeIntoSilence() {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, request.headers().get(HttpHeaderNames.UPGRADE))
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(request));
        String protocols = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (protocols != null) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, protocols.split(",", 2)[0].strip());
        }
        front.link().client().writeAndFlush(response);
        front.link().silence();
        return false;
    }

    private static String accept(FullHttpRequest request) {
        try {
            String key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "") + WEBSOCKET_GUID;
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(key.getBytes(ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void forward() {
        Upstream kept = front.takeIdle();
        if (kept != null) {
            forward(kept);
            return;
        }
        Upstream.connect(front.proxy(), front.link(), made -> {
            if (over) {
                if (made != null) {
                    made.close();
                }
            } else if (made == null) {
                answer(HttpResponseStatus.BAD_GATEWAY.code());
            } else {
                forward(made);
            }
        });
    }

    private void forward(Upstream to) {
        upstream = to;
        to.send(request.retain(), this);
    }

    @Override
    public void response(HttpObject part) {
        if (over) {
            ReferenceCountUtil.release(part);
            return;
        }
        if (part instanceof HttpResponse head && begins(head)) {
            ReferenceCountUtil.release(part);
            return;
        }
        if (informs) {
            informs = !(part instanceof LastHttpContent);
            ReferenceCountUtil.release(part);
            return;
        }
        if (part instanceof HttpContent content) {
            heldBytes += content.content().readableBytes();
        }
        held.add(part);
        changed();
    }

    /** A response begins; returns whether its head is not for the client. */
    private boolean begins(HttpResponse head) {
        int status = head.status().code();
        switches = status == HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        informs = status < 200 && !switches;
        if (informs) {
            return true;
        }
        HttpRule rule = loses;
        if (rule != null && rule.fault().strike()) {
            front.link().reset();
            return true;
        }
        boolean bodiless = status == 204 || status == 304 || request.method().equals(HttpMethod.HEAD);
        boolean delimited = bodiless || HttpUtil.isContentLengthSet(head) || HttpUtil.isTransferEncodingChunked(head);
        keepAlive = switches || (delimited && HttpUtil.isKeepAlive(head) && HttpUtil.isKeepAlive(request));
        holding.removeIf(hold -> switches || !hold.fault().strike());
        for (HttpRule hold : holding) {
            if (hold.kind() == HttpRule.Kind.HOLD_TIME) {
                loopSchedule(
                        () -> {
                            holding.remove(hold);
                            changed();
                        },
                        hold.amount());
            }
        }
        return false;
    }

    /** Lets go on what is not held any more. */
    void changed() {
        holding.removeIf(hold -> !isHolding(hold));
        if (held.isEmpty() || !holding.isEmpty()) {
            return;
        }
        boolean last = false;
        while (!over && !held.isEmpty()) {
            HttpObject part = held.remove();
            last = part instanceof LastHttpContent;
            front.link().client().write(part);
        }
        if (!over) {
            front.link().client().flush();
        }
        if (last && !over) {
            finish();
        }
    }

    private boolean isHolding(HttpRule hold) {
        if (!hold.fault().isSwitchedOn()) {
            return false;
        }
        boolean whole = held.peekLast() instanceof LastHttpContent;
        return switch (hold.kind()) {
            case BUFFER -> !whole;
            case HOLD_BYTES -> !whole && heldBytes < hold.amount();
            default -> true;
        };
    }

    /** Says whether the client takes more. */
    void writable(boolean writable) {
        Upstream current = upstream;
        if (current != null) {
            current.readable(writable);
        }
    }

    @Override
    public void ended() {
        if (!over) {
            front.link().serverReset();
        }
    }

    private void finish() {
        Upstream current = upstream;
        release();
        if (switches && current != null) {
            front.becomeTunnel(current);
        } else {
            front.finished(current, keepAlive);
        }
    }

    /** It is over, whole or not. */
    void release() {
        if (over) {
            return;
        }
        over = true;
        request.release();
        for (HttpObject part = held.poll(); part != null; part = held.poll()) {
            ReferenceCountUtil.release(part);
        }
        whenOver.forEach(Runnable::run);
    }

    /** Takes a response that nobody wants. */
    private static final class Dropped implements Upstream.Listener {

        private final Upstream extra;
        private final Runnable then;
        private boolean informs;

        Dropped(Upstream extra, Runnable then) {
            this.extra = extra;
            this.then = then;
        }

        @Override
        public void response(HttpObject part) {
            if (part instanceof HttpResponse head) {
                informs = head.status().code() < 200;
            }
            boolean last = part instanceof LastHttpContent && !informs;
            ReferenceCountUtil.release(part);
            if (last) {
                extra.close();
                then.run();
            }
        }

        @Override
        public void ended() {
            then.run();
        }
    }
}
