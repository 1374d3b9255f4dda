// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.replay.MoveFrontier;
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
import org.jspecify.annotations.Nullable;

/** Page of one or more replays: what each would gain first, then tables and pictures, provenance last. */
public final class ReplayPage {
    private final List<Case> cases;
    private final Provenance provenance;
    private final Page page;

    /**
     * One replay.
     *
     * @param name of the trace; may be empty
     * @param report the results
     * @param record the same replay, batch by batch
     * @param frontier balance against moves, or null
     */
    public record Case(
            String name,
            ReplayReport report,
            ReplayRecord record,
            @Nullable MoveFrontier frontier) {}

    /** A page of several replays. */
    public ReplayPage(List<Case> cases, Provenance provenance) {
        this.cases = List.copyOf(cases);
        this.provenance = provenance;
        this.page = new Page("What would balancing gain?");
    }

    /** Writes the page in UTF-8; the stream stays open. */
    public void write(OutputStream out) throws IOException {
        page.body().open("header").element("h1", "What would balancing gain?");
        Map<String, List<Case>> sizes = new LinkedHashMap<>();
        cases.forEach(each ->
                sizes.computeIfAbsent(size(each), name -> new ArrayList<>()).add(each));
        sizes.forEach((size, ofSize) -> page.body().element("p", size + headline(ofSize), "class", "headline"));
        page.body().close();
        for (Case each : cases) {
            if (cases.size() > 1) {
                page.body().element("h2", each.name());
            }
            if (each.record().batches() == 0) {
                page.body().element("p", "No batch had a token, so there is nothing to show.");
            } else {
                answer(each.report());
                strategies(each.report());
                pictures(each);
            }
        }
        page.provenance(provenance);
        page.write(out);
    }

    /** Returns the result of this library that is predicted to be the fastest, copies included. */
    private static StrategyResult best(ReplayReport report) {
        StrategyResult best = report.named("own", "topology", "eplb-exact", "replicas");
        for (StrategyResult result : report.strategies()) {
            if (result.strategy().equals(best.strategy()) && result.timeWithCopies() < best.timeWithCopies()) {
                best = result;
            }
        }
        return best;
    }

    private static String size(Case each) {
        return each.report().experts() + " experts on " + each.report().ranks() + " ranks: ";
    }

    /** Returns what the cases of one model size gain, from the least to the most. */
    private static String headline(List<Case> ofSize) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        String unit = "";
        String with = "";
        for (Case each : ofSize) {
            StrategyResult before = each.report().named("as-is", "reordered");
            StrategyResult after = best(each.report());
            double gain = 1 - after.timeWithCopies() / before.timeWithCopies();
            if (Double.isNaN(gain)) {
                continue;
            }
            least = Math.min(least, gain);
            most = Math.max(most, gain);
            unit = each.report().unit().equals("us") ? "time" : "load on the busiest rank";
            with = after.label();
        }
        if (unit.isEmpty()) {
            return "no batch had a token.";
        }
        String gains = Numbers.percent(Math.max(0, most), 1);
        return (ofSize.size() == 1 ? gains : Numbers.percent(Math.max(0, least), 1) + " to " + gains) + " less " + unit
                + " than as is, with " + with + (ofSize.size() == 1 ? "." : ", on " + ofSize.size() + " workloads.");
    }

    private void answer(ReplayReport report) {
        StrategyResult before = report.named("as-is", "reordered");
        StrategyResult after = best(report);
        page.figures(List.of(
                new Page.KeyFigure(
                        "Busiest rank / mean",
                        ratio(before.imbalance().mean()) + " → "
                                + ratio(after.imbalance().mean()),
                        "mean of " + Numbers.whole(after.batches()) + " batches; worst "
                                + ratio(before.imbalance().max()) + " → "
                                + ratio(after.imbalance().max())),
                new Page.KeyFigure(
                        report.unit().equals("us") ? "Slowest rank, predicted" : "Busiest rank",
                        Numbers.significant(before.timeWithCopies()) + " → "
                                + Numbers.significant(after.timeWithCopies()) + " " + report.unit(),
                        "a layer, weight copies included; cost " + report.cost()),
                new Page.KeyFigure(
                        "Time of a plan",
                        Numbers.time(after.planNanos().median()),
                        "p50 on one core of the CPU; p90 "
                                + Numbers.time(after.planNanos().p90()))));
        if (report.isBusy()) {
            page.body()
                    .element(
                            "p",
                            "The machine was busy: planning threads had a processor for "
                                    + Numbers.percent(report.processorShare(), 0)
                                    + " of their time. Plan times are too long; all other figures are not concerned.",
                            "class",
                            "warn");
        }
        page.body()
                .element(
                        "p",
                        report.layers() + (report.layers() == 1 ? " layer, " : " layers, ") + report.steps()
                                + (report.steps() == 1 ? " step, " : " steps, ") + report.slotsPerRank()
                                + " slots on each rank. Measured: " + report.measured() + ". Placements made from: "
                                + report.history()
                                + (report.updateEvery() == 0
                                        ? "."
                                        : ", and anew every " + report.updateEvery() + " steps.")
                                + (report.nodes() == 1 ? "" : " Sources of tokens: " + report.sources() + "."),
                        "class",
                        "note");
    }

    private void strategies(ReplayReport report) {
        boolean moves = report.updateEvery() > 0;
        boolean nodes = report.nodes() > 1;
        List<List<String>> rows = new ArrayList<>();
        for (StrategyResult result : report.strategies()) {
            List<String> row = new ArrayList<>(List.of(
                    result.label(),
                    ratio(result.imbalance().mean()),
                    ratio(result.imbalance().p99()),
                    Numbers.significant(result.time().mean()),
                    Numbers.significant(result.timeWithCopies()),
                    result.gap().count() == 0
                            ? "–"
                            : Numbers.percent(result.gap().mean(), 2),
                    Numbers.percent(result.anyGap().mean(), 2),
                    Numbers.significant(result.copiesPerBatch())));
            if (moves) {
                row.add(result.updates() == 0 ? "–" : Numbers.significant(result.movesPerUpdate()));
            }
            if (nodes) {
                row.add(Numbers.percent(result.crossNodeTokens(), 1));
            }
            row.add(Numbers.whole(result.survivesRanks()));
            row.add(Numbers.time(result.planNanos().median()));
            row.add(Numbers.time(result.planNanos().p90()));
            rows.add(row);
        }
        List<String> titles = new ArrayList<>(List.of(
                "strategy (placement)", "mean", "p99", "time", "+ copies", "gap", "gap to any", "copies/batch"));
        if (moves) {
            titles.add("moves/update");
        }
        if (nodes) {
            titles.add("cross-node");
        }
        titles.addAll(List.of("survives", "plan p50", "p90"));
        page.body().element("h2", "Strategies");
        page.table(
                "Busiest rank / mean (1 is perfect), time in " + report.unit() + " under the cost " + report.cost()
                        + ", " + Numbers.whole(report.strategies().get(0).batches()) + " batches; this library on the "
                        + "CPU, solver " + report.solver(),
                titles,
                rows);
        page.body()
                .element(
                        "p",
                        "Gap: tokens of the busiest rank above the proven fewest on the same placement / mean; gap to"
                                + " any: above a proven bound for any placement of these slots. + copies: the time with "
                                + Numbers.significant(report.copyMicros())
                                + " us for each weight that the rank with the most receives. Survives: ranks that may"
                                + " fail with every expert still on another one.",
                        "class",
                        "note");
        if (!report.leftOut().isEmpty()) {
            List<String> parts = new ArrayList<>();
            report.leftOut().forEach((id, reason) -> parts.add(id + " (" + reason + ")"));
            page.body().element("p", "Left out: " + String.join("; ", parts) + ".", "class", "note");
        }
    }

    private void pictures(Case each) {
        ReplayPlots plots = new ReplayPlots(each.report(), each.record(), each.frontier());
        page.body().element("h2", "Load of every rank");
        page.body().element("p", plots.merging(), "class", "note");
        page.beginFigures();
        page.figure(
                "Before: " + plots.beforeName(),
                plots.before(),
                "One row per rank, batches from left to right, layer after layer.");
        page.figure("After: " + plots.afterName(), plots.after(), "The same batches in the same colours.");
        page.endFigures();
        levels();
        page.body().element("h2", "Layers and moves");
        page.legend(plots.legend());
        page.beginFigures();
        page.figure("Imbalance by layer", plots.byLayer(), "Means over the steps.");
        if (each.frontier() != null) {
            page.figure("Balance against moves", plots.frontier(), plots.frontierCaption());
        }
        page.endFigures();
        page.body().element("h2", "Every layer over time");
        page.body().element("p", plots.panelsCaption(), "class", "note");
        page.body().open("div", "class", "panels");
        plots.panels().forEach(panel -> page.body().raw(panel));
        page.body().close();
        page.body().element("h2", "Distance and time of plans");
        page.beginFigures();
        page.figure("Gap to the fewest tokens possible", plots.gaps(), plots.gapsCaption());
        page.figure("Time of a plan", plots.latency(), plots.latencyCaption());
        page.endFigures();
    }

    private void levels() {
        Map<String, String> names = new LinkedHashMap<>();
        for (int level = 0; level <= HeatMapSvg.BOUNDS.size(); level++) {
            boolean last = level == HeatMapSvg.BOUNDS.size();
            names.put("h" + level, last ? "more" : Numbers.tick(HeatMapSvg.BOUNDS.get(level)));
        }
        page.levels("Upper ends of the colours", names);
    }

    private static String ratio(double value) {
        return Numbers.decimal(value, 3);
    }
}
