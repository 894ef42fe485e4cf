// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.SocketChoice.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SocketChoiceTest {

    private static Candidate there(String name, boolean byItself) {
        Sockets nio = Sockets.nio();
        Sockets sockets = new Sockets(name, nio.handlers(), nio.serverType(), nio.type(), null);
        return new Candidate(name, () -> sockets, byItself);
    }

    private static Candidate missing(String name) {
        return new Candidate(
                name,
                () -> {
                    throw (LinkageError) new UnsatisfiedLinkError("failed to load")
                            .initCause(new IllegalStateException("another kernel"));
                },
                true);
    }

    @Test
    void takesTheFirstThatIsThere() {
        SocketChoice choice = new SocketChoice(List.of(missing("io_uring"), there("epoll", true), there("nio", true)));

        assertThat(choice.choose("auto").name()).isEqualTo("epoll");
        assertThat(choice.choose("nio").name()).isEqualTo("nio");
    }

    @Test
    void takesSomeOnlyWhereTheyAreAskedFor() {
        SocketChoice choice = new SocketChoice(List.of(there("io_uring", false), there("nio", true)));

        assertThat(choice.choose("auto").name()).isEqualTo("nio");
        assertThat(choice.choose("io_uring").name()).isEqualTo("io_uring");
    }

    @Test
    void tellsWhatIsThereInPlaceOfWhatIsNot() {
        SocketChoice choice = new SocketChoice(List.of(missing("epoll"), there("nio", true), there("io_uring", false)));

        assertThatThrownBy(() -> choice.choose("epoll"))
                .isInstanceOf(WherryException.class)
                .hasMessage("wherry.sockets: epoll (expected: one that is there: nio, io_uring):"
                        + " java.lang.IllegalStateException: another kernel")
                .hasCauseInstanceOf(UnsatisfiedLinkError.class)
                .extracting(e -> ((WherryException) e).code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }

    @Test
    void eachThatCanBeAskedForIsKnown() {
        assertThat(CoreKeys.SOCKETS.expected()).contains(SocketChoice.AUTO);
        for (String name : List.of("nio", "epoll", "io_uring", "kqueue")) {
            assertThat(CoreKeys.SOCKETS.expected()).contains(name);
            try {
                assertThat(SocketChoice.ofSystem().choose(name).name()).isEqualTo(name);
            } catch (WherryException e) {
                assertThat(e).hasMessageStartingWith("wherry.sockets: " + name + " (expected: one that is there: ");
                assertThat(e.getMessage()).contains("nio").doesNotContain("auto");
            }
        }
    }

    /** As on the class path of an application without Netty's optional jars. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring", "kqueue"})
    void worksWithoutTheNativeJars(String name) throws Exception {
        ClassLoader without = new WithoutNative();
        Class<?> loops = without.loadClass(Loops.class.getName());
        assertThat(loops.getClassLoader()).isSameAs(without);

        Object started = loops.getMethod("start", int.class, String.class).invoke(null, 1, "without-native");
        assertThat(loops.getMethod("sockets").invoke(started)).isEqualTo("nio");
        loops.getMethod("close").invoke(started);
        assertThatThrownBy(() -> loops.getMethod("start", int.class, String.class, String.class)
                        .invoke(null, 1, "without-native", name))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .hasMessageStartingWith("wherry.sockets: " + name + " (expected: one that is there: nio): ")
                .hasMessageContaining("ClassNotFoundException")
                .hasCauseInstanceOf(NoClassDefFoundError.class);
    }

    /** Loads core anew, with no classes of Netty's native transports. */
    private static final class WithoutNative extends ClassLoader {

        WithoutNative() {
            super(Client.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.netty.channel.epoll.")
                    || name.startsWith("io.netty.channel.uring.")
                    || name.startsWith("io.netty.channel.kqueue.")
                    || name.startsWith("io.netty.channel.unix.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.wherry.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
