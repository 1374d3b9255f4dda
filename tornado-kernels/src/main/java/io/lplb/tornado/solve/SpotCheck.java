// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;

/**
 * Certificate of single groups by the host, compared with what the device reported.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class SpotCheck {
    /** Difference of sums in another order, as a fraction of the mean load. */
    private static final double ROUNDING = 1e-9;

    private final Certificate certificate;

    SpotCheck(MinMaxProblem problem) {
        certificate = new Certificate(problem);
    }

    /** Whether the host finds what the device reported of a group, or the device reported nothing. */
    boolean holds(MinMaxBatch of, SplitBatch to, int group) {
        if (to.status(group) == SolveStatus.INVALID) {
            return true;
        }
        MinMaxProblem p = of.problem();
        double rounding = ROUNDING * of.meanLoad(group);
        certificate.evaluate(
                of.fixed(), group * p.ranks(), of.load(), group * p.items(), to.share(), group * p.entries());
        return Math.abs(certificate.maxLoad() - to.maxLoad(group)) <= rounding
                && (to.lowerBound(group) <= certificate.lowerBound() + rounding
                        || to.lowerBound(group) <= attained(of, group) + rounding);
    }

    /**
     * Returns what a split attains, which no bound is above. Ranks that are level up to rounding may be in another order on the device, and
     * their sets prove more than the host's; that is rare, and only then is this computed.
     */
    private static double attained(MinMaxBatch of, int group) {
        MinMaxProblem problem = of.problem();
        MinMaxBatch one = new MinMaxBatch(problem, 1);
        System.arraycopy(of.fixed(), group * problem.ranks(), one.fixed(), 0, problem.ranks());
        System.arraycopy(of.load(), group * problem.items(), one.load(), 0, problem.items());
        SplitBatch answer = new SplitBatch(problem, 1);
        try (InteriorPointSolver solver = new InteriorPointSolver(problem, ROUNDING)) {
            solver.solve(one, answer);
        }
        return answer.maxLoad(0);
    }
}
