// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.report;

import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.measure.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** All samples of a run, as they come. Used by one thread. */
public final class Results {

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<Table> tables = new ArrayList<>();

    /** The series of one workload on one transport; the first is the reference. */
    public static final class Table {

        private final String workload;
        private final String transport;
        private final String about;
        private final String operations;
        private final Map<String, Series> series = new LinkedHashMap<>();

        Table(String workload, String transport, String about, String operations) {
            this.workload = workload;
            this.transport = transport;
            this.about = about;
            this.operations = operations;
        }

        /** The samples of a server, which begin where there are none. */
        public Series series(String server, String version) {
            return series.computeIfAbsent(server, name -> new Series(this, name, version));
        }

        /** The samples of all servers, the reference's first. */
        public List<Series> all() {
            return List.copyOf(series.values());
        }

        /** Whether a sample is so. */
        public boolean has(Predicate<Sample> property) {
            return all().stream().anyMatch(one -> one.samples().stream().anyMatch(property));
        }

        /** The name of the workload. */
        public String workload() {
            return workload;
        }

        /** The name of the transport. */
        public String transport() {
            return transport;
        }

        /** What is done, in a few words. */
        public String about() {
            return about;
        }

        /** What is counted. */
        public String operations() {
            return operations;
        }
    }

    /** The samples of a server in one table, one in each round. */
    public static final class Series {

        private final Table table;
        private final String server;
        private final String version;
        private final List<Sample> samples = new ArrayList<>();

        Series(Table table, String server, String version) {
            this.table = table;
            this.server = server;
            this.version = version;
        }

        /** One more. */
        public void add(Sample sample) {
            samples.add(sample);
        }

        /** What the table calls the server. */
        public String server() {
            return server;
        }

        /** What it is, with its version. */
        public String version() {
            return version;
        }

        /** One for each round. */
        public List<Sample> samples() {
            return samples;
        }

        /** Whether the others are held against this. */
        public boolean isReference() {
            return table.all().get(0) == this;
        }

        /** Something of all samples. */
        public Spread spread(ToDoubleFunction<Sample> value) {
            return Spread.of(values(value));
        }

        /** The same as a ratio to the reference's, round by round. */
        public Spread ratio(ToDoubleFunction<Sample> value) {
            return Spread.ofRatios(values(value), table.all().get(0).values(value));
        }

        private List<Double> values(ToDoubleFunction<Sample> value) {
            return samples.stream().mapToDouble(value).boxed().toList();
        }

        /** In how many rounds the load generator was what set the pace. */
        public long generatorBound() {
            return samples.stream().filter(Sample::isGeneratorBound).count();
        }
    }

    /** Keeps something that is to be known of the run. */
    public void fact(String name, String value) {
        facts.put(name, value);
    }

    /** What is to be known of the run. */
    public Map<String, String> facts() {
        return facts;
    }

    /** Begins a table. */
    public Table table(String workload, String transport, String about, String operations) {
        Table table = new Table(workload, transport, about, operations);
        tables.add(Objects.requireNonNull(table));
        return table;
    }

    /** All tables, in the order in which they were begun. */
    public List<Table> tables() {
        return tables;
    }
}
