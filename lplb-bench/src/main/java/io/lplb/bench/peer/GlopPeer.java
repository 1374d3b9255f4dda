// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import com.google.ortools.Loader;
import com.google.ortools.linearsolver.MPSolverParameters;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * OR-Tools' simplex solver GLOP, through MPSolver. Two ways of use:
 *
 * <ul>
 *   <li>{@code glop}: a model for every solve, as in OR-Tools' own examples;
 *   <li>{@code glop-reused}: one model whose bounds change, so that GLOP starts from the last basis.
 * </ul>
 *
 * <p>MPSolver rather than ModelBuilder, since ModelBuilder cannot keep a basis and rebuilds its model for every solve.
 * Presolve is on where it was measured to pay: a model for every solve, and items with three hosts or more (64 ranks:
 * 408 us with it, 475 us without; cube: 87 us with it, 69 us without). Both choices favour the peer.
 */
public final class GlopPeer implements Peer {
    private final MinMaxProblem problem;
    private final MPSolverParameters parameters;
    private final @Nullable GlopModel reused;

    /**
     * @param reuse whether one model serves all solves
     */
    public GlopPeer(MinMaxProblem problem, boolean reuse) {
        this(problem, reuse, !reuse && problem.entries() > 2 * problem.items());
    }

    GlopPeer(MinMaxProblem problem, boolean reuse, boolean presolve) {
        Loader.loadNativeLibraries();
        this.problem = Objects.requireNonNull(problem, "problem");
        this.parameters = new MPSolverParameters();
        parameters.setIntegerParam(
                MPSolverParameters.IntegerParam.PRESOLVE,
                (presolve
                                ? MPSolverParameters.PresolveValues.PRESOLVE_ON
                                : MPSolverParameters.PresolveValues.PRESOLVE_OFF)
                        .swigValue());
        this.reused = reuse ? new GlopModel(problem, parameters) : null;
    }

    @Override
    public String name() {
        return reused == null ? "glop" : "glop-reused";
    }

    @Override
    public double solve(MinMaxBatch batch, int group, double[] share) {
        if (reused != null) {
            return reused.solve(batch, group, share);
        }
        try (GlopModel model = new GlopModel(problem, parameters)) {
            return model.solve(batch, group, share);
        }
    }

    @Override
    public void close() {
        if (reused != null) {
            reused.close();
        }
        parameters.delete();
    }
}
