// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExactSplit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementChange;
import io.lplb.placement.PlacementPlanner;
import io.lplb.placement.PlacementUpdate;
import io.lplb.policy.PolicySetup;
import java.util.ArrayList;
import java.util.List;

/**
 * Balance against moved weights when placements made from the history are updated to the measured loads: means over some layers, loads split
 * exactly.
 *
 * @param layers number of layers that were tried
 * @param points this library's placement, changed with at most so many moves of a layer
 * @param eplb EPLB's placement, made anew
 */
public record MoveFrontier(int layers, List<Point> points, Point eplb) {
    private static final int MOST_LAYERS = 4;
    private static final int[] BUDGETS = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

    /**
     * A point.
     *
     * @param moves weights of a layer that cross the network, mean
     * @param imbalance max/mean of the measured loads, mean
     */
    public record Point(double moves, double imbalance) {}

    /**
     * Computes the frontier.
     *
     * @param measured {@code [layers][experts]}, loads to update to
     */
    public static MoveFrontier of(PolicySetup setup, ReplayHistory history, double[][] measured) {
        int layers = Math.min(MOST_LAYERS, measured.length);
        double[] moves = new double[BUDGETS.length];
        double[] imbalance = new double[BUDGETS.length];
        double eplbMoves = 0;
        double eplbImbalance = 0;
        PlacementPlanner planner = setup.planner();
        for (int k = 0; k < layers; k++) {
            int layer = (int) ((long) k * measured.length / layers);
            ExpertPlacement old = planner.place(history.of(layer));
            PlacementUpdate update = planner.update(old, measured[layer], MoveLimits.atMost(setup.copies()));
            for (int b = 0; b < BUDGETS.length; b++) {
                PlacementUpdate.Point best = update.frontier().get(0);
                for (PlacementUpdate.Point point : update.frontier()) {
                    best = point.networkCopies() <= BUDGETS[b] && point.imbalance() < best.imbalance() ? point : best;
                }
                moves[b] += (double) best.networkCopies() / layers;
                imbalance[b] += best.imbalance() / layers;
            }
            if (setup.copies() % setup.ranks() == 0) {
                ExpertPlacement before = setup.eplb(history.of(layer), setup.copies());
                ExpertPlacement after = setup.eplb(measured[layer], setup.copies());
                eplbMoves += (double) PlacementChange.between(before, after, setup.ranksPerNode())
                                .networkCopies()
                        / layers;
                eplbImbalance += ExactSplit.of(after).imbalance(measured[layer]) / layers;
            }
        }
        List<Point> points = new ArrayList<>();
        for (int b = 0; b < BUDGETS.length; b++) {
            if (b == 0 || moves[b] > moves[b - 1]) {
                points.add(new Point(moves[b], imbalance[b]));
            }
        }
        return new MoveFrontier(layers, points, new Point(eplbMoves, eplbImbalance == 0 ? Double.NaN : eplbImbalance));
    }
}
