// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.policy.Policies;
import io.lplb.replay.BatchFigures;
import io.lplb.replay.PlayedBatch;
import io.lplb.replay.Replay;
import io.lplb.report.chart.MaxGrid;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Figures of every batch as the page and the JSON report need them, in memory that does not grow with their number: the largest value in
 * each of a bounded number of cells, histograms, and sums per layer. Writes every batch as a line of CSV, too, if asked to.
 *
 * <p>Not thread-safe.
 */
public final class ReplayRecord implements Replay.Observer {
    /** Upper ends of the gap histogram's classes, as fractions of the mean load; the last class is above them. */
    static final double[] GAP_CLASSES = {0, 0.005, 0.01, 0.02, 0.05, 0.1};

    private static final int HEAT_COLUMNS = 208;
    private static final int HEAT_ROWS = 64;
    private static final int STEP_COLUMNS = 200;
    private static final int PANEL_COLUMNS = 48;
    private static final int PANELS = 64;
    private static final long LONGEST_PLAN = TimeUnit.MINUTES.toNanos(10);

    private final List<Policies> policies;
    private final int layers;
    private final int steps;
    private final int beforeIndex;
    private final int afterIndex;
    private final MaxGrid before;
    private final MaxGrid after;
    private final List<MaxGrid> panels = new ArrayList<>();
    private final List<Histogram> nanos = new ArrayList<>();
    private final long[][] gaps;
    private final double[][] layerImbalance;
    private final double[][] layerTime;
    private final double[][] stepImbalance;
    private final long[] stepBatches;
    private final long[] layerBatches;
    private final double[][] fallingLoads;
    private final long[] sorted;
    private final @Nullable Writer csv;
    private long batches;

    /**
     * A record of a replay.
     *
     * @param policies policies of the replay
     * @param ranks number of ranks
     * @param layers number of layers, at least 1
     * @param steps number of measured steps, at least 1
     * @param csv receives a line per batch and policy, not closed; null for none
     */
    public ReplayRecord(List<Policies> policies, int ranks, int layers, int steps, @Nullable OutputStream csv)
            throws IOException {
        this.policies = policies;
        this.layers = layers;
        this.steps = steps;
        this.beforeIndex = first(policies, Policies.AS_IS, Policies.REORDERED, policies.get(0));
        this.afterIndex = first(
                policies, Policies.OWN, Policies.TOPOLOGY, Policies.EPLB_EXACT, Policies.REPLICAS, policies.getLast());
        this.before = new MaxGrid(ranks, (long) layers * steps, HEAT_ROWS, HEAT_COLUMNS);
        this.after = new MaxGrid(ranks, (long) layers * steps, HEAT_ROWS, HEAT_COLUMNS);
        int count = policies.size();
        this.gaps = new long[count][GAP_CLASSES.length + 1];
        this.layerImbalance = new double[count][layers];
        this.layerTime = new double[count][layers];
        int columns = Math.min(steps, STEP_COLUMNS);
        this.stepImbalance = new double[count][columns];
        this.stepBatches = new long[columns];
        this.layerBatches = new long[layers];
        this.fallingLoads = new double[count][ranks];
        this.sorted = new long[ranks];
        for (int k = 0; k < count; k++) {
            panels.add(new MaxGrid(layers, steps, PANELS, PANEL_COLUMNS));
            nanos.add(new Histogram(1, LONGEST_PLAN, 3));
        }
        this.csv = csv == null ? null : new BufferedWriter(new OutputStreamWriter(csv, StandardCharsets.UTF_8));
        if (this.csv != null) {
            this.csv.write(
                    "step,layer,strategy,imbalance,gap,any_gap,time,copy_time,copies,cross_node,plan_ns,uncovered\n");
        }
    }

    private static int first(List<Policies> policies, Policies... wanted) {
        return Arrays.stream(wanted)
                .mapToInt(policies::indexOf)
                .filter(k -> k >= 0)
                .findFirst()
                .orElse(0);
    }

    @Override
    public void batch(int step, int layer, PlayedBatch batch) throws IOException {
        if (!batch.hasTokens()) {
            return;
        }
        int column = (int) ((long) step * stepBatches.length / steps);
        for (int k = 0; k < policies.size(); k++) {
            BatchFigures figures = batch.figures().get(k);
            panels.get(k).add(step, layer, figures.imbalance());
            nanos.get(k).recordValue(Math.min(Math.max(1, figures.planNanos()), LONGEST_PLAN));
            if (!Double.isNaN(figures.gap())) {
                gaps[k][gapClass(figures.gap())]++;
            }
            layerImbalance[k][layer] += figures.imbalance();
            layerTime[k][layer] += figures.time();
            stepImbalance[k][column] += figures.imbalance();
            addFalling(fallingLoads[k], batch.rankLoads().get(k));
            if (csv != null) {
                write(csv, step, layer, policies.get(k).id(), figures);
            }
        }
        stepBatches[column]++;
        layerBatches[layer]++;
        long cell = (long) layer * steps + step;
        addLoads(before, cell, batch.rankLoads().get(beforeIndex));
        addLoads(after, cell, batch.rankLoads().get(afterIndex));
        batches++;
    }

    private static void write(Writer out, int step, int layer, String id, BatchFigures f) throws IOException {
        out.write(step + "," + layer + "," + id + "," + (float) f.imbalance() + "," + number(f.gap()) + ","
                + (float) f.anyGap() + "," + (float) f.time() + "," + (float) f.copyTime() + "," + f.copies() + ","
                + (float) f.crossNode() + "," + f.planNanos() + "," + f.uncovered() + "\n");
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.valueOf((float) value);
    }

    private void addFalling(double[] sums, long[] loads) {
        System.arraycopy(loads, 0, sorted, 0, loads.length);
        Arrays.sort(sorted);
        double mean = (double) Arrays.stream(sorted).sum() / sorted.length;
        for (int r = 0; r < sums.length; r++) {
            sums[r] += sorted[sums.length - 1 - r] / mean;
        }
    }

    private static int gapClass(double gap) {
        int c = 0;
        while (c < GAP_CLASSES.length && gap > GAP_CLASSES[c] + 1e-12) {
            c++;
        }
        return c;
    }

    private static void addLoads(MaxGrid grid, long cell, long[] loads) {
        double mean = (double) Arrays.stream(loads).sum() / loads.length;
        for (int r = 0; r < loads.length; r++) {
            grid.add(cell, r, loads[r] / mean);
        }
    }

    /**
     * Writes what is left of the CSV.
     *
     * @throws IOException if it cannot be written
     */
    public void flush() throws IOException {
        if (csv != null) {
            csv.flush();
        }
    }

    /** Returns the mean figures per layer and per step as JSON values; steps are merged into at most 200. */
    public Map<String, Object> details() {
        List<Object> perLayer = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("layer", l);
            row.put("imbalance", byPolicy(layerImbalance, l, layerBatches[l]));
            row.put("time", byPolicy(layerTime, l, layerBatches[l]));
            perLayer.add(row);
        }
        List<Object> perStep = new ArrayList<>();
        for (int c = 0; c < stepBatches.length; c++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("firstStep", ((long) c * steps + stepBatches.length - 1) / stepBatches.length);
            row.put("imbalance", byPolicy(stepImbalance, c, stepBatches[c]));
            perStep.add(row);
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("perLayer", perLayer);
        details.put("perStep", perStep);
        Map<String, Object> loads = new LinkedHashMap<>();
        Map<String, Object> gapFractions = new LinkedHashMap<>();
        for (int k = 0; k < policies.size(); k++) {
            loads.put(policies.get(k).id(), fallingLoads(k));
            gapFractions.put(policies.get(k).id(), gapFractions(k));
        }
        details.put("fallingRankLoads", loads);
        details.put("gapClasses", Map.of("upTo", GAP_CLASSES, "fractions", gapFractions));
        details.put("rankLoadsBefore", cells(before, beforeIndex));
        details.put("rankLoadsAfter", cells(after, afterIndex));
        return details;
    }

    /** The heat map of a policy as numbers; a cell without a batch is null. */
    private Map<String, Object> cells(MaxGrid grid, int policy) {
        List<List<Double>> rows = new ArrayList<>();
        for (int r = 0; r < grid.rows(); r++) {
            List<Double> row = new ArrayList<>();
            for (int c = 0; c < grid.columns(); c++) {
                row.add(Math.rint(grid.value(r, c) * 1e4) / 1e4);
            }
            rows.add(row);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("strategy", policies.get(policy).id());
        map.put("cells", rows);
        return map;
    }

    /** Returns the loads of the ranks over the mean load, the busiest of every batch first, means over the batches. */
    double[] fallingLoads(int policy) {
        double[] means = new double[fallingLoads[policy].length];
        Arrays.setAll(means, r -> batches == 0 ? 0 : fallingLoads[policy][r] / batches);
        return means;
    }

    private Map<String, Double> byPolicy(double[][] sums, int at, long count) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (int k = 0; k < policies.size(); k++) {
            means.put(policies.get(k).id(), count == 0 ? Double.NaN : sums[k][at] / count);
        }
        return means;
    }

    List<Policies> policies() {
        return policies;
    }

    int layers() {
        return layers;
    }

    int steps() {
        return steps;
    }

    /** Rank loads over the batch's mean load, before balancing; steps of the first layer first. */
    MaxGrid before() {
        return before;
    }

    /** Rank loads over the batch's mean load, after balancing. */
    MaxGrid after() {
        return after;
    }

    int beforeIndex() {
        return beforeIndex;
    }

    int afterIndex() {
        return afterIndex;
    }

    /** Imbalance by layer and step of one policy. */
    MaxGrid panels(int policy) {
        return panels.get(policy);
    }

    /** Plan times of one policy in nanoseconds. */
    Histogram nanos(int policy) {
        return nanos.get(policy);
    }

    /** Mean imbalance of one policy by layer. */
    double[] layerMeans(int policy) {
        double[] means = new double[layers];
        Arrays.setAll(means, l -> layerBatches[l] == 0 ? Double.NaN : layerImbalance[policy][l] / layerBatches[l]);
        return means;
    }

    /** Fractions of the batches in each class of gaps, by one policy. */
    double[] gapFractions(int policy) {
        long all = Arrays.stream(gaps[policy]).sum();
        return Arrays.stream(gaps[policy])
                .mapToDouble(n -> all == 0 ? 0 : (double) n / all)
                .toArray();
    }

    /** Number of batches that had a token. */
    long batches() {
        return batches;
    }
}
