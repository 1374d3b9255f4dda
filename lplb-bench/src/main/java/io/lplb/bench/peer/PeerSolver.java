// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.AbstractMinMaxSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;

/**
 * A peer behind the interface of this library's solvers, group after group. It says OPTIMAL with the peer's word for it
 * and states no lower bound (NaN): what the answers are worth is for the caller to judge. A peer that gives up is
 * NUMERICAL_FAILURE, with NaN shares.
 *
 * <p>Not thread-safe.
 */
final class PeerSolver implements MinMaxSolver {
    private final Peer peer;
    private final MinMaxProblem problem;
    private final double[] share;

    PeerSolver(Peer peer, MinMaxProblem problem) {
        this.peer = peer;
        this.problem = problem;
        this.share = new double[problem.entries()];
    }

    @Override
    public String name() {
        return peer.name();
    }

    @Override
    public MinMaxProblem problem() {
        return problem;
    }

    /** Returns NaN: a peer's tolerance is its own. */
    @Override
    public double tolerance() {
        return Double.NaN;
    }

    @Override
    public void solve(MinMaxBatch batch, SplitBatch split) {
        AbstractMinMaxSolver.requireMatching(problem, batch, split);
        if (!batch.hasProblemSpeeds()) {
            throw new IllegalArgumentException(
                    "speeds: got some other than the problem's, expected the problem's, which " + name()
                            + " was made for");
        }
        if (batch.limits().isSet()) {
            throw new IllegalArgumentException("limits: got some, expected none, as " + name() + " takes none");
        }
        for (int g = 0; g < batch.groups(); g++) {
            try {
                double max = peer.solve(batch, g, share);
                System.arraycopy(share, 0, split.share(), g * share.length, share.length);
                split.report(g, max, Double.NaN, 0, SolveStatus.OPTIMAL);
            } catch (IllegalStateException e) {
                Arrays.fill(split.share(), g * share.length, (g + 1) * share.length, Double.NaN);
                split.report(g, Double.NaN, Double.NaN, 0, SolveStatus.NUMERICAL_FAILURE);
            }
        }
    }

    @Override
    public void close() {
        peer.close();
    }
}
