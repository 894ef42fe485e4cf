// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Loops;
import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The least that a Netty server has to do, and no bookkeeping, with the bytes of Wherry's plain readers: each message is framed once, in a
 * direct buffer; a turn of the loop takes all that wait, writes a duplicate of each to each subscriber of its topic with a void promise, past all encoders,
 * and flushes each subscriber once. It never looks whether a channel is writable. What waits for several topics goes topic by topic.
 */
// The deprecated way to have handlers on threads of their own is what `netty-threads` is for.
@SuppressWarnings({"FutureReturnValueIgnored", "deprecation"})
public final class NettyContender implements Contender {

    private static final int MAX_HEADER = 64 * 1024;

    /** The sockets are those that Wherry would take. */
    private final Loops loops = Loops.start(1, "netty", System.getProperty(CoreKeys.SOCKETS.name(), "auto"));

    private final EventLoop loop = loops.group().next();
    private final ConcurrentLinkedQueue<Published> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTurnDue = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private final List<NettyTopic> topics;
    private final List<NettyTopic> touched = new ArrayList<>();
    private final List<NettyTopic.Reader> unflushed = new ArrayList<>();
    private final Map<Channel, NettyTopic.Reader> readers = new HashMap<>();
    private final List<ChannelHandlerContext> polls = new ArrayList<>();
    private final List<ChannelHandlerContext> streams = new ArrayList<>();
    private final NettyFraming framing;
    /** What the answer to a stream's request begins with. */
    private final byte[] head;

    private final int joinedBytes;
    private final @Nullable SslContext tls;
    private final @Nullable NettyDeflater deflater;
    /** Where what is asked is answered, null for the loop. */
    private final @Nullable EventExecutorGroup threads;

    private final NettyServer server;
    private volatile int subscriptions;
    private ByteBuf latest = Unpooled.EMPTY_BUFFER;
    private long published;

    /** Something that waits for the loop. */
    private static final class Published {

        private final int topic;
        private final byte[] text;

        Published(int topic, byte[] text) {
            this.topic = topic;
            this.text = text;
        }
    }

    /** Starts it. */
    public NettyContender(Settings settings) {
        framing = NettyFraming.of(settings.transport());
        joinedBytes = settings.joinedBytes();
        tls = tls(settings.tls());
        deflater = settings.isCompressed() ? new NettyDeflater() : null;
        head = framing.head(settings.isCompressed());
        threads = settings.threads() == 0 ? null : new DefaultEventExecutorGroup(settings.threads());
        topics = Stream.generate(NettyTopic::new).limit(settings.topics()).toList();
        server = new NettyServer(loops.group(), loops.serverSocketType(), this::initialize);
    }

    /** As Wherry makes it. */
    private static @Nullable SslContext tls(List<String> files) {
        try {
            return files.isEmpty()
                    ? null
                    : SslContextBuilder.forServer(new File(files.get(0)), new File(files.get(1)))
                            .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void initialize(Channel channel) {
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        if (framing == NettyFraming.WEBSOCKET) {
            channel.pipeline()
                    .addLast(new HttpServerCodec(MAX_HEADER, MAX_HEADER, 8192), new HttpObjectAggregator(8192));
            if (deflater != null) {
                channel.pipeline().addLast(new NettyExtension());
            }
            channel.pipeline()
                    .addLast(new WebSocketServerProtocolHandler("/wherry/websocket", null, true, 1 << 20, false, true))
                    .addLast(threads, new NettyWebSocket(this));
        } else if (framing == NettyFraming.ANSWER) {
            channel.pipeline()
                    .addLast(new HttpRequestDecoder(), new HttpObjectAggregator(1 << 20))
                    .addLast(threads, new NettyHttp(this));
        } else {
            channel.pipeline()
                    .addLast(new HttpRequestDecoder(MAX_HEADER, MAX_HEADER, 8192), new NettyStream(this, head));
        }
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public String version() {
        return NettyServer.version("Netty");
    }

    @Override
    public int subscribers() {
        return subscriptions;
    }

    @Override
    public void publish(int topic, byte[] text) {
        waiting.add(new Published(topic, text));
        if (isTurnDue.compareAndSet(false, true)) {
            loop.execute(turn);
        }
    }

    private void turn() {
        isTurnDue.set(false);
        for (Published next = waiting.poll(); next != null; next = waiting.poll()) {
            NettyTopic topic = topics.get(next.topic);
            ByteBuf frame =
                    framing.frame(next.text, ++published, topic.isOneOfSeveral() ? "t" + next.topic : "", deflater);
            if (framing == NettyFraming.ANSWER) {
                answerPolls(frame);
            } else if (topic.add(frame)) {
                touched.add(topic);
            }
        }
        for (int i = 0; i < touched.size(); i++) {
            NettyTopic topic = touched.get(i);
            if (joinedBytes > 0) {
                topic.join(joinedBytes);
            }
            topic.deliver(unflushed);
        }
        touched.clear();
        for (int i = 0; i < unflushed.size(); i++) {
            unflushed.get(i).flush();
        }
        unflushed.clear();
    }

    /** Each poll is answered once, and what comes later by what is the latest then. */
    private void answerPolls(ByteBuf answer) {
        latest.release();
        latest = answer;
        for (int i = 0; i < polls.size(); i++) {
            ChannelHandlerContext poll = polls.get(i);
            poll.writeAndFlush(answer.retainedDuplicate(), poll.voidPromise());
        }
        polls.clear();
        subscriptions = 0;
    }

    /** A poll waits. Called on the loop. */
    void addPoll(ChannelHandlerContext poll) {
        polls.add(poll);
        subscriptions = polls.size();
    }

    /** There is a stream of answers; returns its number. Called on the loop. */
    int add(ChannelHandlerContext stream) {
        streams.add(stream);
        return streams.size() - 1;
    }

    /** The stream of a number. Called on the loop. */
    ChannelHandlerContext stream(int number) {
        return streams.get(number);
    }

    /** A message for one stream. Called on the loop. */
    ByteBuf frame(byte[] text) {
        return framing.frame(text, ++published, "", null);
    }

    /** The number of the last message. Called on the loop. */
    long published() {
        return published;
    }

    /** The last message, framed, for the caller to release. Called on the loop. */
    ByteBuf latest() {
        return latest.retainedDuplicate();
    }

    /** From now on a connection gets what is published to some topics. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void add(ChannelHandlerContext subscriber, List<Integer> numbers) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> add(subscriber, numbers));
            return;
        }
        NettyTopic.Reader reader = new NettyTopic.Reader(
                subscriber, numbers.stream().map(topics::get).toList());
        reader.topics().forEach(topic -> topic.readers().add(reader));
        subscriptions += numbers.size();
        readers.put(subscriber.channel(), reader);
    }

    /** A connection has ended. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void remove(Channel channel) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> remove(channel));
            return;
        }
        NettyTopic.Reader reader = readers.remove(channel);
        if (reader != null) {
            reader.topics().forEach(topic -> topic.readers().remove(reader));
            subscriptions -= reader.topics().size();
        } else if (polls.removeIf(poll -> poll.channel() == channel)) {
            subscriptions = polls.size();
        }
    }

    @Override
    public long directBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }

    @Override
    public void close() {
        loops.close();
        if (threads != null) {
            threads.shutdownGracefully();
        }
    }
}
