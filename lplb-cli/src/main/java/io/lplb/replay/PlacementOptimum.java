// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;

/**
 * Proven optimum of batches on one placement: no split has a smaller largest load. Computed at most once per batch.
 *
 * <p>Not thread-safe.
 */
final class PlacementOptimum {
    private final PlacementProblem placed;
    private final ExactSolver solver;
    private final MinMaxBatch batch;
    private final SplitBatch split;
    private final boolean[] covered;
    private final long[] tokens;
    private final double[] speeds;
    private final int[] rankOf;
    private final double[] fixed;
    private double bound = Double.NaN;

    PlacementOptimum(ExpertPlacement placement, double[] speeds) {
        placed = PlacementProblem.of(placement, null);
        MinMaxProblem problem = placed.problem();
        solver = new ExactSolver(problem);
        batch = new MinMaxBatch(problem, placed.groups());
        for (int g = 0; g < placed.groups(); g++) {
            if (Arrays.stream(speeds, g * problem.ranks(), (g + 1) * problem.ranks())
                    .anyMatch(s -> s > 0)) {
                batch.setSpeed(g, speeds, g * problem.ranks());
            }
        }
        split = new SplitBatch(problem, placed.groups());
        covered = new boolean[placement.experts()];
        for (int e = 0; e < covered.length; e++) {
            covered[e] = Arrays.stream(placement.ranksOf(e)).anyMatch(r -> speeds[r] > 0);
        }
        tokens = new long[covered.length];
        this.speeds = speeds.clone();
        rankOf = new int[covered.length];
        Arrays.setAll(rankOf, e -> placement.rankOf(placement.slotOf(e, 0)));
        fixed = new double[placement.ranks()];
    }

    /** Begins a batch. */
    void clear() {
        bound = Double.NaN;
    }

    /** Takes the bound of a policy that has computed it for this batch on this placement. */
    void offer(double lowerBound) {
        bound = lowerBound;
    }

    /** Returns the lower bound on the largest tokens / speed of a rank. */
    double lowerBound(long[] counts) {
        if (Double.isNaN(bound)) {
            for (int e = 0; e < counts.length; e++) {
                tokens[e] = covered[e] ? counts[e] : 0;
            }
            if (placed.problem().items() == 0) {
                bound = largestFixed();
                return bound;
            }
            placed.fill(tokens, batch);
            solver.solve(batch, split);
            bound = 0;
            for (int g = 0; g < placed.groups(); g++) {
                bound = Math.max(bound, split.lowerBound(g));
            }
        }
        return bound;
    }

    /** Returns the largest load where every expert has one rank, so that there is nothing to split. */
    private double largestFixed() {
        Arrays.fill(fixed, 0);
        for (int e = 0; e < tokens.length; e++) {
            fixed[rankOf[e]] += tokens[e];
        }
        double largest = 0;
        for (int r = 0; r < fixed.length; r++) {
            largest = fixed[r] > 0 ? Math.max(largest, fixed[r] / speeds[r]) : largest;
        }
        return largest;
    }

    /** Returns the placement with the experts of each rank in rising order: equal placements have equal optima. */
    static ExpertPlacement key(ExpertPlacement placement) {
        int[] phy2log = placement.phy2log();
        for (int first = 0; first < phy2log.length; first += placement.slotsPerRank()) {
            Arrays.sort(phy2log, first, first + placement.slotsPerRank());
        }
        return ExpertPlacement.of(placement.ranks(), placement.groupSize(), placement.experts(), phy2log);
    }
}
