// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import java.util.Locale;

/** Which topic a message goes to, of those that a server has, by its number. Known to servers and to the load generator. */
public enum Rotation {
    /** Each topic in its turn. */
    ALL {
        @Override
        public int topic(long number, int topics) {
            return (int) (number % topics);
        }
    },
    /** Every other message goes to the first topic, those between go to the others in turn. */
    FIRST_AND_OTHERS {
        @Override
        public int topic(long number, int topics) {
            return number % 2 == 0 ? 0 : (int) (1 + number / 2 % (topics - 1));
        }
    };

    /** The topic of a message, from 0. */
    public abstract int topic(long number, int topics);

    /** The one of a name. */
    static Rotation of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
