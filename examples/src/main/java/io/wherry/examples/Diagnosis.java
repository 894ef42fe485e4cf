// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.TransportReport;
import io.wherry.TransportReport.Outcome;
import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the reports of all transports say together of the path. Immutable. */
record Diagnosis(List<TransportReport> reports) {

    /** Those whose response goes on while it is read. */
    private static final Set<String> STREAMS = Set.of("sse", "comet");

    /** Those that read by requests which are answered as a whole. */
    private static final Set<String> POLLS = Set.of("longpoll", "http");

    private static final String WEBSOCKET = "websocket";

    /** Why one does not work, in a line; empty where it does. */
    static String why(TransportReport report) {
        WherryException reason = report.reason();
        String what = switch (report.outcome()) {
            case WORKS -> "";
            case REFUSED -> "refused: ";
            case SILENT -> "silent: ";
            case ONE_WAY -> "one way: the welcome came, but ";
        };
        return reason == null ? what : what + reason.getMessage();
    }

    boolean anyWorks() {
        return reports.stream().anyMatch(TransportReport::works);
    }

    /** What is wrong with the path, as far as can be told, and which order of transports suits it. */
    List<String> findings() {
        List<String> findings = new ArrayList<>();
        if (anyWorks()) {
            addFindings(findings);
            findings.add("For this path: wherry.transports="
                    + reports.stream()
                            .filter(TransportReport::works)
                            .map(TransportReport::transport)
                            .collect(Collectors.joining(",")));
        } else if (are(Outcome.SILENT, any -> true)) {
            findings.add("Nothing works: nobody answers. Is there a server, and may its port be reached from here?");
        } else {
            findings.add("Nothing works: see the reasons above.");
        }
        return findings;
    }

    private void addFindings(List<String> findings) {
        boolean pollsWork = reports.stream().anyMatch(report -> POLLS.contains(report.transport()) && report.works());
        String held = names(Outcome.SILENT, STREAMS::contains);
        if (!held.isEmpty() && pollsWork) {
            findings.add("An intermediary buffers: it holds the response of " + held
                    + " back, while requests that are answered as a whole come through. Its buffering should be off for"
                    + " this path (nginx: proxy_buffering off).");
        } else if (reports.stream().anyMatch(report -> STREAMS.contains(report.transport()) && report.works())) {
            findings.add("No intermediary buffers: streams arrive as they are sent.");
        }
        if (are(Outcome.REFUSED, WEBSOCKET::equals)) {
            findings.add("WebSocket is blocked: the upgrade is refused or taken out on the way"
                    + " (nginx: proxy_http_version 1.1, and the headers Upgrade and Connection passed on).");
        } else if (are(Outcome.SILENT, WEBSOCKET::equals) || are(Outcome.ONE_WAY, WEBSOCKET::equals)) {
            findings.add(
                    "WebSocket is opened and then swallowed: an intermediary takes the upgrade, and passes nothing on.");
        }
        String oneWay = names(Outcome.ONE_WAY, name -> !name.equals(WEBSOCKET));
        if (!oneWay.isEmpty()) {
            findings.add("What is sent to the server by POST is not answered: " + oneWay + ".");
        }
    }

    private boolean are(Outcome outcome, Predicate<String> which) {
        return reports.stream()
                .filter(report -> which.test(report.transport()))
                .map(TransportReport::outcome)
                .collect(Collectors.toSet())
                .equals(Set.of(outcome));
    }

    private String names(Outcome outcome, Predicate<String> which) {
        return reports.stream()
                .filter(report -> which.test(report.transport()) && report.outcome() == outcome)
                .map(TransportReport::transport)
                .collect(Collectors.joining(", "));
    }
}
