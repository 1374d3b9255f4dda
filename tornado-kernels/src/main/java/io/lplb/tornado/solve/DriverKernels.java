// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;

/**
 * Launches of shipped PTX on a device through its driver.
 *
 * @param device open while the launches are
 * @param options chooses how a number of groups is launched
 */
record DriverKernels(CudaDevice device, PtxLibrary library, LaunchOptions.Choice options) implements LaunchFactory {
    @Override
    public KernelLaunch open(String solver, ProblemTables tables, int groups, Accuracy accuracy) {
        LaunchOptions way = options.of(solver, groups);
        PtxKernel kernel = library.find(solver, tables.size(), groups).orElseThrow();
        ProblemTables fitting = tables.in(kernel.size());
        return way.certified() && BatchTables.fits(tables.problem())
                ? new BatchLaunch(device, kernel, fitting, groups, accuracy, way)
                : new DriverLaunch(device, kernel, fitting, groups, accuracy, way);
    }

    /** Says what a solver for the problem lacks; empty if nothing. Each of the two solvers hands groups above the tolerance to the other. */
    static String missing(PtxLibrary library, String name, MinMaxProblem problem) {
        return FallbackSolver.isOnDevice(problem)
                ? library.missing(problem, name, InteriorPointSolver.NAME, RelaxationSolver.NAME)
                : library.missing(problem, name);
    }
}
