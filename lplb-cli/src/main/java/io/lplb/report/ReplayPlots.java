// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.policy.Policies;
import io.lplb.replay.MoveFrontier;
import io.lplb.replay.ReplayReport;
import io.lplb.replay.StrategyResult;
import io.lplb.report.chart.BarPlot;
import io.lplb.report.chart.HeatMapSvg;
import io.lplb.report.chart.MaxGrid;
import io.lplb.report.chart.Numbers;
import io.lplb.report.chart.PlotFrame;
import io.lplb.report.chart.SmallMultiple;
import io.lplb.report.chart.XyPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Pictures on the page of a replay, each with its words. */
final class ReplayPlots {
    private static final int LOOKS = 10;

    private final ReplayReport report;
    private final ReplayRecord record;
    private final @Nullable MoveFrontier frontier;
    private final int[] shown;

    ReplayPlots(ReplayReport report, ReplayRecord record, @Nullable MoveFrontier frontier) {
        this.report = report;
        this.record = record;
        this.frontier = frontier;
        List<Policies> main = new ArrayList<>(
                List.of(Policies.AS_IS, Policies.EPLB, Policies.LPLB, Policies.ULTRAEP, Policies.REPLICAS));
        main.add(record.policies().get(record.afterIndex()));
        int[] chosen = IntStream.range(0, record.policies().size())
                .filter(k -> main.contains(record.policies().get(k)))
                .toArray();
        this.shown = chosen.length > 0
                ? chosen
                : IntStream.range(0, Math.min(6, record.policies().size())).toArray();
    }

    /** Returns the CSS classes of a policy, the same in all plots of the page. */
    private static String look(int policy) {
        return "c" + policy % LOOKS + (policy < LOOKS ? "" : " d" + policy / LOOKS);
    }

    private StrategyResult result(int policy) {
        return report.strategies().get(policy);
    }

    /** Returns the names of the policies in the line plots by CSS classes. */
    Map<String, String> legend() {
        Map<String, String> names = new LinkedHashMap<>();
        for (int k : shown) {
            names.put(look(k), result(k).label());
        }
        return names;
    }

    /** Says how batches and ranks share cells, if they do. */
    String merging() {
        MaxGrid grid = record.before();
        StringBuilder text = new StringBuilder("Tokens of the rank / mean tokens of a rank in the batch.");
        if (grid.mergesSteps()) {
            text.append(" Down-sampled: each of the ").append(grid.columns()).append(" columns stands for ");
            text.append(Numbers.significant((double) grid.firstStep(grid.columns()) / grid.columns()));
            text.append(" batches on average and shows the largest value of a rank among them.");
        }
        if (grid.mergesRanks()) {
            text.append(" Each of the ").append(grid.rows()).append(" rows stands for several ranks and shows their");
            text.append(" largest value.");
        }
        return text.toString();
    }

    String beforeName() {
        return result(record.beforeIndex()).label();
    }

    String afterName() {
        return result(record.afterIndex()).label();
    }

    String before() {
        return heat(record.before(), result(record.beforeIndex()));
    }

    String after() {
        return heat(record.after(), result(record.afterIndex()));
    }

    private static String heat(MaxGrid grid, StrategyResult result) {
        return HeatMapSvg.of(
                grid,
                "Heat map of rank loads, " + result.label(),
                "Busiest rank over mean load: "
                        + Numbers.decimal(result.imbalance().mean(), 4) + " on average, "
                        + Numbers.decimal(result.imbalance().max(), 4) + " at worst");
    }

    /** Returns a panel per layer. */
    List<String> panels() {
        MaxGrid first = record.panels(0);
        double end = 1.01;
        for (int k : shown) {
            double[] means = record.layerMeans(k);
            end = Math.max(
                    end,
                    1 + 1.5 * (Arrays.stream(means).filter(m -> m > 0).max().orElse(1) - 1));
        }
        List<String> panels = new ArrayList<>();
        for (int row = 0; row < first.rows(); row++) {
            List<String> classes = new ArrayList<>();
            List<double[]> values = new ArrayList<>();
            for (int k : shown) {
                MaxGrid grid = record.panels(k);
                double[] line = new double[grid.columns()];
                for (int c = 0; c < line.length; c++) {
                    line[c] = grid.value(row, c);
                }
                classes.add(look(k));
                values.add(line);
            }
            panels.add(SmallMultiple.of("layer " + first.firstRank(row), classes, values, end));
        }
        return panels;
    }

    String panelsCaption() {
        MaxGrid grid = record.panels(0);
        return "Busiest rank / mean over the steps, from 1 at the bottom to the same value at the top of every panel"
                + (grid.mergesSteps() ? "; each point is the largest of several steps" : "")
                + (grid.mergesRanks() ? "; each panel is the worst of several layers" : "") + ".";
    }

    /** Mean imbalance by layer. */
    String byLayer() {
        XyPlot plot = new XyPlot(
                        new PlotFrame("Imbalance by layer", "Means over the steps", "layer", "busiest rank / mean"))
                .include(0, 1)
                .labels(v -> v == Math.rint(v) ? Numbers.tick(v) : "", Numbers::tick);
        double[] x = new double[record.layers()];
        Arrays.setAll(x, l -> l);
        for (int k : shown) {
            if (x.length > 1) {
                plot.line(look(k), x, record.layerMeans(k));
            } else {
                plot.points(look(k), x, record.layerMeans(k));
            }
        }
        return plot.svg();
    }

    /** Balance against moved weights; empty without a frontier. */
    String frontier() {
        if (frontier == null) {
            return "";
        }
        XyPlot plot = new XyPlot(new PlotFrame(
                        "Balance against moves", frontierCaption(), "weights moved per layer", "max / mean of loads"))
                .include(0, 1);
        int own = record.afterIndex();
        double[] x = frontier.points().stream()
                .mapToDouble(MoveFrontier.Point::moves)
                .toArray();
        double[] y = frontier.points().stream()
                .mapToDouble(MoveFrontier.Point::imbalance)
                .toArray();
        if (x.length > 1) {
            plot.line(look(own), x, y);
        }
        plot.points(look(own), x, y);
        if (!Double.isNaN(frontier.eplb().imbalance())) {
            plot.points("c1", new double[] {frontier.eplb().moves()}, new double[] {
                frontier.eplb().imbalance()
            });
        }
        return plot.svg();
    }

    String frontierCaption() {
        if (frontier == null) {
            return "";
        }
        MoveFrontier.Point best = frontier.points().getLast();
        String text = "Placements from the history, updated to the measured loads of " + frontier.layers()
                + " layers, loads split exactly. This library, by budget: "
                + Numbers.decimal(frontier.points().get(0).imbalance(), 4) + " without a move, "
                + Numbers.decimal(best.imbalance(), 4) + " with " + Numbers.significant(best.moves()) + " moves";
        return Double.isNaN(frontier.eplb().imbalance())
                ? text + "."
                : text + ". EPLB made anew (single point): "
                        + Numbers.decimal(frontier.eplb().imbalance(), 4) + " with "
                        + Numbers.significant(frontier.eplb().moves()) + ".";
    }

    String gaps() {
        List<String> classes = new ArrayList<>();
        for (double bound : ReplayRecord.GAP_CLASSES) {
            classes.add(Numbers.tick(100 * bound));
        }
        classes.add("more");
        BarPlot plot = new BarPlot(
                new PlotFrame("Histogram of gaps", gapsCaption(), "gap up to, % of the mean load", "batches"), classes);
        for (int k : shown) {
            if (result(k).gap().count() > 0) {
                plot.bars(look(k), record.gapFractions(k));
            }
        }
        return plot.svg();
    }

    String gapsCaption() {
        List<String> parts = new ArrayList<>();
        for (int k : shown) {
            if (result(k).gap().count() > 0) {
                parts.add(result(k).label() + " " + Numbers.whole(result(k).optimalBatches()));
            }
        }
        return "Batches with no gap to the proven optimum of the placement, of " + Numbers.whole(record.batches())
                + ": " + String.join(", ", parts) + ".";
    }

    String latency() {
        XyPlot plot = new XyPlot(
                        new PlotFrame("Distribution of plan times", latencyCaption(), "percentile", "time of a plan"))
                .logX()
                .logY()
                .labels(Distribution::label, Numbers::timeTick);
        for (int k : shown) {
            Distribution.of(record.nanos(k)).addTo(plot, look(k));
        }
        return plot.svg();
    }

    String latencyCaption() {
        return "From counts to tokens per rank, on one core, after a warm-up; so many percent of the plans took at most"
                + " the time shown. Times of single plans are noisy: compare p50, and read p90 as the noise."
                + (report.isBusy()
                        ? " The machine was busy: planning threads had a processor for "
                                + Numbers.percent(report.processorShare(), 0) + " of their time only."
                        : "");
    }
}
