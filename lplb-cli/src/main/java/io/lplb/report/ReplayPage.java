// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.replay.Replay;
import io.lplb.replay.ReplayReport;
import io.lplb.replay.StrategyResult;
import io.lplb.report.chart.HeatMapSvg;
import io.lplb.report.chart.Numbers;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page of a replay: the answer in three numbers and a few sentences, the table, and then the pictures. */
public final class ReplayPage {
    private final ReplayReport report;
    private final ReplayPlots plots;
    private final Provenance provenance;
    private final Page page;

    /**
     * @param report the results
     * @param record the same replay, batch by batch
     */
    public ReplayPage(ReplayReport report, ReplayRecord record, Provenance provenance) {
        this.report = report;
        this.plots = new ReplayPlots(report, record);
        this.provenance = provenance;
        this.page = new Page(
                "Replay on " + report.topology() + ": " + report.experts() + " experts, " + report.ranks() + " ranks");
    }

    /** Writes the page in UTF-8; the stream stays open. */
    public void write(OutputStream out) throws IOException {
        page.head(report.layers() + (report.layers() == 1 ? " layer, " : " layers, ") + report.replicas()
                + " replica slots on each rank, solver " + report.solver() + ". Measured: " + report.measured()
                + ". Placements made from: " + report.history() + ".");
        StrategyResult library = report.strategies().get(Replay.LIBRARY);
        if (library.batches() == 0) {
            page.body().element("p", "No batch had a token, so there is nothing to show.");
        } else {
            answer(report.strategies().get(Replay.NONE), library);
            strategies();
            pictures();
        }
        page.provenance(provenance);
        page.write(out);
    }

    private void answer(StrategyResult none, StrategyResult library) {
        page.figures(List.of(
                new Page.KeyFigure(
                        "Busiest rank / mean",
                        ratio(none.imbalance().mean()) + " → "
                                + ratio(library.imbalance().mean()),
                        "before and after, mean of " + Numbers.whole(library.batches()) + " batches; worst "
                                + ratio(none.imbalance().max()) + " → "
                                + ratio(library.imbalance().max())),
                new Page.KeyFigure(
                        "Time of a plan",
                        Numbers.time(library.planNanos().median()),
                        "median on one core; 99 % of plans within "
                                + Numbers.time(library.planNanos().p99())),
                new Page.KeyFigure(
                        "Worst gap",
                        Numbers.percent(library.gap().max(), 2),
                        "of the mean load above the fewest tokens possible; at optimum: "
                                + Numbers.whole(library.optimalBatches()) + " of "
                                + Numbers.whole(library.batches()) + " batches")));
        page.body().element("p", sentence(none, library));
    }

    private String sentence(StrategyResult none, StrategyResult library) {
        StringBuilder text = new StringBuilder("A layer waits for its busiest rank. Without balancing that rank has ");
        text.append(Numbers.percent(none.imbalance().mean() - 1, 1)).append(" more tokens than the mean, with this");
        text.append(" library on ").append(report.topology()).append(" ");
        text.append(Numbers.percent(library.imbalance().mean() - 1, 1)).append(" more; ");
        text.append(Numbers.percent(plots.movedFraction(), 1)).append(" of all tokens go to a copy for that. ");
        StrategyResult best = best();
        if (best.imbalance().mean() < library.imbalance().mean()) {
            text.append("On these batches ").append(ReplayPlots.name(best)).append(" is better still: ");
            text.append(ratio(best.imbalance().mean())).append('.');
        } else {
            text.append("No other way shown here does better on average.");
        }
        return text.toString();
    }

    private StrategyResult best() {
        StrategyResult best = report.strategies().get(0);
        for (StrategyResult result : report.strategies()) {
            best = result.imbalance().mean() < best.imbalance().mean() ? result : best;
        }
        return best;
    }

    private void strategies() {
        List<List<String>> rows = new ArrayList<>();
        for (StrategyResult result : report.strategies()) {
            rows.add(List.of(
                    ReplayPlots.name(result),
                    ratio(result.imbalance().mean()),
                    ratio(result.imbalance().p99()),
                    ratio(result.imbalance().max()),
                    Numbers.percent(result.gap().mean(), 2),
                    Numbers.percent(result.gap().max(), 2),
                    Numbers.whole(result.optimalBatches()),
                    Numbers.whole(result.rejectedSolves()),
                    Numbers.time(result.planNanos().median())));
        }
        page.body().element("h2", "Ways to divide the tokens");
        page.table(
                "Busiest rank / mean (1 is perfect) over " + Numbers.whole(rowsOf()) + " batches",
                List.of(
                        "way",
                        "mean",
                        "p99",
                        "worst",
                        "mean gap",
                        "worst gap",
                        "at optimum",
                        "rejected",
                        "median time"),
                rows);
        page.body()
                .element(
                        "p",
                        "None: every token at the original of its expert. Even split: EPLB's, the tokens of an expert "
                                + "to its copies in turn. LPLB: LPLB's own algorithm, here on the CPU, its shares "
                                + "rounded to whole tokens. Gap: tokens of the busiest rank above the fewest possible "
                                + "on the same placement / mean load. Rejected: solves whose answer the solver itself "
                                + "refused, or did not finish.",
                        "class",
                        "note");
    }

    private int rowsOf() {
        return report.strategies().get(Replay.LIBRARY).batches();
    }

    private void pictures() {
        page.body().element("h2", "Load of every rank");
        page.body().element("p", plots.merging(), "class", "note");
        page.beginFigures();
        page.figure("Before: none", plots.before(), "One row a rank, batches from left to right, layer after layer.");
        page.figure(
                "After: this library on " + report.topology(), plots.after(), "The same batches in the same colours.");
        page.endFigures();
        levels();
        page.body().element("h2", "Batch by batch");
        page.legend(legend());
        page.beginFigures();
        page.figure("Imbalance over time", plots.imbalance(), plots.imbalanceCaption());
        page.figure("Gap to the fewest tokens possible", plots.gaps(), plots.gapsCaption());
        page.figure("Time of a plan", plots.latency(), plots.latencyCaption());
        page.figure("Tokens moved along the edges", plots.traffic(), plots.trafficCaption());
        page.endFigures();
    }

    private void levels() {
        Map<String, String> names = new LinkedHashMap<>();
        for (int level = 0; level <= HeatMapSvg.BOUNDS.size(); level++) {
            boolean last = level == HeatMapSvg.BOUNDS.size();
            names.put("h" + level, last ? "more" : Numbers.tick(HeatMapSvg.BOUNDS.get(level)));
        }
        page.levels("Colours: load of the rank / mean load", names);
    }

    private Map<String, String> legend() {
        Map<String, String> names = new LinkedHashMap<>();
        for (int k = 0; k < report.strategies().size(); k++) {
            names.put("c" + k, ReplayPlots.name(report.strategies().get(k)));
        }
        return names;
    }

    private static String ratio(double value) {
        return Numbers.decimal(value, 4);
    }
}
