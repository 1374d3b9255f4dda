// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;

/** Makes the solvers whose work the kernels do, on whatever stands behind TornadoVM's API. */
final class KernelSolvers {
    private KernelSolvers() {}

    @SuppressWarnings("DoNotCallSuggester")
    static MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        throw new IllegalArgumentException("solver: got " + name + " for " + problem + ", tolerance " + tolerance
                + " and " + maxGroups + " groups; the kernels have none of that name");
    }
}
