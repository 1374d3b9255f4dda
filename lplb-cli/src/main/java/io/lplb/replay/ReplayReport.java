// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.lplb.policy.PolicySetup;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Results of a replay; the components are the fields of the JSON report.
 *
 * @param experts number of logical experts
 * @param ranks number of ranks
 * @param slotsPerRank physical slots on each rank
 * @param nodes nodes of consecutive ranks
 * @param groups groups of consecutive experts
 * @param topology name of the topology
 * @param replicas slots of a rank beyond its share of the experts
 * @param solver this library's solver
 * @param layers number of layers, each with its own placements
 * @param steps number of measured steps
 * @param history where the history comes from
 * @param measured what the batches are
 * @param cost name of the cost of a rank's tokens
 * @param unit unit of times
 * @param sources where tokens come from
 * @param updateEvery steps between two placement updates; 0 for none
 * @param copyMicros microseconds for copying the weights of one expert
 * @param processorShare part of the planning threads' time in which they had a processor; well below 1 on a busy machine
 * @param strategies the results, from doing nothing to doing most
 * @param leftOut policies that were left out, with the reason
 * @param speeds speed of every rank, 0 for one that gets no token; empty if all are 1
 * @param uncoveredTokens tokens whose expert has no active rank, by policy; empty if speeds are
 * @param details figures per layer and step and the frontier of moves, as shown on the page
 */
public record ReplayReport(
        int experts,
        int ranks,
        int slotsPerRank,
        int nodes,
        int groups,
        String topology,
        int replicas,
        String solver,
        int layers,
        int steps,
        String history,
        String measured,
        String cost,
        String unit,
        String sources,
        int updateEvery,
        double copyMicros,
        double processorShare,
        List<StrategyResult> strategies,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> leftOut,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Double> speeds,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> uncoveredTokens,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Object> details) {
    /** Share of a processor below which plan times are said to be disturbed. */
    public static final double BUSY = 0.9;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addModule(new SimpleModule()
                    .addSerializer(Double.class, new FiniteNumberSerializer())
                    .addSerializer(double.class, new FiniteNumberSerializer()))
            .build();

    static ReplayReport of(
            PolicySetup setup,
            int layers,
            int steps,
            ReplayHistory history,
            ReplayOptions options,
            List<StrategyResult> results,
            double processorShare) {
        Map<String, Long> uncovered = new LinkedHashMap<>();
        if (!setup.speeds().isEmpty()) {
            results.forEach(result -> uncovered.put(result.id(), result.uncoveredTokens()));
        }
        return new ReplayReport(
                setup.experts(),
                setup.ranks(),
                setup.slotsPerRank(),
                setup.nodes(),
                setup.groups(),
                setup.topology().name(),
                setup.spareSlots(),
                setup.solver(),
                layers,
                steps,
                history.origin(),
                (history.steps() == 0 ? "" : "from step " + history.steps() + " on, ") + options.batch(),
                setup.cost().name(),
                setup.cost().unit(),
                options.sources().text(),
                options.updateEvery(),
                options.copyMicros(),
                processorShare,
                List.copyOf(results),
                new TreeMap<>(options.leftOut()),
                setup.speeds(),
                uncovered,
                Map.of());
    }

    /** Returns this report with details. */
    public ReplayReport withDetails(Map<String, Object> added) {
        return new ReplayReport(
                experts,
                ranks,
                slotsPerRank,
                nodes,
                groups,
                topology,
                replicas,
                solver,
                layers,
                steps,
                history,
                measured,
                cost,
                unit,
                sources,
                updateEvery,
                copyMicros,
                processorShare,
                strategies,
                leftOut,
                speeds,
                uncoveredTokens,
                added);
    }

    /** Returns whether the machine was too busy for plan times to be believed. */
    public boolean isBusy() {
        return processorShare < BUSY;
    }

    /** Returns the result of a policy by its name; the first one's if it was not replayed. */
    public StrategyResult named(String... ids) {
        for (String id : ids) {
            for (StrategyResult result : strategies) {
                if (result.id().equals(id)) {
                    return result;
                }
            }
        }
        return strategies.get(0);
    }

    /** Writes the report as one JSON object in UTF-8, numbers of an empty sample as null; the stream stays open. */
    public void writeJson(OutputStream out) throws IOException {
        out.write(JSON.writeValueAsBytes(this));
        out.write('\n');
    }

    /** Returns the results as two tables of plain text: balance, then time and cost. */
    public String table() {
        TextTable balance = new TextTable(
                "strategy", "placement", "mean", "p99", "max", "mean gap", "any gap", "at optimum", "rejected");
        TextTable cost = new TextTable(
                "strategy",
                "placement",
                unit,
                "with copies",
                "moves/update",
                "copies/batch",
                "cross-node",
                "survives",
                "plan p50",
                "plan p90");
        for (StrategyResult result : strategies) {
            balance.row(
                    result.strategy(),
                    result.placement(),
                    format("%.4f", result.imbalance().mean()),
                    format("%.4f", result.imbalance().p99()),
                    format("%.4f", result.imbalance().max()),
                    format("%.2f %%", 100 * result.gap().mean()),
                    format("%.2f %%", 100 * result.anyGap().mean()),
                    result.gap().count() == 0 ? "-" : result.optimalBatches() + "/" + result.batches(),
                    String.valueOf(result.rejectedSolves()));
            cost.row(
                    result.strategy(),
                    result.placement(),
                    format("%.1f", result.time().mean()),
                    format("%.1f", result.timeWithCopies()),
                    result.updates() == 0 ? "-" : format("%.1f", result.movesPerUpdate()),
                    format("%.1f", result.copiesPerBatch()),
                    format("%.1f %%", 100 * result.crossNodeTokens()),
                    result.survivesRanks() + (result.survivesRanks() == 1 ? " rank" : " ranks"),
                    format("%.1f us", result.planNanos().median() / 1000),
                    format("%.1f us", result.planNanos().p90() / 1000));
        }
        return balance.format() + "\n" + cost.format();
    }

    private static String format(String pattern, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, pattern, value);
    }
}
