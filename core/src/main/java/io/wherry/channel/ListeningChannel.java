// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.Gap;
import io.wherry.Limits;
import io.wherry.MessageHandler;
import io.wherry.RequestHandler;
import io.wherry.TransportChange;
import io.wherry.WherryException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is the same on both sides of a channel: who listens, where the channel stands, and how much is under way.
 * Thread-safe, except where a method names the loop.
 */
abstract class ListeningChannel implements Channel {

    private final Dispatcher dispatcher;
    private final Completions completions;
    private final ChannelListeners listeners;
    /** Null until the application sets one for this channel alone; then it stays. */
    private volatile @Nullable Handlers handlers;

    private final ByteBudget budget;
    private volatile State state = State.CONNECTING;
    private volatile String transport = "";

    /**
     * Makes a channel that has no connection yet.
     *
     * @param callbacks where the application's code runs
     */
    ListeningChannel(Executor callbacks, Limits limits) {
        this.dispatcher = new Dispatcher(callbacks, limits.inbound(), this::inboundDrained);
        this.completions = new Completions(callbacks);
        this.listeners = new ChannelListeners(dispatcher);
        this.budget = new ByteBudget(limits.unacknowledged(), limits.outboundHigh());
    }

    /** The handlers have caught up: more can be taken in. Any thread. */
    abstract void inboundDrained();

    Dispatcher dispatcher() {
        return dispatcher;
    }

    /** The stages to be completed. On the loop. */
    Completions completions() {
        return completions;
    }

    ChannelListeners listeners() {
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
        if (state != now) {
            state = now;
            listeners.state(now);
        }
    }

    /** On the loop. */
    void changeTransport(String now, String reason) {
        String before = transport;
        if (!before.equals(now)) {
            transport = now;
            listeners.transport(new TransportChange(before, now, reason));
        }
    }

    /** Something was acknowledged: who had to wait may go on. */
    void tellWritable() {
        if (budget.takeRelief()) {
            listeners.writable();
        }
    }

    @Override
    public String transport() {
        return transport;
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
        listeners.onGap(listener);
        return this;
    }

    @Override
    public Channel onState(Consumer<State> listener) {
        listeners.onState(listener);
        return this;
    }

    @Override
    public Channel onTransport(Consumer<TransportChange> listener) {
        listeners.onTransport(listener);
        return this;
    }

    @Override
    public Channel onClose(Consumer<WherryException> listener) {
        listeners.onClose(listener);
        return this;
    }

    @Override
    public boolean isWritable() {
        return state != State.CLOSED && !budget.isHigh();
    }

    @Override
    public Channel onWritable(Runnable listener) {
        listeners.onWritable(listener);
        return this;
    }
}
