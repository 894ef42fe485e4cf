// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Authenticator;
import io.wherry.Authorizer;
import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Environment;
import io.wherry.spi.Loop;
import io.wherry.spi.Loops;
import io.wherry.spi.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server: the log, its topics, its channels, and the transports that carry them. Thread-safe. */
public final class RealServer implements Server {

    private static final Logger logger = LoggerFactory.getLogger(RealServer.class);
    private static final int ID_BYTES = 18;
    private static final SecureRandom SECURE = new SecureRandom();
    private static final CompletableFuture<@Nullable Principal> NOBODY = CompletableFuture.completedFuture(null);

    private final Config config;
    private final ServerSettings settings;
    private final List<Transport> transports;
    private final @Nullable Authenticator authenticator;
    private final @Nullable Authorizer authorizer;
    private final @Nullable Environment environment;
    private final RandomGenerator random;
    private final Log log;
    private final Handlers handlers = new Handlers();
    private final Map<String, RealTopic> topics = new ConcurrentHashMap<>();
    private final Map<String, ServerChannel> channels = new ConcurrentHashMap<>();
    private final Map<String, Integer> channelsByAddress = new ConcurrentHashMap<>();
    private final Set<PlainReader> plainReaders = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Consumer<Channel> onOpen;
    private volatile @Nullable Consumer<Channel> onClose;
    private volatile @Nullable RunningServer running;
    private final AskedMessages asked;
    private boolean started;
    private volatile @Nullable ServerStop stopping;
    private @Nullable CompletableFuture<Void> closed;

    /**
     * Makes a server that does not run yet.
     *
     * @param environment what it runs on, null for threads and loops of its own
     */
    public RealServer(
            Config config,
            Transports transports,
            @Nullable Authenticator authenticator,
            @Nullable Authorizer authorizer,
            @Nullable Environment environment) {
        this.config = config;
        this.settings = ServerSettings.of(config);
        this.asked = new AskedMessages(settings.limits().asked());
        this.transports = transports.named(config);
        this.authenticator = authenticator;
        this.authorizer = authorizer;
        this.environment = environment;
        this.random = environment == null ? SECURE : environment.random();
        this.log = new Log(random, environment == null ? System::nanoTime : environment.clock());
    }

    Config config() {
        return config;
    }

    ServerSettings settings() {
        return settings;
    }

    Log log() {
        return log;
    }

    Handlers handlers() {
        return handlers;
    }

    Set<PlainReader> plainReaders() {
        return plainReaders;
    }

    // ---- topics and handlers

    @Override
    public Topic topic(String name) {
        return topic(name, settings.topicDefaults());
    }

    @Override
    public Topic topic(String name, TopicOptions options) {
        return topics.computeIfAbsent(name, key -> newTopic(log.open(key, options)));
    }

    private RealTopic newTopic(TopicHistory history) {
        Conflation conflation = history.options().slowReader().perSecond() == 0
                ? null
                : new Conflation(
                        log, history, this::later, task -> callbackThreads().execute(task));
        return new RealTopic(log, history, settings.limits().message(), conflation);
    }

    /** Runs something on one of the loops after a while; returns false, and does not, where the server does not run. */
    private boolean later(Runnable task, long nanos) {
        RunningServer current = running;
        if (current == null) {
            return false;
        }
        try {
            current.loops().next().schedule(task, nanos);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    TopicHistory requireTopic(String name) {
        TopicHistory history = log.find(name);
        if (history == null) {
            throw unknownTopic(name);
        }
        return history;
    }

    private static WherryException unknownTopic(String name) {
        return new WherryException(
                ErrorCode.UNKNOWN_TOPIC,
                "topic: " + WherryException.quote(name) + " (expected: one of the server's topics)");
    }

    void requireAllowed(@Nullable Principal principal, Authorizer.Action action, String name) {
        if (authorizer != null && !authorizer.allows(principal, action, name)) {
            throw new WherryException(
                    ErrorCode.FORBIDDEN,
                    WherryException.quote(name) + ": " + action.name().toLowerCase(java.util.Locale.ROOT)
                            + " is not allowed (expected: a principal that may)");
        }
    }

    CompletionStage<Position> publishFor(@Nullable Principal principal, String name, Message message) {
        requireAllowed(principal, Authorizer.Action.PUBLISH, name);
        RealTopic topic = topics.get(name);
        if (topic == null) {
            throw unknownTopic(name);
        }
        topic.requireClientPublish();
        return topic.publish(message);
    }

    @Override
    public Server onOpen(Consumer<Channel> listener) {
        onOpen = listener;
        return this;
    }

    @Override
    public Server onClose(Consumer<Channel> listener) {
        onClose = listener;
        return this;
    }

    @Override
    public Server onMessage(String name, MessageHandler handler) {
        handlers.onMessage(name, handler);
        return this;
    }

    @Override
    public Server onRequest(String name, RequestHandler handler) {
        handlers.onRequest(name, handler);
        return this;
    }

    // ---- channels

    ServerChannel newChannel(Attachment attachment, ServerLoop home) {
        requireServing();
        if (channels.size() >= settings.limits().channels()) {
            throw new WherryException(
                    ErrorCode.TOO_MANY,
                    "channels: " + channels.size() + " (expected: fewer than "
                            + settings.limits().channels() + ")");
        }
        Handshake handshake = attachment.handshake().get();
        countAddress(address(handshake.remoteAddress()));
        ServerChannel channel =
                new ServerChannel(this, newId(), attachment.principal(), handshake, attachment.resumable(), home);
        channels.put(channel.id(), channel);
        return channel;
    }

    /**
     * Finds out who asks, off the loop. Fails with a {@link WherryException} where it is refused, also for credentials that have
     * expired.
     */
    CompletionStage<@Nullable Principal> authenticate(Supplier<Handshake> handshake) {
        Authenticator asked = authenticator;
        if (asked == null) {
            return NOBODY;
        }
        CompletableFuture<@Nullable Principal> result = new CompletableFuture<>();
        Handshake shown = handshake.get();
        callbackThreads().execute(() -> {
            try {
                Principal principal = asked.authenticate(shown);
                if (Identity.hasExpired(principal)) {
                    throw new WherryException(ErrorCode.UNAUTHORIZED, "credentials: expired (expected: new ones)");
                }
                result.complete(principal);
            } catch (WherryException e) {
                result.completeExceptionally(e);
            } catch (Throwable e) { // whatever it is, a peer waits for an answer
                result.completeExceptionally(
                        new WherryException(ErrorCode.INTERNAL, "authentication failed to give an answer", e));
            }
        });
        return result;
    }

    /** Refuses what is new where the server stops, and tells when to come back. */
    void requireServing() {
        if (stopping != null) {
            throw refusal();
        }
    }

    /** What one is told that the server lets go since it stops; null while it does not stop. */
    @Nullable WherryException farewell() {
        ServerStop stop = stopping;
        return stop == null ? null : stop.farewell();
    }

    /** What one is told that comes while the server stops. */
    WherryException refusal() {
        ServerStop stop = stopping;
        return stop == null ? new WherryException(ErrorCode.UNAVAILABLE, "the server is stopping") : stop.refusal();
    }

    AskedMessages asked() {
        return asked;
    }

    private String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    private static @Nullable String address(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : null;
    }

    private void countAddress(@Nullable String address) {
        if (address == null) {
            return;
        }
        int most = settings.limits().channelsPerAddress();
        channelsByAddress.compute(address, (key, count) -> {
            int now = count == null ? 1 : count + 1;
            if (now > most) {
                throw new WherryException(
                        ErrorCode.TOO_MANY, "channels from " + key + ": " + now + " (expected: at most " + most + ")");
            }
            return now;
        });
    }

    @Nullable ServerChannel find(String id) {
        return channels.get(id);
    }

    void opened(Channel channel) {
        Consumer<Channel> listener = onOpen;
        if (listener != null) {
            listener.accept(channel);
        }
    }

    void closed(Channel channel) {
        Consumer<Channel> listener = onClose;
        if (listener != null) {
            listener.accept(channel);
        }
    }

    void forget(ServerChannel channel) {
        if (channels.remove(channel.id(), channel)) {
            @Nullable String address = address(channel.remoteAddress());
            if (address != null) {
                channelsByAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    @Override
    public Collection<Channel> channels() {
        List<Channel> alive = new ArrayList<>();
        for (ServerChannel channel : channels.values()) {
            if (!channel.hasEnded()) {
                alive.add(channel);
            }
        }
        return alive;
    }

    @Override
    public @Nullable Channel channel(String id) {
        ServerChannel channel = channels.get(id);
        return channel == null || channel.hasEnded() ? null : channel;
    }

    // ---- running

    private RunningServer running() {
        RunningServer current = running;
        if (current == null) {
            throw new WherryException(ErrorCode.CLOSED, "the server is not running");
        }
        return current;
    }

    ServerLoop loop(Loop loop) {
        return running().loop(loop);
    }

    CallbackThreads callbackThreads() {
        return running().callbackThreads();
    }

    /** Where the callbacks of a channel run. */
    Executor callbacks(Executor onLoop) {
        return settings.callbacksOnLoop() ? onLoop : callbackThreads();
    }

    @Override
    public Server start() {
        synchronized (this) {
            if (started || closed != null) {
                throw new WherryException(
                        ErrorCode.BAD_REQUEST, "start: called twice, or after close (expected: once)");
            }
            started = true;
        }
        Loops loops = startLoops();
        RunningServer starting = new RunningServer(this, loops, CallbackThreads.of(environment, loops.all()));
        running = starting;
        try {
            starting.bind(transports);
        } catch (RuntimeException e) {
            starting.stop(Duration.ZERO).toCompletableFuture().join();
            running = null;
            throw e;
        }
        return this;
    }

    private Loops startLoops() {
        if (environment != null) {
            return environment.loops();
        }
        int count = config.get(CoreKeys.LOOPS);
        return Loops.start(
                count == 0 ? Runtime.getRuntime().availableProcessors() : count,
                "wherry-server",
                config.get(CoreKeys.SOCKETS));
    }

    @Override
    public int port() {
        RunningServer current = running;
        return current == null ? -1 : current.port();
    }

    @Override
    public void close() {
        closeAsync().toCompletableFuture().join();
        awaitHandlers(settings.closeTimeoutNanos());
    }

    @Override
    public void close(Duration grace) {
        long endsAt = System.nanoTime() + Durations.nanos(grace);
        closeAsync(grace).toCompletableFuture().join();
        awaitHandlers(Math.max(0, endsAt - System.nanoTime()));
    }

    private void awaitHandlers(long nanos) {
        RunningServer stopped = running;
        if (stopped != null) {
            stopped.callbackThreads().awaitEnd(nanos);
        }
    }

    @Override
    public CompletionStage<Void> closeAsync() {
        return closeAsync(Duration.ZERO);
    }

    @Override
    public CompletionStage<Void> closeAsync(Duration grace) {
        CompletableFuture<Void> result;
        RunningServer current;
        synchronized (this) {
            if (closed != null) {
                return closed.minimalCompletionStage();
            }
            result = new CompletableFuture<>();
            closed = result;
            current = running;
        }
        if (current == null) {
            result.complete(null);
            return result;
        }
        topics.values().forEach(RealTopic::flush);
        int clients = channels.size() + plainReaders.size();
        Loop loop = current.loops().next();
        ServerStop stop = new ServerStop(grace, clients, settings.comeBackRate(), random, loop);
        stopping = stop;
        long closeTimeout = settings.closeTimeoutNanos();
        var unused = stop.letGo(channels::values, () -> plainReaders, asked.underWay(), closeTimeout)
                .whenComplete((told, failure) -> topics.values().forEach(RealTopic::stop))
                .thenCompose(told -> current.stop(stop.portsMayTake(closeTimeout)))
                .whenComplete((stopped, failure) -> {
                    channels.clear();
                    if (failure != null) {
                        logger.warn("the server did not stop in order", failure);
                    }
                    result.complete(null);
                });
        return result.minimalCompletionStage();
    }

    @Override
    public String toString() {
        return "Server[" + log.epoch() + ", port " + port() + ", " + channels.size() + " channels]";
    }
}
