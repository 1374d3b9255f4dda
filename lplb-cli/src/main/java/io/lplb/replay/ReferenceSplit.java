// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import org.jspecify.annotations.Nullable;

/**
 * LPLB's own algorithm: the shares of its five affine-scaling steps, or one half each where it rejects its answer, each
 * item rounded to whole tokens by largest remainder. No repair afterwards, since that would turn any split into this
 * library's optimum.
 */
final class ReferenceSplit implements Strategy {
    private static final double TOLERANCE = 1e-4;

    private @Nullable Layer layer;

    @Override
    public String name() {
        return "LPLB";
    }

    @Override
    public void place(ExpertPlacement placement, double[] speeds) {
        close();
        layer = new Layer(placement, speeds);
    }

    @Override
    public boolean divide(int[] counts, long[] rankLoads) {
        if (layer == null) {
            throw new IllegalStateException("LPLB: got a batch before a placement");
        }
        return layer.divide(counts, rankLoads);
    }

    @Override
    public void close() {
        if (layer != null) {
            layer.solver.close();
            layer = null;
        }
    }

    /** What one placement needs. */
    private static final class Layer {
        private final PlacementProblem placed;
        private final MinMaxSolver solver;
        private final MinMaxBatch batch;
        private final SplitBatch split;
        private final QuotaRounder rounder;
        private final boolean[] covered;
        private final long[] counts;
        private final long[] fixed;
        private final long[] load;
        private final long[] quota;

        Layer(ExpertPlacement placement, double[] speeds) {
            this.placed = PlacementProblem.of(placement, null);
            this.covered = new boolean[placement.experts()];
            for (int e = 0; e < covered.length; e++) {
                covered[e] = EvenSplit.activeRanks(placement, e, speeds).length > 0;
            }
            MinMaxProblem problem = placed.problem();
            this.solver = Solvers.create("lplb-reference", problem, TOLERANCE);
            this.batch = new MinMaxBatch(problem, placed.groups());
            for (int g = 0; g < placed.groups(); g++) {
                batch.setSpeed(g, speeds, g * problem.ranks());
            }
            this.split = new SplitBatch(problem, placed.groups());
            this.rounder = new QuotaRounder(problem);
            this.counts = new long[placed.experts()];
            this.fixed = new long[batch.fixed().length];
            this.load = new long[batch.load().length];
            this.quota = new long[split.share().length];
        }

        boolean divide(int[] tokens, long[] rankLoads) {
            for (int e = 0; e < tokens.length; e++) {
                counts[e] = covered[e] ? tokens[e] : 0;
            }
            placed.fill(counts, fixed, load);
            PlacementProblem.copy(fixed, batch.fixed());
            PlacementProblem.copy(load, batch.load());
            solver.solve(batch, split);
            MinMaxProblem problem = placed.problem();
            boolean accepted = true;
            for (int g = 0; g < placed.groups(); g++) {
                int shareAt = g * problem.entries();
                int rankAt = g * problem.ranks();
                rounder.round(load, g * problem.items(), batch.speed(), rankAt, split.share(), shareAt, quota);
                rounder.evaluate(fixed, rankAt, batch.speed(), rankAt, quota, shareAt);
                rounder.copyRankLoads(rankLoads, rankAt);
                accepted &= split.status(g) != SolveStatus.NUMERICAL_FAILURE;
            }
            return accepted;
        }
    }
}
