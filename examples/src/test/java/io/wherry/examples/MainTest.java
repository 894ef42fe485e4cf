// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MainTest {

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @Test
    void eachExampleIsACommand() {
        assertThat(commands())
                .containsExactlyInAnyOrder(
                        "time-server",
                        "time-client",
                        "chat",
                        "request-reply",
                        "direct-message",
                        "history",
                        "typed-json",
                        "tls",
                        "soak",
                        "doctor");
    }

    @Test
    void helpTellsOfAllCommandsAndOfTheConfiguration() {
        Run help = Run.of("--help");

        assertThat(help.status()).isZero();
        assertThat(String.join("\n", help.out())).contains(commands().toList()).contains("wherry.transports=sse");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandHasItsHelp(String command) {
        Run help = Run.of(command, "--help");

        assertThat(help.status()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out().get(0)).startsWith("Usage: wherry-examples " + command);
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        Run run = Run.of();

        assertThat(run.status()).isEqualTo(2);
        assertThat(String.join("\n", run.err())).contains("Missing required subcommand", "time-server");
    }

    @Test
    void anUnknownTransportIsOneLineThatSaysWhatToDo() {
        Run run = Run.of("time-client", "--transport", "pigeon");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasSize(1);
        assertThat(run.err().get(0)).contains("pigeon");
    }
}
