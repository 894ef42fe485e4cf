// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Expiring;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class IdentityTest {

    private static final long SECOND = 1_000_000_000L;

    private record Ada(Instant expiresAt) implements Principal, Expiring {

        static Ada in(Duration time) {
            return new Ada(Instant.now().plus(time));
        }

        @Override
        public String getName() {
            return "ada";
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Ada;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void asksWhenAQuarterOfTheTimeIsLeft() {
        Identity identity = new Identity(Ada.in(Duration.ofSeconds(100)), 0, 40 * SECOND);

        assertThat(identity.isRenewalDue(74 * SECOND)).isFalse();
        assertThat(identity.isRenewalDue(76 * SECOND)).isTrue();
        assertThat(identity.leftMillis(76 * SECOND)).isBetween(22_000L, 24_000L);
        assertThat(identity.isExpired(98 * SECOND)).isFalse();
        assertThat(identity.isExpired(101 * SECOND)).isTrue();
        assertThat(identity.leftMillis(101 * SECOND)).isZero();
    }

    @Test
    void asksNoSoonerThanItIsTold() {
        Identity identity = new Identity(Ada.in(Duration.ofHours(1)), 0, 40 * SECOND);

        assertThat(identity.isRenewalDue(3_558 * SECOND)).isFalse();
        assertThat(identity.isRenewalDue(3_561 * SECOND)).isTrue();
    }

    @Test
    void takesTheLongestOfWhatWasShown() {
        Identity identity = new Identity(Ada.in(Duration.ofSeconds(10)), 0, 40 * SECOND);

        identity.shown(Ada.in(Duration.ofSeconds(100)), 0, 40 * SECOND);
        identity.shown(Ada.in(Duration.ofSeconds(10)), 0, 40 * SECOND);

        assertThat(identity.isExpired(90 * SECOND)).isFalse();
        assertThat(identity.isSame(Ada.in(Duration.ZERO))).isTrue();
        assertThat(identity.isSame(null)).isFalse();
    }

    @Test
    void doesNotExpireWhereThePrincipalDoesNot() {
        Principal eve = () -> "eve";
        Identity identity = new Identity(eve, 0, SECOND);

        assertThat(identity.isRenewalDue(Long.MAX_VALUE)).isFalse();
        assertThat(identity.isExpired(Long.MAX_VALUE)).isFalse();
        assertThat(Identity.hasExpired(eve)).isFalse();
        assertThat(Identity.hasExpired(Ada.in(Duration.ofSeconds(-1)))).isTrue();
        assertThat(Identity.hasExpired(Ada.in(Duration.ofSeconds(60)))).isFalse();
    }
}
