// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.WherryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import org.junit.jupiter.api.Test;

/** That a request gets its own reply, or learns why not. */
public interface RequestContract extends ContractPart {

    /** Replies that overtake each other find their requests. */
    @Test
    default void answersOutOfOrder() {
        int count = 100;
        Server server = fixture().server();
        LinkedBlockingDeque<Runnable> waiting = new LinkedBlockingDeque<>();
        CountDownLatch asked = new CountDownLatch(count);
        server.onRequest("double", RequestHandler.async((channel, request) -> {
                    CompletableFuture<Message> reply = new CompletableFuture<>();
                    waiting.addFirst(() -> reply.complete(Message.of(request.text() + request.text())));
                    asked.countDown();
                    return reply;
                }))
                .start();
        Recorder client = fixture().connect(server);

        List<CompletionStage<Message>> replies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            replies.add(client.channel().request("double", Message.of("<" + i + ">")));
        }
        Await.open(asked);
        waiting.forEach(Runnable::run);

        for (int i = 0; i < count; i++) {
            assertThat(Await.value(replies.get(i)).text()).isEqualTo("<" + i + "><" + i + ">");
        }
    }

    /** Requests go both ways, and one may wait for another. */
    @Test
    default void asksTheOneWhoAsks() {
        Server server = fixture().server();
        server.onRequest(
                        "outer",
                        RequestHandler.async((channel, request) -> channel.request("inner", request)
                                .thenApply(reply -> Message.of("outer(" + reply.text() + ")"))))
                .start();
        Recorder client = fixture().connect(server);
        client.channel().onRequest("inner", (channel, request) -> Message.of("inner(" + request.text() + ")"));
        Channel serverSide = fixture().serverSide(server, client);

        assertThat(Await.value(serverSide.request("inner", Message.of("1"))).text())
                .isEqualTo("inner(1)");
        assertThat(Await.value(client.channel().request("outer", Message.of("2")))
                        .text())
                .isEqualTo("outer(inner(2))");
    }

    /** A request that fails says why: with the handler's own code and words, without the details of a bug. */
    @Test
    default void tellsWhyARequestFailed() {
        Server server = fixture().server();
        server.onRequest("mine", (channel, request) -> {
                    throw new WherryException(ErrorCode.FORBIDDEN, "not today: größer");
                })
                .onRequest("bug", (channel, request) -> {
                    throw new IllegalStateException("a secret of the server");
                })
                .onRequest("never", RequestHandler.async((channel, request) -> new CompletableFuture<>()))
                .onRequest("echo", (channel, request) -> request)
                .start();
        Recorder client = fixture().connect(server);
        client.channel().onRequest("mine", (channel, request) -> {
            throw new WherryException(ErrorCode.TOO_MANY, "later");
        });
        Channel serverSide = fixture().serverSide(server, client);

        for (Channel channel : List.of(client.channel(), serverSide)) {
            assertThat(Await.failure(channel.request("nobody", Message.empty())).code())
                    .isEqualTo(ErrorCode.UNKNOWN_HANDLER);
        }
        WherryException mine = Await.failure(client.channel().request("mine", Message.empty()));
        assertThat(mine.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(mine).hasMessageContaining("not today: größer");
        WherryException bug = Await.failure(client.channel().request("bug", Message.empty()));
        assertThat(bug.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(bug.getMessage()).doesNotContain("secret");
        assertThat(Await.failure(client.channel().request("never", Message.empty(), Duration.ofMillis(50)))
                        .code())
                .isEqualTo(ErrorCode.TIMEOUT);
        assertThat(Await.failure(serverSide.request("mine", Message.empty())).code())
                .isEqualTo(ErrorCode.TOO_MANY);
        assertThat(Await.value(client.channel().request("echo", Message.of("still here")))
                        .text())
                .isEqualTo("still here");
    }

    /** A request that waits when its channel ends fails. */
    @Test
    default void failsRequestsThatTheEndOvertakes() {
        Server server = fixture().server();
        CountDownLatch asked = new CountDownLatch(1);
        server.onRequest("never", RequestHandler.async((channel, request) -> {
                    asked.countDown();
                    return new CompletableFuture<>();
                }))
                .start();
        Recorder client = fixture().connect(server);

        CompletionStage<Message> reply = client.channel().request("never", Message.empty());
        Await.open(asked);
        client.channel().close();

        assertThat(Await.failure(reply).code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(client.takeEnd().code()).isEqualTo(ErrorCode.CLOSED);
    }
}
