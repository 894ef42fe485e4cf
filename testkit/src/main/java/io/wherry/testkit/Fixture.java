// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ClientBuilder;
import io.wherry.Server;
import io.wherry.ServerBuilder;
import io.wherry.Wherry;
import io.wherry.spi.Transport;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The servers and clients of one test, on one transport. Closes them after the test, and checks that nothing is left: no
 * event that nobody expected, no channel, no thread, no buffer. Confined to the test's thread.
 */
public final class Fixture implements AutoCloseable {

    private static final int JOIN_MILLIS = 5_000;

    private final Transport transport;
    private final Function<Server, URI> uris;
    private final Map<String, String> settings;
    private final List<Server> servers = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Recorder> recorders = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final Set<Thread> threadsBefore = new HashSet<>(threads());

    /**
     * Makes a fixture.
     *
     * @param transport the transport that all servers and clients use
     * @param uris where a started server is found
     * @param settings configuration for servers and clients
     */
    public Fixture(Transport transport, Function<Server, URI> uris, Map<String, String> settings) {
        this.transport = transport;
        this.uris = uris;
        this.settings = Map.copyOf(settings);
    }

    /** The transport under test. */
    public Transport transport() {
        return transport;
    }

    /** Where a started server is found. */
    public URI uri(Server server) {
        return uris.apply(server);
    }

    /** A server to be configured further; give it to {@link #add(Server)}. */
    public ServerBuilder serverBuilder(String... keysAndValues) {
        ServerBuilder builder = Wherry.server()
                .transports(transport.name())
                .transport(transport)
                .set("wherry.host", "127.0.0.1")
                .set("wherry.port", "0")
                .set("wherry.loops", "2")
                .set("wherry.close-timeout", "2s");
        settings.forEach(builder::set);
        forEachPair(keysAndValues, builder::set);
        return builder;
    }

    /** Closes this server after the test. */
    public Server add(Server server) {
        servers.add(server);
        return server;
    }

    /** A server that is not started yet. */
    public Server server(String... keysAndValues) {
        return add(serverBuilder(keysAndValues).build());
    }

    /** A client to be configured further; give it to {@link #add(Client)}. */
    public ClientBuilder clientBuilder(Transport over, String... keysAndValues) {
        ClientBuilder builder = Wherry.client()
                .transports(transport.name())
                .transport(over)
                .set("wherry.backoff-min", "20ms")
                .set("wherry.backoff-max", "200ms")
                .set("wherry.close-timeout", "2s");
        settings.forEach(builder::set);
        forEachPair(keysAndValues, builder::set);
        return builder;
    }

    /** Closes this client after the test. */
    public Client add(Client client) {
        clients.add(client);
        return client;
    }

    /** A client. */
    public Client client(String... keysAndValues) {
        return add(clientBuilder(transport, keysAndValues).build());
    }

    /** A key and its value where the transport has such a key, else nothing. */
    public String[] ifKnown(String key, String value) {
        boolean isKnown =
                transport.keys().stream().anyMatch(known -> known.name().equals(key));
        return isKnown ? new String[] {key, value} : new String[0];
    }

    /** A channel of a client of its own, recorded and open. */
    public Recorder connect(Server server, String... keysAndValues) {
        return opened(client(keysAndValues).connect(uri(server)));
    }

    /** A channel through a network, recorded and open. */
    public Recorder connect(Network network, String... keysAndValues) {
        return connect(network.transport(), network.uri(), keysAndValues);
    }

    /** A channel over another transport, recorded and open. */
    public Recorder connect(Transport over, URI uri, String... keysAndValues) {
        return opened(add(clientBuilder(over, keysAndValues).build()).connect(uri));
    }

    /** Records a channel. */
    public Recorder record(Channel channel) {
        Recorder recorder = new Recorder(channel);
        recorders.add(recorder);
        return recorder;
    }

    /** Records a channel, and waits until it is open. */
    public Recorder opened(Channel channel) {
        Recorder recorder = record(channel);
        recorder.takeState(Channel.State.OPEN);
        return recorder;
    }

    /** The server's side of a channel that is open. */
    public Channel serverSide(Server server, Recorder client) {
        Channel channel = server.channel(client.channel().id());
        if (channel == null) {
            throw new AssertionError("the server has no channel " + client.channel());
        }
        return channel;
    }

    /** A network in front of a started server. */
    public Network network(Server server) {
        Network network =
                server.port() > 0 ? Network.tcp(transport, uri(server)) : Network.wrapping(transport, uri(server));
        networks.add(network);
        return network;
    }

    /**
     * Closes everything and checks that nothing is left.
     *
     * @throws AssertionError when something is, with all that is wrong
     */
    @Override
    public void close() {
        List<Throwable> wrong = new ArrayList<>();
        recorders.forEach(recorder -> check(wrong, recorder::assertNothingLeft));
        clients.forEach(client -> check(wrong, () -> Await.value(client.closeAsync())));
        servers.forEach(server -> check(wrong, () -> Await.value(server.closeAsync())));
        networks.forEach(network -> check(wrong, network::close));
        servers.forEach(server -> check(wrong, () -> assertNoChannels(server)));
        check(wrong, this::assertNoThreads);
        check(wrong, Fixture::assertNoLeaks);
        if (!wrong.isEmpty()) {
            AssertionError error = new AssertionError(wrong.get(0).getMessage(), wrong.get(0));
            wrong.subList(1, wrong.size()).forEach(error::addSuppressed);
            throw error;
        }
    }

    private static void check(List<Throwable> wrong, Runnable check) {
        try {
            check.run();
        } catch (AssertionError | RuntimeException e) {
            wrong.add(e);
        }
    }

    private static void assertNoChannels(Server server) {
        if (!server.channels().isEmpty()) {
            throw new AssertionError("the closed server has channels: " + server.channels());
        }
    }

    private static void assertNoLeaks() {
        int leaks = LeakCheck.newLeaks();
        if (leaks > 0) {
            throw new AssertionError(leaks + " leaked: see the lines that begin with LEAK:");
        }
    }

    private void assertNoThreads() {
        for (Thread thread : threads()) {
            if (!threadsBefore.contains(thread) && !isOfTheVirtualMachine(thread)) {
                try {
                    thread.join(JOIN_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                if (thread.isAlive()) {
                    AssertionError error = new AssertionError("a thread is left: " + thread.getName());
                    error.setStackTrace(thread.getStackTrace());
                    throw error;
                }
            }
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** Whether a thread is shared by all of the process, and so may have begun during the test and stay. */
    private static boolean isOfTheVirtualMachine(Thread thread) {
        String name = thread.getName();
        return name.startsWith("ForkJoinPool")
                || name.startsWith("wherry-lookup")
                || name.startsWith("CompletableFutureDelayScheduler")
                || name.startsWith("globalEventExecutor")
                || name.startsWith("Cleaner-")
                || name.startsWith("Common-Cleaner")
                || name.startsWith("VirtualThread-unparker")
                || name.startsWith("VirtualThread-unblocker")
                || name.startsWith("junit-");
    }

    private static void forEachPair(String[] keysAndValues, java.util.function.BiConsumer<String, String> action) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            action.accept(keysAndValues[i], keysAndValues[i + 1]);
        }
    }
}
