// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.Gap;
import io.wherry.Limits;
import io.wherry.MessageHandler;
import io.wherry.RequestHandler;
import io.wherry.TransportChange;
import io.wherry.WherryException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is the same on both sides of a channel: who listens, where the channel stands, and how much is under way.
 * Thread-safe, except where a method names the loop.
 */
abstract class ListeningChannel implements Channel {

    /** The first changes that there are, one for each transport: most channels have no other. */
    private static final Map<TransportChange, TransportChange> FIRST = new ConcurrentHashMap<>();

    private final Dispatcher dispatcher;
    private final Executor callbacks;
    /** Null while there was none, as are those that follow. */
    private @Nullable Completions completions;
    /** Made, and told what changes, while this is locked: so nobody who comes to listen misses a change, or hears of it twice. */
    private volatile @Nullable ChannelListeners listeners;
    /** Null until the application sets one for this channel alone; then it stays. */
    private volatile @Nullable Handlers handlers;

    private final ByteBudget budget;
    private volatile State state = State.CONNECTING;
    private volatile @Nullable TransportChange lastTransport;

    /**
     * Makes a channel that has no connection yet.
     *
     * @param callbacks where the application's code runs
     */
    ListeningChannel(Executor callbacks, Limits limits) {
        this.dispatcher = new Dispatcher(callbacks, limits.inbound(), this::inboundDrained);
        this.callbacks = callbacks;
        this.budget = new ByteBudget(limits.unacknowledged(), limits.outboundHigh());
    }

    /** The handlers have caught up: more can be taken in. Any thread. */
    abstract void inboundDrained();

    Dispatcher dispatcher() {
        return dispatcher;
    }

    /** The stages to be completed. On the loop. */
    Completions completions() {
        Completions made = completions;
        if (made == null) {
            made = new Completions(callbacks);
            completions = made;
        }
        return made;
    }

    /** Who listens, or will. */
    synchronized ChannelListeners listeners() {
        ChannelListeners made = listeners;
        if (made == null) {
            made = new ChannelListeners(dispatcher, state, lastTransport);
            listeners = made;
        }
        return made;
    }

    /** Who listens, null for nobody. */
    @Nullable ChannelListeners listenersOrNull() {
        return listeners;
    }

    /** The handler of this channel alone for a name. */
    @Nullable MessageHandler messageHandler(String name) {
        Handlers own = handlers;
        return own == null ? null : own.message(name);
    }

    /** The handler of this channel alone for requests of a name. */
    @Nullable RequestHandler requestHandler(String name) {
        Handlers own = handlers;
        return own == null ? null : own.request(name);
    }

    private synchronized Handlers ownHandlers() {
        Handlers own = handlers;
        if (own == null) {
            own = new Handlers();
            handlers = own;
        }
        return own;
    }

    ByteBudget budget() {
        return budget;
    }

    /** On the loop. */
    void changeState(State now) {
        synchronized (this) {
            if (state != now) {
                state = now;
                if (listeners != null) {
                    listeners.state(now);
                }
            }
        }
    }

    /** On the loop. */
    void changeTransport(String now, String reason) {
        synchronized (this) {
            String before = transport();
            if (!before.equals(now)) {
                TransportChange change = new TransportChange(before, now, reason);
                lastTransport = before.isEmpty() ? FIRST.computeIfAbsent(change, same -> same) : change;
                if (listeners != null) {
                    listeners.transport(change);
                }
            }
        }
    }

    /** Something was acknowledged: who had to wait may go on. */
    void tellWritable() {
        if (budget.takeRelief()) {
            ChannelListeners told = listeners;
            if (told != null) {
                told.writable();
            }
        }
    }

    @Override
    public String transport() {
        TransportChange last = lastTransport;
        return last == null ? "" : last.to();
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public Channel onMessage(String name, MessageHandler handler) {
        ownHandlers().onMessage(name, handler);
        return this;
    }

    @Override
    public Channel onRequest(String name, RequestHandler handler) {
        ownHandlers().onRequest(name, handler);
        return this;
    }

    @Override
    public Channel onGap(Consumer<Gap> listener) {
        listeners().onGap(listener);
        return this;
    }

    @Override
    public Channel onState(Consumer<State> listener) {
        listeners().onState(listener);
        return this;
    }

    @Override
    public Channel onTransport(Consumer<TransportChange> listener) {
        listeners().onTransport(listener);
        return this;
    }

    @Override
    public Channel onClose(Consumer<WherryException> listener) {
        listeners().onClose(listener);
        return this;
    }

    @Override
    public boolean isWritable() {
        return state != State.CLOSED && !budget.isHigh();
    }

    @Override
    public Channel onWritable(Runnable listener) {
        listeners().onWritable(listener);
        return this;
    }
}
