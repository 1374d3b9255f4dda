// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.program.ProblemTables;

/**
 * A launch whose answers the host certifies: they come back in mean loads, float, and unchecked but for the signs that the
 * kernel wrote them in the last launch. Suits small batches, for which a further kernel takes longer than the host.
 *
 * <p>Belongs to one thread.
 */
public abstract class HostCertified implements KernelLaunch {
    private final DeviceAnswers answers;

    /** @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load */
    protected HostCertified(ProblemTables tables, double tolerance) {
        answers = new DeviceAnswers(tables, tolerance);
    }

    @Override
    public final boolean solve(MinMaxBatch batch, int first, int count, SplitBatch split) {
        execute(batch, first, count);
        answers.takeAll(groups(), batch, first, split);
        return false;
    }

    /** Solves the groups {@code first .. first + count - 1} of a batch; answers are then in {@link #groups}. */
    public abstract void execute(MinMaxBatch batch, int first, int count);

    /** Returns the packed groups of the last execution. */
    public abstract PackedGroups groups();
}
