// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.ProblemTables;

/** Maker of launches of fused kernels: TornadoVM, or the driver of the GPU with code that TornadoVM made earlier. */
@FunctionalInterface
public interface LaunchFactory {

    /**
     * Makes a kernel ready.
     *
     * @param solver {@link io.lplb.solver.InteriorPointSolver#NAME} or {@link io.lplb.solver.RelaxationSolver#NAME}
     * @param groups the most groups of a launch
     * @param accuracy how good the answers are to be
     */
    KernelLaunch open(String solver, ProblemTables tables, int groups, Accuracy accuracy);
}
