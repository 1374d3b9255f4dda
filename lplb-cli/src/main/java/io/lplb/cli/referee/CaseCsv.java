// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.referee;

import io.lplb.replay.ReplayReport;
import io.lplb.replay.StrategyResult;
import io.lplb.report.ReplayPage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results of several replays as CSV, a line per case and policy, with the figures of the tables. */
final class CaseCsv {
    private static final String HEAD =
            "case,experts,ranks,layers,steps,strategy,placement,imbalance,imbalance_p99,imbalance_max,gap,"
                    + "any_gap,optimal_batches,batches,rejected,time,time_with_copies,moves_per_update,copies_per_batch,cross_node,"
                    + "survives_ranks,plan_p50_ns,plan_p90_ns\n";

    private CaseCsv() {}

    /** Writes the lines in UTF-8; the stream stays open. */
    static void write(List<ReplayPage.Case> cases, OutputStream out) throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        for (ReplayPage.Case each : cases) {
            for (StrategyResult result : each.report().strategies()) {
                text.append(line(each.name(), each.report(), result)).append('\n');
            }
        }
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String line(String name, ReplayReport report, StrategyResult result) {
        return Stream.of(
                        quoted(name),
                        report.experts(),
                        report.ranks(),
                        report.layers(),
                        report.steps(),
                        result.id(),
                        quoted(result.placement()),
                        number(result.imbalance().mean()),
                        number(result.imbalance().p99()),
                        number(result.imbalance().max()),
                        number(result.gap().mean()),
                        number(result.anyGap().mean()),
                        result.optimalBatches(),
                        result.batches(),
                        result.rejectedSolves(),
                        number(result.time().mean()),
                        number(result.timeWithCopies()),
                        number(result.movesPerUpdate()),
                        number(result.copiesPerBatch()),
                        number(result.crossNodeTokens()),
                        result.survivesRanks(),
                        number(result.planNanos().median()),
                        number(result.planNanos().p90()))
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.valueOf((float) value);
    }
}
