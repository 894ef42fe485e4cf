// SPDX-License-Identifier: Apache-2.0
/**
 * Small programs that each show one thing. All are in one jar, {@code examples/target/wherry-examples.jar} after
 * {@code mvn -q package -DskipTests}; with {@code --help} each says what it takes.
 *
 * <table>
 *   <caption>The programs</caption>
 *   <tr><th>to see</th><th>read</th><th>run with {@code java -jar wherry-examples.jar}</th></tr>
 *   <tr><td>a server that pushes, and a web page for it</td><td>{@link io.wherry.examples.TimePush}, {@code time.html}</td>
 *     <td>{@code time-server --port 8080}</td></tr>
 *   <tr><td>a client whose transport is configuration</td><td>{@code TimeClient}</td>
 *     <td>{@code time-client --transport longpoll --url http://localhost:8080/wherry}</td></tr>
 *   <tr><td>a question and its answer, or error</td><td>{@link io.wherry.examples.RequestReply}</td><td>{@code request-reply}</td></tr>
 *   <tr><td>a message to one client of several</td><td>{@link io.wherry.examples.DirectMessage}</td><td>{@code direct-message}</td></tr>
 *   <tr><td>what came before one joined</td><td>{@link io.wherry.examples.History}</td><td>{@code history}</td></tr>
 *   <tr><td>objects as JSON</td><td>{@link io.wherry.examples.TypedJson}</td><td>{@code typed-json}</td></tr>
 *   <tr><td>clients that publish</td><td>{@link io.wherry.examples.Chat}</td>
 *     <td>{@code chat Ann}, and {@code chat Bob --url http://localhost:8080/wherry}</td></tr>
 *   <tr><td>which transports work on the way to a server</td><td>{@code Doctor}</td><td>{@code doctor http://localhost:8080/wherry}</td></tr>
 *   <tr><td>whether anything is lost while the network breaks</td><td>{@link io.wherry.examples.soak.Soak}</td><td>{@code soak}</td></tr>
 *   <tr><td>TLS</td><td>{@link io.wherry.examples.Tls}</td><td>{@code tls}</td></tr>
 * </table>
 *
 * <p>No program names a transport. Each runs over any of them by configuration alone: {@code -Dwherry.transports=sse},
 * {@code WHERRY_TRANSPORTS=sse}, or {@code wherry.transports=sse} in {@code wherry.properties}. A program that holds
 * server and client in one process runs over {@code local} too, without a socket.
 */
@NullMarked
package io.wherry.examples;

import org.jspecify.annotations.NullMarked;
