// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

/** Behind a real HAProxy. */
final class HaproxyTest extends ProxyContract {

    private static final String FRONTEND = "    default_backend wherry\n";

    @Override
    ChildProxy start(String configuration) {
        return ChildProxy.haproxy(directory, port, configuration);
    }

    @Override
    String whole(String configuration) {
        return configuration;
    }

    @Override
    String recommended(int serverPort) {
        return documented("haproxy", serverPort);
    }

    @Override
    String withoutUpgrade(int serverPort) {
        return NginxTest.replaced(
                recommended(serverPort),
                FRONTEND,
                "    http-request deny deny_status 403 if { hdr(Upgrade) -m found }\n" + FRONTEND);
    }

    @Override
    String holding(int serverPort) {
        return NginxTest.replaced(
                withoutUpgrade(serverPort),
                FRONTEND,
                "    http-request set-var(txn.path) path\n"
                        + "    http-response wait-for-body time 30s if { var(txn.path) -m end sse comet }\n"
                        + FRONTEND);
    }

    @Override
    String impatient(int serverPort, int seconds) {
        return NginxTest.replaced(recommended(serverPort), " 60s", " " + seconds + "s");
    }

    @Override
    String balancing(int onePort, int otherPort) {
        String one = "    server one 127.0.0.1:" + onePort + "\n";
        return NginxTest.replaced(
                recommended(onePort),
                one,
                "    balance roundrobin\n" + one + "    server other 127.0.0.1:" + otherPort + "\n");
    }
}
