// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.MinMaxSolverContract;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.ptx.PtxLibrary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The contract on a GPU, by the driver's launch and by nothing else: without a driver or a device these tests fail. Asked for by
 * {@code -Dlplb.gpuTests}.
 */
abstract class DriverContract extends MinMaxSolverContract {
    private static @Nullable CudaDevice held;

    private final String name;
    private final LaunchOptions.Choice options;

    DriverContract(String name, LaunchOptions.Choice options) {
        this.name = name;
        this.options = options;
    }

    /** Holds the context, which is otherwise made anew for every solver. */
    @BeforeAll
    static void holdDevice() throws CudaUnavailableException {
        held = new CudaDevice(new CudaDriver(CudaLibrary.load()), 0);
    }

    @AfterAll
    static void releaseDevice() {
        if (held != null) { // no device, which is what the tests fail of
            held.close();
        }
    }

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        try {
            return GpuSolver.onDriver(
                    new CudaDriver(CudaLibrary.load()), PtxLibrary.read(), name, problem, tolerance, 8, 0, options);
        } catch (CudaUnavailableException e) {
            throw new AssertionError("the driver's launch is what is tested", e);
        }
    }

    @Override
    protected boolean supports(MinMaxProblem problem) {
        return GpuSolver.missingOnDriver(name, problem).isEmpty();
    }

    @Override
    protected double tolerance() {
        return GpuSolver.DEFAULT_TOLERANCE;
    }

    @Override
    protected int randomProblems() {
        return 300;
    }
}
