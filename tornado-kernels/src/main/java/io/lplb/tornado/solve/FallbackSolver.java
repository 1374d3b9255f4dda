// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.program.KernelShape;

/**
 * Second solver for groups that the first one left above the tolerance, one group at a time, with room for its answer. It is the
 * other kernel of the same device, or the CPU's interior point where a group has more ranks than that kernel holds.
 *
 * <p>Not thread-safe.
 */
final class FallbackSolver implements AutoCloseable {
    private final MinMaxSolver solver;
    private final MinMaxBatch batch;
    private final SplitBatch split;

    private FallbackSolver(MinMaxSolver solver) {
        this.solver = solver;
        batch = new MinMaxBatch(solver.problem(), 1);
        split = new SplitBatch(solver.problem(), 1);
    }

    /** Whether the second solver of a problem is a kernel, too. */
    static boolean isOnDevice(MinMaxProblem problem) {
        return problem.ranks() <= KernelShape.MAX_INTERIOR_POINT_RANKS;
    }

    /** Makes the second solver of a first one's name. */
    static FallbackSolver of(String first, MinMaxProblem problem, double tolerance, LaunchFactory launcher) {
        String other = first.equals(RelaxationSolver.NAME) ? InteriorPointSolver.NAME : RelaxationSolver.NAME;
        return new FallbackSolver(
                isOnDevice(problem)
                        ? new GpuSolver(other, problem, tolerance, 1, launcher, false, null)
                        : Solvers.create(other, problem, tolerance));
    }

    /** Makes the last solver, the CPU's exact one, for groups that both kernels left above the tolerance. */
    static FallbackSolver exact(MinMaxProblem problem, double tolerance) {
        return new FallbackSolver(new ExactSolver(problem, tolerance));
    }

    /** Keeps the better of both splits and of both bounds. */
    void solve(MinMaxBatch from, int group, SplitBatch to) {
        MinMaxProblem p = solver.problem();
        System.arraycopy(from.fixed(), group * p.ranks(), batch.fixed(), 0, p.ranks());
        System.arraycopy(from.load(), group * p.items(), batch.load(), 0, p.items());
        solver.solve(batch, split);
        double largest = to.maxLoad(group);
        double bound = to.lowerBound(group);
        if (split.status(0) != SolveStatus.INVALID) {
            bound = Math.max(bound, split.lowerBound(0));
            if (split.maxLoad(0) <= largest) {
                largest = split.maxLoad(0);
                System.arraycopy(split.share(), 0, to.share(), group * p.entries(), p.entries());
            }
        }
        bound = Math.min(bound, largest);
        boolean optimal = largest - bound <= solver.tolerance() * from.meanLoad(group);
        int iterations = to.iterations(group) + Math.max(split.iterations(0), 0);
        to.report(group, largest, bound, iterations, optimal ? SolveStatus.OPTIMAL : to.status(group));
    }

    @Override
    public void close() {
        solver.close();
    }
}
