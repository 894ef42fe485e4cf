// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.report;

import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.measure.Spread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes results for programs: the same as the table, and each sample. */
public final class Json {

    private Json() {}

    /** The whole text. */
    public static String of(String title, Results results) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("set", title);
        all.put("facts", results.facts());
        all.put("cases", results.tables().stream().map(Json::table).toList());
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(all)
                + "\n";
    }

    private static Map<String, Object> table(Results.Table table) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("workload", table.workload());
        map.put("transport", table.transport());
        map.put("about", table.about());
        map.put("operations", table.operations());
        map.put("servers", table.all().stream().map(Json::series).toList());
        return map;
    }

    private static Map<String, Object> series(Results.Series series) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("server", series.server());
        map.put("version", series.version());
        map.put("cpuNanos", spread(series.spread(Sample::cpuNanos)));
        map.put("ratio", spread(series.ratio(Sample::cpuNanos)));
        map.put("perSecond", spread(series.spread(Sample::perSecond)));
        map.put("garbageBytes", spread(series.spread(Sample::garbage)));
        map.put("generatorBound", series.generatorBound());
        map.put("rounds", series.samples().stream().map(Json::sample).toList());
        return map;
    }

    private static List<Double> spread(Spread spread) {
        return List.of(spread.median(), spread.lowest(), spread.highest());
    }

    private static Map<String, Object> sample(Sample sample) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("operations", sample.operations());
        map.put("nanos", sample.nanos());
        map.put("cpuNanos", sample.server().cpu());
        map.put("userShare", sample.userShare());
        map.put("allocated", sample.allocated());
        map.put("wireBytes", sample.wireBytes());
        map.put("resident", sample.residentBytes());
        map.put("serverBusy", sample.serverBusy());
        map.put("generatorBusy", sample.generatorBusy());
        if (sample.footprint() != null) {
            map.put("each", sample.footprint());
        }
        if (sample.delays() != null) {
            map.put(
                    "delayMicros",
                    List.of(50, 90, 99, 99.9, 100).stream()
                            .map(percentile -> sample.delayMicros(percentile.doubleValue()))
                            .toList());
        }
        return map;
    }
}
