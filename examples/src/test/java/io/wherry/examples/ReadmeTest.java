// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in README compile, and are as short as they are said to be. */
class ReadmeTest {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path classes;

    @Test
    void theProgramsCompile() throws IOException {
        List<String> programs = programs();
        assertThat(programs).hasSize(2);
        for (String program : programs) {
            assertThat(program.lines().count()).as(program).isLessThanOrEqualTo(2 + 8);
            compile(program);
        }
    }

    private static List<String> programs() throws IOException {
        Matcher matcher = JAVA.matcher(Files.readString(Path.of("..", "README.md")));
        List<String> programs = new ArrayList<>();
        while (matcher.find()) {
            programs.add(matcher.group(1));
        }
        return programs;
    }

    private void compile(String program) {
        String source =
                "import io.wherry.*; import java.net.URI; import java.time.Instant; class Program {" + program + "}";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Program.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none");
        boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(file))
                .call();
        assertThat(compiled).as("%s%n%s", messages, source).isTrue();
    }
}
