// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * LPLB's own algorithm (github.com/deepseek-ai/LPLB): the shares of its five affine-scaling steps, or one half each where it rejects its
 * answer, each item rounded to whole tokens by largest remainder. There is no repair afterwards, since that would turn any split into this
 * library's optimum.
 */
final class ReferencePolicy implements Policy {
    private static final double TOLERANCE = 1e-4;

    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private @Nullable Layer layer;

    ReferencePolicy(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
    }

    @Override
    public ExpertPlacement place(double[] history) {
        close();
        ExpertPlacement placement = placing.apply(history);
        layer = new Layer(placement, speeds);
        return placement;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        if (layer == null) {
            throw new IllegalStateException("LPLB: got a batch before a placement");
        }
        return layer.plan(counts, out);
    }

    @Override
    public void close() {
        if (layer != null) {
            layer.solver.close();
            layer = null;
        }
    }

    /** Workspace of one placement. */
    private static final class Layer {
        private final PlacementProblem placed;
        private final MinMaxSolver solver;
        private final MinMaxBatch batch;
        private final SplitBatch split;
        private final QuotaRounder rounder;
        private final ReplicaQuotas replicas;
        private final boolean[] covered;
        private final long[] counts;
        private final long[] fixed;
        private final long[] load;
        private final long[] itemQuota;
        private final long[] quota;

        Layer(ExpertPlacement placement, double[] speeds) {
            placed = PlacementProblem.of(placement, null);
            covered = new boolean[placement.experts()];
            for (int e = 0; e < covered.length; e++) {
                covered[e] = PolicySetup.activeRanks(placement, e, speeds).length > 0;
            }
            MinMaxProblem problem = placed.problem();
            solver = Solvers.create("lplb-reference", problem, TOLERANCE);
            batch = new MinMaxBatch(problem, placed.groups());
            for (int g = 0; g < placed.groups(); g++) {
                batch.setSpeed(g, speeds, g * problem.ranks());
            }
            split = new SplitBatch(problem, placed.groups());
            rounder = new QuotaRounder(problem);
            replicas = new ReplicaQuotas(placement, placed);
            counts = new long[placed.experts()];
            fixed = new long[batch.fixed().length];
            load = new long[batch.load().length];
            itemQuota = new long[split.share().length];
            quota = new long[replicas.replicas()];
        }

        boolean plan(long[] tokens, Dispatch out) {
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
                rounder.round(
                        load,
                        g * problem.items(),
                        batch.speed(),
                        g * problem.ranks(),
                        split.share(),
                        g * problem.entries(),
                        itemQuota);
                accepted &= split.status(g) != SolveStatus.NUMERICAL_FAILURE;
            }
            replicas.distribute(counts, itemQuota, quota);
            for (int e = 0; e < counts.length; e++) {
                for (int k = replicas.firstReplica(e); k < replicas.firstReplica(e + 1); k++) {
                    out.add(e, replicas.rankOf(replicas.slot(k)), quota[k]);
                }
            }
            return accepted;
        }
    }
}
