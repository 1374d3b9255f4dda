// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.replay.Replay;
import io.lplb.replay.ReplaySetup;
import io.lplb.replay.StrategyBatch;
import io.lplb.report.chart.MaxGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What the page of a replay needs of every batch, in memory that does not grow with their number: the largest value in
 * each of a bounded number of cells, histograms, and sums.
 *
 * <p>Not thread-safe.
 */
public final class ReplayRecord {
    /** Upper ends of the gap histogram's classes, as fractions of the mean load; the last class is above them. */
    static final double[] GAP_CLASSES = {0, 0.005, 0.01, 0.02, 0.05, 0.1};

    private static final int STRATEGIES = 6;
    private static final int HEAT_COLUMNS = 208;
    private static final int HEAT_ROWS = 64;
    private static final int LINE_COLUMNS = 200;
    private static final long LONGEST_PLAN = TimeUnit.MINUTES.toNanos(10);

    private final ReplaySetup setup;
    private final MaxGrid before;
    private final MaxGrid after;
    private final List<MaxGrid> imbalance = new ArrayList<>();
    private final List<Histogram> nanos = new ArrayList<>();
    private final long[][] gaps = new long[STRATEGIES][GAP_CLASSES.length + 1];
    private final Traffic traffic;
    private long step;
    private long batches;

    /**
     * @param layers number of layers, at least 1
     * @param batches number of batches of each layer, at least 1
     */
    public ReplayRecord(ReplaySetup setup, int layers, int batches) {
        long steps = (long) layers * batches;
        this.setup = setup;
        this.before = new MaxGrid(setup.ranks(), steps, HEAT_ROWS, HEAT_COLUMNS);
        this.after = new MaxGrid(setup.ranks(), steps, HEAT_ROWS, HEAT_COLUMNS);
        this.traffic = new Traffic(setup.topology(), setup.replicas());
        for (int k = 0; k < STRATEGIES; k++) {
            imbalance.add(new MaxGrid(1, steps, 1, LINE_COLUMNS));
            nanos.add(new Histogram(1, LONGEST_PLAN, 3));
        }
    }

    /** Adds the batch that a replay has just divided. One without a token counts as a step and shows nothing. */
    public void add(Replay replay) {
        List<StrategyBatch> results = replay.lastBatch();
        for (int k = 0; k < results.size(); k++) {
            StrategyBatch result = results.get(k);
            imbalance.get(k).add(step, 0, result.imbalance());
            nanos.get(k).recordValue(Math.min(Math.max(1, result.planNanos()), LONGEST_PLAN));
            gaps[k][gapClass(result.gap())]++;
        }
        if (!results.isEmpty()) {
            addLoads(before, replay.lastRankLoads().get(Replay.NONE));
            addLoads(after, replay.lastRankLoads().get(Replay.LIBRARY));
            traffic.add(replay.balancer());
            batches++;
        }
        step++;
    }

    private static int gapClass(double gap) {
        int c = 0;
        while (c < GAP_CLASSES.length && gap > GAP_CLASSES[c]) {
            c++;
        }
        return c;
    }

    private void addLoads(MaxGrid grid, long[] loads) {
        double mean = (double) Arrays.stream(loads).sum() / loads.length;
        for (int r = 0; r < loads.length; r++) {
            grid.add(step, r, loads[r] / mean);
        }
    }

    ReplaySetup setup() {
        return setup;
    }

    /** Rank loads over the batch's mean load, without balancing. */
    MaxGrid before() {
        return before;
    }

    /** Rank loads over the batch's mean load, by this library on the topology. */
    MaxGrid after() {
        return after;
    }

    /** Imbalance over the batches by one strategy; one row. */
    MaxGrid imbalance(int strategy) {
        return imbalance.get(strategy);
    }

    /** Plan times of one strategy in nanoseconds. */
    Histogram nanos(int strategy) {
        return nanos.get(strategy);
    }

    /** Fractions of the batches in each class of gaps, by one strategy. */
    double[] gapFractions(int strategy) {
        return Arrays.stream(gaps[strategy])
                .mapToDouble(n -> batches == 0 ? 0 : (double) n / batches)
                .toArray();
    }

    Traffic traffic() {
        return traffic;
    }

    /** Number of batches that had a token. */
    long batches() {
        return batches;
    }
}
