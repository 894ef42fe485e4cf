// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.wherry.channel.Sabotage;
import io.wherry.testkit.simulation.Simulation.Outcome;
import java.lang.instrument.Instrumentation;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.AgentBuilder.RedefinitionStrategy;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.internal.PremainAttachAccess;

/**
 * Proves the checker: the channel layer is broken on purpose, one method at a time, and the checker must object to it within
 * some seeds, to which it does not object when the method is as it was.
 */
final class SabotageTest {

    private final Logs logs = new Logs();

    @AfterEach
    void stopListening() {
        logs.close();
    }

    private static final int SEEDS = 1500;

    @ParameterizedTest
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    @EnumSource(Sabotage.class)
    void theCheckerObjects(Sabotage sabotage) {
        Instrumentation instrumentation = PremainAttachAccess.getInstrumentation();
        ResettableClassFileTransformer broken = breakIt(sabotage, instrumentation);
        Outcome objection;
        try {
            objection = firstObjection(sabotage);
        } finally {
            assertThat(broken.reset(instrumentation, RedefinitionStrategy.RETRANSFORMATION))
                    .isTrue();
        }
        System.out.printf("%s: seed %d: %s%n", sabotage, objection.seed(), objection.problem());
        assertThat(Simulation.run(objection.seed(), false).problem()).isNull();
    }

    private static Outcome firstObjection(Sabotage sabotage) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Outcome outcome = Simulation.run(seed, false);
            if (outcome.problem() != null) {
                return outcome;
            }
        }
        return fail("%s: the checker does not object within %d seeds", sabotage, SEEDS);
    }

    private static ResettableClassFileTransformer breakIt(Sabotage sabotage, Instrumentation instrumentation) {
        // The class must be there already, since only its retransformation is undone by a reset.
        Simulation.run(1, false);
        return new AgentBuilder.Default(new ByteBuddy().with(TypeValidation.DISABLED))
                .disableClassFormatChanges()
                .with(RedefinitionStrategy.RETRANSFORMATION)
                .with(AgentBuilder.TypeStrategy.Default.DECORATE)
                .ignore(ElementMatchers.none())
                .type(ElementMatchers.named(sabotage.type()))
                .transform((builder, type, loader, module, domain) ->
                        builder.visit(Advice.to(sabotage.advice()).on(ElementMatchers.named(sabotage.method()))))
                .installOn(instrumentation);
    }
}
