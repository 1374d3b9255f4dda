// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.replay.Replay;
import io.lplb.replay.ReplayReport;
import io.lplb.replay.StrategyResult;
import io.lplb.report.chart.BarPlot;
import io.lplb.report.chart.HeatMapSvg;
import io.lplb.report.chart.MaxGrid;
import io.lplb.report.chart.Numbers;
import io.lplb.report.chart.PlotFrame;
import io.lplb.report.chart.XyPlot;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.TopologySvg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The pictures on the page of a replay, each with its words. Strategies have the CSS classes c0, c1, ... in order. */
final class ReplayPlots {
    /** Groups of more ranks are not drawn: the arrows would hide each other. */
    static final int DRAWN_RANKS = 64;

    private final ReplayReport report;
    private final ReplayRecord record;

    ReplayPlots(ReplayReport report, ReplayRecord record) {
        this.report = report;
        this.record = record;
    }

    /** The name of a strategy with its placement where two have the same. */
    static String name(StrategyResult result) {
        return result.strategy().equals("this library") ? "this library, " + result.placement() : result.strategy();
    }

    /** Says how batches and ranks share cells, if they do. */
    String merging() {
        MaxGrid grid = record.before();
        StringBuilder text = new StringBuilder("Tokens of the rank / mean tokens of a rank in the batch.");
        if (grid.mergesSteps()) {
            text.append(" Down-sampled: each of the ").append(grid.columns()).append(" columns stands for ");
            text.append(Numbers.significant((double) steps() / grid.columns()));
            text.append(" batches on average and shows the largest value of a rank among them.");
        }
        if (grid.mergesRanks()) {
            text.append(" Each of the ").append(grid.rows()).append(" rows stands for several ranks and shows their");
            text.append(" largest value.");
        }
        return text.toString();
    }

    private long steps() {
        return record.before().firstStep(record.before().columns());
    }

    String before() {
        return heat(record.before(), Replay.NONE);
    }

    String after() {
        return heat(record.after(), Replay.LIBRARY);
    }

    private String heat(MaxGrid grid, int strategy) {
        StrategyResult result = report.strategies().get(strategy);
        return HeatMapSvg.of(
                grid,
                "Heat map of rank loads, " + name(result),
                "Busiest rank over mean load: "
                        + Numbers.decimal(result.imbalance().mean(), 4) + " on average, "
                        + Numbers.decimal(result.imbalance().max(), 4) + " at worst");
    }

    String imbalance() {
        XyPlot plot = new XyPlot(new PlotFrame("Imbalance over the batches", means(), "batch", "busiest rank / mean"))
                .include(1, 1)
                .labels(v -> v == Math.rint(v) ? Numbers.tick(v) : "", Numbers::tick);
        for (int k = 0; k < report.strategies().size(); k++) {
            MaxGrid grid = record.imbalance(k);
            double[] x = new double[grid.columns()];
            double[] y = new double[grid.columns()];
            for (int c = 0; c < x.length; c++) {
                x[c] = (grid.firstStep(c) + 1 + grid.firstStep(c + 1)) / 2.0;
                y[c] = grid.value(0, c);
            }
            if (x.length > 1) {
                plot.line("c" + k, x, y);
            } else {
                plot.points("c" + k, x, y);
            }
        }
        return plot.svg();
    }

    private String means() {
        List<String> parts = new ArrayList<>();
        for (StrategyResult result : report.strategies()) {
            parts.add(name(result) + " " + Numbers.decimal(result.imbalance().mean(), 4));
        }
        return "Means: " + String.join(", ", parts);
    }

    String imbalanceCaption() {
        MaxGrid grid = record.imbalance(0);
        return grid.mergesSteps()
                ? "Down-sampled: each of the " + grid.columns() + " points is the largest value of "
                        + Numbers.significant((double) steps() / grid.columns()) + " batches on average."
                : "One point a batch.";
    }

    String gaps() {
        List<String> classes = new ArrayList<>();
        for (double bound : ReplayRecord.GAP_CLASSES) {
            classes.add(Numbers.tick(100 * bound));
        }
        classes.add("more");
        BarPlot plot = new BarPlot(
                new PlotFrame("Histogram of gaps", gapsCaption(), "gap up to, % of the mean load", "batches"), classes);
        for (int k = 0; k < report.strategies().size(); k++) {
            plot.bars("c" + k, record.gapFractions(k));
        }
        return plot.svg();
    }

    String gapsCaption() {
        List<String> parts = new ArrayList<>();
        for (StrategyResult result : report.strategies()) {
            parts.add(name(result) + " " + Numbers.whole(result.optimalBatches()));
        }
        return "Batches with no gap, of " + Numbers.whole(record.batches()) + ": " + String.join(", ", parts) + ".";
    }

    String latency() {
        XyPlot plot = new XyPlot(new PlotFrame("Distribution of plan times", medians(), "percentile", "time of a plan"))
                .logX()
                .logY()
                .labels(Distribution::label, Numbers::timeTick);
        for (int k = 0; k < report.strategies().size(); k++) {
            Distribution.of(record.nanos(k)).addTo(plot, "c" + k);
        }
        return plot.svg();
    }

    private String medians() {
        List<String> parts = new ArrayList<>();
        for (StrategyResult result : report.strategies()) {
            parts.add(name(result) + " " + Numbers.time(result.planNanos().median()));
        }
        return "Medians: " + String.join(", ", parts);
    }

    String latencyCaption() {
        return "From counts to tokens per rank, on one core, after a warm-up; so many percent of the plans took at most"
                + " the time shown. The two ways without a solver show what counting alone costs.";
    }

    double movedFraction() {
        return record.traffic().fraction();
    }

    String traffic() {
        ReplicaTopology topology = record.setup().topology();
        return topology.groupSize() > DRAWN_RANKS
                ? ""
                : TopologySvg.traffic(topology, record.traffic().perBatch(record.batches()));
    }

    String trafficCaption() {
        ReplicaTopology topology = record.setup().topology();
        double[] traffic = record.traffic().perBatch(record.batches());
        int groups = record.setup().ranks() / topology.groupSize();
        double most = Arrays.stream(traffic).max().orElse(0);
        double sum = Arrays.stream(traffic).sum();
        String text =
                "Tokens computed by a copy instead of the original, from rank to rank: " + Numbers.significant(sum)
                        + " in a batch on average, of which " + Numbers.significant(most)
                        + " on the thickest arrow; dotted: none.";
        if (groups > 1) {
            text += " The " + groups + " groups of ranks are added up.";
        }
        return topology.groupSize() > DRAWN_RANKS
                ? text + " Not drawn: the group has " + topology.groupSize() + " ranks, more than " + DRAWN_RANKS + "."
                : text;
    }
}
