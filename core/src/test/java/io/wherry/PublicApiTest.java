// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An application compiles against no Netty type. The SPI may name them, and other packages are not exported. */
@AnalyzeClasses(packages = "io.wherry", importOptions = ImportOption.DoNotIncludeTests.class)
final class PublicApiTest {
    private static final Set<String> EXPORTED = exported();

    private static final DescribedPredicate<JavaClass> SEEN_BY_APPLICATIONS = DescribedPredicate.describe(
            "are public in an exported package other than spi",
            type -> EXPORTED.contains(type.getPackageName())
                    && Stream.iterate(
                                    type,
                                    t -> t != null,
                                    t -> t.getEnclosingClass().orElse(null))
                            .allMatch(t -> visible(t.getModifiers())));

    @ArchTest
    static final ArchRule APPLICATIONS_SEE_NO_NETTY = classes()
            .that(SEEN_BY_APPLICATIONS)
            .should(new ArchCondition<>("have no Netty type in a public or protected signature") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
                            .forEach(parent -> report(type.getFullName(), parent, type, events));
                    type.getTypeParameters().forEach(p -> report(type.getFullName(), p, type, events));
                    type.getMembers().stream()
                            .filter(member -> visible(member.getModifiers()))
                            .forEach(member -> signature(member)
                                    .forEach(part -> report(member.getFullName(), part, type, events)));
                }
            })
            .allowEmptyShould(false);

    private static Set<String> exported() {
        return ModuleFinder.of(Path.of("target", "classes"))
                .find("io.wherry.core")
                .orElseThrow()
                .descriptor()
                .exports()
                .stream()
                .map(ModuleDescriptor.Exports::source)
                .filter(name -> !name.equals("io.wherry.spi"))
                .collect(Collectors.toSet());
    }

    private static Stream<JavaType> signature(JavaMember member) {
        if (member instanceof JavaCodeUnit unit) {
            return Stream.of(
                            Stream.of(unit.getReturnType()),
                            unit.getParameterTypes().stream(),
                            unit.getTypeParameters().stream(),
                            unit.getExceptionTypes().stream())
                    .flatMap(s -> s);
        }
        return Stream.of(((JavaField) member).getType());
    }

    private static void report(String where, JavaType part, JavaClass type, ConditionEvents events) {
        part.getAllInvolvedRawTypes().stream()
                .map(JavaClass::getBaseComponentType)
                .filter(t -> t.getPackageName().startsWith("io.netty"))
                .forEach(t -> events.add(SimpleConditionEvent.violated(type, where + " shows " + t.getName())));
    }

    private static boolean visible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
