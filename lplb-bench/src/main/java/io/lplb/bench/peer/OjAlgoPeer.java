// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * ojAlgo's simplex solver through ExpressionsBasedModel, its documented way in. Two ways of use:
 *
 * <ul>
 *   <li>{@code ojalgo}: a model for every solve;
 *   <li>{@code ojalgo-reused}: one model whose bounds change and that is copied for each solve, which costs less than
 *       making it. ojAlgo makes its solver anew from every model and starts from no basis; the solvers that it can
 *       update in place take new bounds of variables only, not new right-hand sides.
 * </ul>
 *
 * <p>All options are ojAlgo's own.
 */
public final class OjAlgoPeer implements Peer {
    private final MinMaxProblem problem;
    private final @Nullable OjAlgoModel reused;

    /**
     * @param reuse whether one model serves all solves
     */
    public OjAlgoPeer(MinMaxProblem problem, boolean reuse) {
        this.problem = Objects.requireNonNull(problem, "problem");
        this.reused = reuse ? new OjAlgoModel(problem) : null;
    }

    @Override
    public String name() {
        return reused == null ? "ojalgo" : "ojalgo-reused";
    }

    @Override
    public double solve(MinMaxBatch batch, int group, double[] share) {
        if (reused != null) {
            return reused.solve(batch, group, share);
        }
        try (OjAlgoModel model = new OjAlgoModel(problem)) {
            return model.solve(batch, group, share);
        }
    }

    @Override
    public void close() {
        if (reused != null) {
            reused.close();
        }
    }
}
