// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Server;
import io.wherry.TransportReport;
import io.wherry.TransportReport.Outcome;
import io.wherry.spi.Envelope.Kind;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** That a client can say what works on the way to a server. */
public interface ProbeContract extends ContractPart {

    /** A transport that works is told with its times, and the channel that was opened for it is ended. */
    @Test
    default void findsWhatWorks() {
        CountDownLatch ended = new CountDownLatch(1);
        Server server = fixture().server().onClose(channel -> ended.countDown()).start();

        TransportReport report = probe(fixture().client(), server);

        assertThat(report.transport()).isEqualTo(fixture().transport().name());
        assertThat(report.outcome()).isEqualTo(Outcome.WORKS);
        assertThat(report.works()).isTrue();
        assertThat(report.reason()).isNull();
        assertThat(report.welcome()).isNotNull().isPositive();
        assertThat(report.roundTrip()).isNotNull().isPositive();
        Await.open(ended);
        assertThat(server.channels()).isEmpty();
    }

    /** A connection that cannot be made is told with the reason. */
    @Test
    default void findsWhatIsRefused() {
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.refuse(true);

        TransportReport report = probe(network);

        assertThat(report.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(report.welcome()).isNull();
        assertThat(report.reason()).isNotNull().hasMessageContaining("refused by the test");
    }

    /** A connection on which nothing comes is told. */
    @Test
    default void findsWhatIsSilent() {
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.stall(true);

        TransportReport report = probe(network);

        assertThat(report.outcome()).isEqualTo(Outcome.SILENT);
        assertThat(report.works()).isFalse();
    }

    /** A connection on which the welcome comes, and no answer to what was sent, is told. */
    @Test
    default void findsWhatGoesOneWay() {
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.loseOnce(envelope -> envelope.kind() == Kind.HEARTBEAT);

        TransportReport report = probe(network);

        assertThat(report.outcome()).isEqualTo(Outcome.ONE_WAY);
        assertThat(report.welcome()).isNotNull();
        assertThat(report.roundTrip()).isNull();
        assertThat(report.reason()).isNotNull();
    }

    /** A client that is closed meanwhile ends its probes. */
    @Test
    default void endsWithTheClient() {
        Server server = fixture().server().start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.stall(true);
        Client client = fixture().add(fixture().clientBuilder(network).build());

        CompletionStage<List<TransportReport>> probe = client.probe(fixture().uri(server));
        Await.value(client.closeAsync());

        assertThat(Await.failure(probe).code()).isEqualTo(ErrorCode.CLOSED);
    }

    private TransportReport probe(CuttableTransport network) {
        Client hasty = fixture()
                .add(fixture()
                        .clientBuilder(network, "wherry.connect-timeout", "300ms")
                        .build());
        return probe(hasty, fixture().server().start());
    }

    private TransportReport probe(Client client, Server server) {
        List<TransportReport> reports = Await.value(client.probe(fixture().uri(server)));
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }
}
