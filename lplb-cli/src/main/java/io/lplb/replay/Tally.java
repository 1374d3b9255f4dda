// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;

/** Figures of one policy over batches, in memory that does not grow with their number. Not thread-safe. */
public final class Tally {
    private final Spread.Builder imbalance = new Spread.Builder(1, 1e-6);
    private final Spread.Builder gap = new Spread.Builder(0, 1e-6);
    private final Spread.Builder anyGap = new Spread.Builder(0, 1e-6);
    private final Spread.Builder time = new Spread.Builder(0, 1e-3);
    private final Spread.Builder nanos = new Spread.Builder(0, 1);
    private long batches;
    private long optimal;
    private long rejected;
    private long copies;
    private long uncovered;
    private double copyTime;
    private double crossNode;

    /** Adds a batch. */
    public void add(BatchFigures figures) {
        uncovered += figures.uncovered();
        if (Double.isNaN(figures.imbalance())) {
            return;
        }
        batches++;
        imbalance.add(figures.imbalance());
        gap.add(figures.gap());
        anyGap.add(figures.anyGap());
        time.add(figures.time());
        nanos.add((double) figures.planNanos());
        optimal += Math.abs(figures.gap()) < 1e-12 ? 1 : 0;
        rejected += figures.accepted() ? 0 : 1;
        copies += figures.copies();
        copyTime += figures.copyTime();
        crossNode += figures.crossNode();
    }

    /**
     * Returns the results.
     *
     * @param layers replays of all layers, for what they count themselves
     * @param index position of the policy in them
     * @param updates placement updates of each layer
     */
    public StrategyResult result(Policies kind, PolicySetup setup, LayerReplay[] layers, int index, int updates) {
        long moves = 0;
        long sameRank = 0;
        int ranks = Integer.MAX_VALUE;
        int nodes = Integer.MAX_VALUE;
        for (LayerReplay layer : layers) {
            moves += layer.networkMoves(index);
            sameRank += layer.sameRankMoves(index);
            ranks = Math.min(ranks, layer.survivedRanks(index));
            nodes = Math.min(nodes, layer.survivedNodes(index));
        }
        long all = (long) updates * layers.length;
        return new StrategyResult(
                kind.id(),
                kind.title(),
                kind.placement(setup),
                batches,
                imbalance.build(),
                gap.build(),
                anyGap.build(),
                optimal,
                rejected,
                time.build(),
                batches == 0 ? Double.NaN : (time.sum() + copyTime) / batches,
                all,
                all == 0 ? 0 : (double) moves / all,
                all == 0 ? 0 : (double) sameRank / all,
                batches == 0 ? Double.NaN : (double) copies / batches,
                batches == 0 ? Double.NaN : crossNode / batches,
                ranks,
                nodes,
                uncovered,
                nanos.build());
    }
}
