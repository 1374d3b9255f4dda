// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks the answers of a backend on the host, in double: that the shares are a split, that the largest load is theirs,
 * and that the lower bound is one.
 *
 * <p>The shares prove a bound of their own (see {@link Certificate}). One that is higher may still be right, for a solver
 * may have found it on the way; it is then put to the test: no bound is above what any split attains, and the CPU's solver
 * finds a split within 1e-9 of the optimum. So no wrong bound passes, and no right one is refused.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates only where the test is needed.
 */
final class SplitAudit {
    /** How far numbers may be off, in mean or largest loads: backends compute in float. */
    private static final double SLACK = 1e-6;

    private static final double JUDGE_TOLERANCE = 1e-9;
    private static final String REMEDY =
            "Report it, please; bin/lplb doctor says whether a known answer comes out right.";

    private final MinMaxProblem problem;
    private final Certificate certificate;
    private @Nullable MinMaxSolver judge;

    SplitAudit(MinMaxProblem problem) {
        this.problem = problem;
        certificate = new Certificate(problem);
    }

    /** Returns what is wrong with an answer, or null. */
    @Nullable BackendException check(String backend, MinMaxBatch batch, SplitBatch split) {
        for (int g = 0; g < batch.groups(); g++) {
            BackendException fault = checkShares(backend, batch, split, g);
            if (fault == null) {
                fault = checkCertificate(backend, batch, split, g);
            }
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private @Nullable BackendException checkShares(String backend, MinMaxBatch batch, SplitBatch split, int group) {
        if (split.status(group) == SolveStatus.INVALID) {
            return fault(backend, Code.NO_ANSWER, group, "it has no answer");
        }
        double[] share = split.share();
        double slack = SLACK * batch.meanLoad(group);
        for (int i = 0; i < problem.items(); i++) {
            double load = batch.isCovered(group, i) ? batch.load()[group * problem.items() + i] : 0;
            double sum = 0;
            double least = 0;
            int end = group * problem.entries() + problem.firstEntry(i + 1);
            for (int e = group * problem.entries() + problem.firstEntry(i); e < end; e++) {
                sum += share[e];
                least = Math.min(least, share[e]);
            }
            if (!(Math.abs(sum) < Double.POSITIVE_INFINITY)) {
                return fault(backend, Code.NO_ANSWER, group, "shares of item " + i + " sum to " + sum);
            }
            if (least < -slack || Math.abs(sum - load) > Math.max(slack, SLACK * load)) {
                return fault(
                        backend,
                        Code.WRONG_SHARES,
                        group,
                        "shares of item " + i + " sum to " + sum + ", the least is " + least + ", its load is " + load);
            }
        }
        return null;
    }

    private @Nullable BackendException checkCertificate(
            String backend, MinMaxBatch batch, SplitBatch split, int group) {
        int entryAt = group * problem.entries();
        certificate.evaluate(batch, group, split.share(), entryAt);
        double slack = SLACK * Math.max(certificate.maxLoad(), batch.meanLoad(group));
        if (!(Math.abs(split.maxLoad(group) - certificate.maxLoad()) <= slack)) {
            return fault(
                    backend,
                    Code.WRONG_CERTIFICATE,
                    group,
                    "it claims a largest load of " + split.maxLoad(group) + ", its shares give "
                            + certificate.maxLoad());
        }
        double bound = split.lowerBound(group);
        if (bound <= certificate.lowerBound() + slack) {
            return null;
        }
        double attained = Math.min(certificate.maxLoad(), attained(batch, group));
        return bound <= attained + slack
                ? null
                : fault(
                        backend,
                        Code.WRONG_CERTIFICATE,
                        group,
                        "it claims a lower bound of " + bound + ", a split attains " + attained);
    }

    /** The largest load that the CPU's solver attains. */
    private double attained(MinMaxBatch batch, int group) {
        MinMaxSolver solver = judge;
        if (solver == null) {
            solver = new ExactSolver(problem, JUDGE_TOLERANCE);
            judge = solver;
        }
        MinMaxBatch one = new MinMaxBatch(problem, 1);
        one.set(0, batch, group);
        SplitBatch answer = new SplitBatch(problem, 1);
        solver.solve(one, answer);
        return answer.maxLoad(0);
    }

    private static BackendException fault(String backend, Code code, int group, String what) {
        return new BackendException(
                backend, code, String.format(Locale.ROOT, "Group %d: %s.", group, what), REMEDY, null);
    }
}
