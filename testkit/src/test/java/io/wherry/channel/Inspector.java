// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.Server;
import io.wherry.log.Log;

/** Looks at what the channel layer does not show. Stateless. */
public final class Inspector {

    private Inspector() {}

    /** A server's log. */
    public static Log log(Server server) {
        return ((RealServer) server).log();
    }

    /** How many bytes are counted as under way on one side of a channel. */
    public static int underWay(Channel channel) {
        ByteBudget budget = ((ListeningChannel) channel).budget();
        return budget.max() - budget.room();
    }
}
