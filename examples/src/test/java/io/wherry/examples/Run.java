// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.function.ThrowingSupplier;
import picocli.CommandLine;

/**
 * What a run of a program gave. A run takes the standard streams of the process: one at a time.
 *
 * @param status what the program ended with
 * @param out the lines on standard output
 * @param err the lines on standard error
 */
record Run(int status, List<String> out, List<String> err) {

    /** Runs the command line, as {@link Main#main} does. */
    static Run of(String... args) {
        return typing("", () -> {
            CommandLine commands = Main.commandLine();
            commands.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
            commands.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
            return commands.execute(args);
        });
    }

    /** Runs something that reads what is typed, and returns its status. */
    static Run typing(String typed, ThrowingSupplier<Integer> program) {
        InputStream in = System.in;
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
        try {
            int status = program.get();
            return new Run(status, lines(said), lines(complained));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static List<String> lines(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
