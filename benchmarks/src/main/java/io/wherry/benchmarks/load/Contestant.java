// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.NettyContender;
import io.wherry.benchmarks.server.NettyHttp2Contender;
import io.wherry.benchmarks.server.Settings;
import io.wherry.benchmarks.server.WherryContender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A server and the way in which it is spoken to. Immutable.
 *
 * @param name what the table calls it
 * @param className of the server
 * @param dialect how peers speak
 * @param classPath of its JVM
 * @param settings for it, beside those of the workload
 */
record Contestant(String name, String className, Dialect dialect, String classPath, Map<String, String> settings) {

    private static final String OWN = System.getProperty("java.class.path");
    private static final String OTHERS = "others";
    private static final String STREAMS = "streams";
    private static final String SECURELY = "secure";
    private static final Map<String, String> ON_LOOP = Map.of("wherry.callbacks", "loop");

    /** The reference: the least that Netty has to do. */
    static final Contestant NETTY = own("netty", NettyContender.class, WherryDialect.PLAIN, Map.of());

    /** Wherry with readers that get bare payloads: the same bytes as the reference's. */
    static final Contestant WHERRY = own("wherry", WherryContender.class, WherryDialect.PLAIN, Map.of());

    /** All that is in this jar, the reference first, then plain readers, which get the same bytes, and channels. */
    static final List<Contestant> OURS =
            List.of(NETTY, WHERRY, own("channels", WherryContender.class, WherryDialect.CHANNEL, Map.of()));

    /** The same for what is asked and answered: by handlers on the loop, as the reference's are, and by threads, which is Wherry's default. */
    static final List<Contestant> ANSWERING = List.of(
            NETTY,
            own("wherry", WherryContender.class, WherryDialect.PLAIN, ON_LOOP),
            own("channels", WherryContender.class, WherryDialect.CHANNEL, ON_LOOP),
            own("channels-threads", WherryContender.class, WherryDialect.CHANNEL, Map.of()));

    /** The same, and Netty with its handlers in a group of executors. */
    static final List<Contestant> ANSWERING_ON_THREADS = Stream.concat(
                    ANSWERING.stream(),
                    Stream.of(own(
                            "netty-threads",
                            NettyContender.class,
                            WherryDialect.PLAIN,
                            Map.of(Settings.THREADS, "16"))))
            .toList();

    /** The same, but for plain readers, who are not answered on their streams. */
    static final List<Contestant> CHANNELS_ANSWERING = List.of(NETTY, ANSWERING.get(2), ANSWERING.get(3));

    /** All that is in this jar, in TLS, and without. */
    static final List<Contestant> SECURE = with(Map.of(SECURELY, "yes"), "-clear", OURS);

    /** The same for what is asked and answered, but for what differs by its threads alone. */
    static final List<Contestant> SECURE_ANSWERING = with(Map.of(SECURELY, "yes"), "-clear", ANSWERING.subList(0, 3));

    /** All that is in this jar, compressing, and not. */
    static final List<Contestant> COMPRESSED = with(Map.of(Settings.COMPRESSION, "yes"), "-as-is", OURS);

    /** All that is in this jar, over HTTP/2, ten streams to a connection. */
    static final List<Contestant> HTTP2 = List.of(
            own("netty", NettyHttp2Contender.class, WherryDialect.PLAIN, Map.of(STREAMS, "10")),
            own("wherry", WherryContender.class, WherryDialect.PLAIN, Map.of(STREAMS, "10")),
            own("channels", WherryContender.class, WherryDialect.CHANNEL, Map.of(STREAMS, "10")));

    /** Each with some settings, and then each without them, under another name. */
    private static List<Contestant> with(Map<String, String> settings, String suffix, List<Contestant> all) {
        List<Contestant> both = new ArrayList<>();
        for (Contestant one : all) {
            Map<String, String> more = new HashMap<>(one.settings);
            more.putAll(settings);
            both.add(new Contestant(one.name, one.className, one.dialect, one.classPath, Map.copyOf(more)));
        }
        for (Contestant one : all) {
            both.add(new Contestant(one.name + suffix, one.className, one.dialect, one.classPath, one.settings));
        }
        return List.copyOf(both);
    }

    /** Whether it is spoken with in TLS. */
    boolean isSecure() {
        return settings.containsKey(SECURELY);
    }

    /** Whether it compresses. */
    boolean isCompressed() {
        return settings.containsKey(Settings.COMPRESSION);
    }

    /** How many streams of HTTP/2 a connection to it has, 0 for those of HTTP/1.1, which have none. */
    int streams() {
        return Integer.parseInt(settings.getOrDefault(STREAMS, "0"));
    }

    /** Bare Netty that writes what waits message by message, and that joins it to buffers first. */
    static final List<Contestant> JOINING = List.of(
            NETTY,
            joining("joined-4", 4),
            joining("joined-16", 16),
            joining("joined-64", 64),
            joining("joined-256", 256));

    private static Contestant joining(String name, int kibibytes) {
        return own(
                name,
                NettyContender.class,
                WherryDialect.PLAIN,
                Map.of(Settings.JOIN, Integer.toString(kibibytes * 1024)));
    }

    /** All that is in this jar, beside one other topic, and beside many. */
    static List<Contestant> beside(int others) {
        List<Contestant> all = new ArrayList<>();
        for (Contestant one : OURS) {
            all.add(one);
            all.add(new Contestant(
                    one.name + "-" + others,
                    one.className,
                    one.dialect,
                    one.classPath,
                    Map.of(OTHERS, Integer.toString(others))));
        }
        return all;
    }

    /** How many other topics there are, where that is of interest. */
    int others() {
        return Integer.parseInt(settings.getOrDefault(OTHERS, "1"));
    }

    /** Wherry and the others, whose classes are in a jar of their own. */
    static List<Contestant> withPeers(Path jar) {
        List<Contestant> all = new ArrayList<>(OURS);
        all.add(peer("channel-group", "ChannelGroupContender", PeerDialect.TEXT, jar));
        all.add(peer("vertx", "VertxContender", PeerDialect.TEXT, jar));
        all.add(peer("undertow", "UndertowContender", PeerDialect.TEXT, jar));
        all.add(peer("java-websocket", "JavaWebSocketContender", PeerDialect.TEXT, jar));
        all.add(peer("jetty", "JettyContender", PeerDialect.TEXT, jar));
        all.add(peer("netty-socketio", "SocketIoContender", PeerDialect.SOCKET_IO, jar));
        all.add(peer("cometd", "CometDContender", PeerDialect.COMETD, jar));
        return all;
    }

    private static Contestant peer(String name, String className, Dialect dialect, Path jar) {
        return new Contestant(name, "io.wherry.benchmarks.peers." + className, dialect, jar.toString(), Map.of());
    }

    private static Contestant own(
            String name, Class<? extends Contender> type, Dialect dialect, Map<String, String> settings) {
        return new Contestant(name, type.getName(), dialect, OWN, settings);
    }

    @Override
    public String toString() {
        return name;
    }
}
