// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a replay found; the components are the fields of the JSON report.
 *
 * @param experts number of logical experts
 * @param ranks number of ranks
 * @param topology name of the topology
 * @param replicas replica slots on each rank
 * @param solver this library's solver
 * @param layers number of layers, each with its own placement
 * @param history where the history comes from
 * @param measured what the batches are
 * @param strategies the results, from doing nothing to doing most
 * @param speeds speed of every rank, 0 for one that gets no token; empty if all are 1
 * @param uncoveredTokens tokens whose expert has no active rank, by placement; empty if speeds are
 * @param times predicted times under a cost, or null without one
 */
public record ReplayReport(
        int experts,
        int ranks,
        String topology,
        int replicas,
        String solver,
        int layers,
        String history,
        String measured,
        List<StrategyResult> strategies,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Double> speeds,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> uncoveredTokens,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ReplayTimes times) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new FiniteNumberSerializer())
                    .addSerializer(double.class, new FiniteNumberSerializer()))
            .build();

    ReplayReport(
            ReplaySetup setup, BatchSource source, List<StrategyResult> strategies, Map<String, Long> uncoveredTokens) {
        this(
                setup.experts(),
                setup.ranks(),
                setup.topology().name(),
                setup.replicas(),
                setup.solver(),
                source.layers(),
                source.historyOrigin(),
                source.batchOrigin(),
                List.copyOf(strategies),
                setup.speeds(),
                setup.speeds().isEmpty() ? Map.of() : uncoveredTokens,
                null);
    }

    /** Returns this report with predicted times. */
    public ReplayReport withTimes(ReplayTimes predicted) {
        return new ReplayReport(
                experts,
                ranks,
                topology,
                replicas,
                solver,
                layers,
                history,
                measured,
                strategies,
                speeds,
                uncoveredTokens,
                predicted);
    }

    /** Writes the report as one JSON object in UTF-8, numbers of an empty sample as null; the stream stays open. */
    public void writeJson(OutputStream out) throws IOException {
        out.write(JSON.writeValueAsBytes(this));
        out.write('\n');
    }

    /** Returns the results as a table of plain text. */
    public String table() {
        TextTable table = new TextTable(
                "strategy", "placement", "mean", "p99", "max", "mean gap", "at optimum", "rejected", "time/plan");
        for (StrategyResult result : strategies) {
            table.row(
                    result.strategy(),
                    result.placement(),
                    ratio(result.imbalance().mean()),
                    ratio(result.imbalance().p99()),
                    ratio(result.imbalance().max()),
                    format("%.2f %%", 100 * result.gap().mean()),
                    result.optimalBatches() + "/" + result.batches(),
                    String.valueOf(result.rejectedSolves()),
                    format("%.1f us", result.planNanos().median() / 1000));
        }
        return table.format();
    }

    private static String ratio(double value) {
        return format("%.4f", value);
    }

    private static String format(String pattern, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, pattern, value);
    }
}
