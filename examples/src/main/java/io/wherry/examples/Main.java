// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.examples.soak.Soak;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line: each example is a sub-command. */
@Command(
        name = "wherry-examples",
        description = "Runs the examples of Wherry.",
        subcommands = {TimeServer.class, TimeClient.class, Doctor.class, Soak.class},
        footer = {
            "",
            "The transports are configuration. The first of these that is there holds:",
            "  -Dwherry.transports=sse, before -jar",
            "  WHERRY_TRANSPORTS=sse, in the environment",
            "  wherry.transports=sse, in the file that -Dwherry.config or WHERRY_CONFIG",
            "    names, else in wherry.properties in the working directory",
            "  wherry.transports=sse, in wherry.properties on the class path"
        })
public final class Main {

    private static final Path LOCAL_CONFIG = Path.of("wherry.properties");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    private Main() {}

    /** Runs the example that the first argument names, and ends the process with its status. */
    public static void main(String... args) {
        // A jar that is run has no class path but itself, so a file beside the user stands in for one on it.
        if (Files.exists(LOCAL_CONFIG)
                && System.getenv("WHERRY_CONFIG") == null
                && System.getProperty("wherry.config") == null) {
            System.setProperty("wherry.config", LOCAL_CONFIG.toString());
        }
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler(Main::failed);
    }

    @Command(name = "chat", description = "People talk: one hosts, the others join.")
    void chat(
            @Parameters(paramLabel = "NAME", description = "Who you are.") String name,
            @Option(names = "--url", paramLabel = "URL", description = "The chat to join; without it, you host one.")
                    @Nullable URI url)
            throws Exception {
        Chat.main(url == null ? new String[] {name} : new String[] {name, url.toString()});
    }

    @Command(name = "request-reply", description = "A client asks, the server answers.")
    void requestReply() {
        RequestReply.main();
    }

    @Command(name = "direct-message", description = "The server speaks to one client of several.")
    void directMessage() throws Exception {
        DirectMessage.main();
    }

    @Command(name = "history", description = "A late joiner gets what came before.")
    void history() throws Exception {
        History.main();
    }

    @Command(name = "typed-json", description = "Objects travel as JSON.")
    void typedJson() {
        TypedJson.main();
    }

    @Command(name = "tls", description = "A channel over TLS, with a certificate made on the spot.")
    void tls() throws Exception {
        Tls.main();
    }

    /** What goes wrong by the user's doing is one line; the rest is a bug, and shows where. */
    private static int failed(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (!(failure instanceof WherryException) && !(failure instanceof CompletionException)) {
            throw failure;
        }
        WherryException known = WherryException.from(failure);
        command.getErr().println(known.code().text() + ": " + known.getMessage());
        return known.code() == ErrorCode.BAD_REQUEST ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }
}
