// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DeviceSession;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;

/**
 * The fused kernels on an NVIDIA GPU without TornadoVM: PTX that it made earlier, launched through the driver. Packing,
 * the choice of launches, and the certificate in double are {@link GpuSolver}'s.
 *
 * <p>For problems that a kernel of this library's PTX holds, see {@link #missing}: LPLB's topologies have their own, others
 * run in the next larger of a few sizes. The driver compiles the PTX for
 * the GPU at the first solve and keeps the result on disk, by default.
 *
 * <p>Threads: an instance belongs to the thread of its first solve; another thread's gets an IllegalStateException. Only
 * {@link #close} may be called from anywhere: it waits for a solve that is running. Instances are independent.
 *
 * <p>A fault of a kernel is for good: CUDA answers every later call of the process with the same error. The solve that
 * meets it throws a {@link CudaException}, and the instance is dead: every later solve throws an IllegalStateException
 * that says so.
 */
public final class DriverSolver implements MinMaxSolver {
    private final GpuSolver solver;
    private final CudaDevice device;
    private final DeviceSession session;

    private DriverSolver(CudaDevice device, GpuSolver solver) {
        this.device = device;
        this.solver = solver;
        session = new DeviceSession(solver.name() + " solver", "solve", device);
    }

    /**
     * Makes a solver.
     *
     * @param name {@link InteriorPointSolver#NAME} or {@link io.lplb.solver.RelaxationSolver#NAME}
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     * @param maxGroups groups of the largest launch, at least 1
     * @param deviceIndex the GPU, from 0
     * @throws IllegalArgumentException if there is no PTX for the solver that holds the problem, or an argument
     *     is out of range
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws CudaException if the driver has no such device or refuses it
     */
    public static DriverSolver open(
            String name, MinMaxProblem problem, double tolerance, int maxGroups, int deviceIndex)
            throws CudaUnavailableException {
        return open(
                new CudaDriver(CudaLibrary.load()),
                PtxLibrary.read(),
                name,
                problem,
                tolerance,
                maxGroups,
                deviceIndex);
    }

    static DriverSolver open(
            CudaDriver driver,
            PtxLibrary library,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int maxGroups,
            int deviceIndex) {
        return open(driver, library, name, problem, tolerance, maxGroups, deviceIndex, LaunchOptions::of);
    }

    /** Makes a solver that launches in another way than what suits most, for a measurement or a test. */
    static DriverSolver open(
            CudaDriver driver,
            PtxLibrary library,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int maxGroups,
            int deviceIndex,
            LaunchOptions.Choice options) {
        String missing = missing(library, name, problem);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(missing);
        }
        CudaDevice device = new CudaDevice(driver, deviceIndex);
        try {
            GpuSolver solver = new GpuSolver(
                    name,
                    problem,
                    tolerance,
                    maxGroups,
                    (solverName, tables, groups, accuracy) -> launch(
                            device, library, solverName, tables, groups, accuracy, options.of(solverName, groups)));
            return new DriverSolver(device, solver);
        } catch (IllegalArgumentException e) {
            device.close();
            throw e;
        }
    }

    private static KernelLaunch launch(
            CudaDevice device,
            PtxLibrary library,
            String solver,
            ProblemTables tables,
            int groups,
            Accuracy accuracy,
            LaunchOptions options) {
        PtxKernel kernel = library.find(solver, tables.size(), groups).orElseThrow();
        ProblemTables fitting = tables.in(kernel.size());
        return options.certified() && BatchTables.fits(tables.problem())
                ? new BatchLaunch(device, kernel, fitting, groups, accuracy, options)
                : new DriverLaunch(device, kernel, fitting, groups, accuracy, options);
    }

    /** Says what a solver for the problem lacks; empty if nothing. Touches no driver. */
    public static String missing(String name, MinMaxProblem problem) {
        return missing(PtxLibrary.read(), name, problem);
    }

    static String missing(PtxLibrary library, String name, MinMaxProblem problem) {
        // Each of the two hands groups above the tolerance to the other.
        return FallbackSolver.isOnDevice(problem)
                ? library.missing(problem, name, InteriorPointSolver.NAME, RelaxationSolver.NAME)
                : library.missing(problem, name);
    }

    @Override
    public void solve(MinMaxBatch batch, SplitBatch split) {
        session.begin();
        try {
            solver.solve(batch, split);
        } catch (CudaException e) {
            throw session.failed(e);
        } finally {
            session.end();
        }
    }

    /** Compiles the kernels for batches of so many groups, see {@link GpuSolver#warmUp}. */
    public void warmUp(int groups) {
        solve(new MinMaxBatch(problem(), groups), new SplitBatch(problem(), groups));
    }

    /** {@return as {@link GpuSolver#handovers}} */
    public GpuSolver.Handovers handovers() {
        return solver.handovers();
    }

    @Override
    public String name() {
        return solver.name();
    }

    @Override
    public MinMaxProblem problem() {
        return solver.problem();
    }

    @Override
    public double tolerance() {
        return solver.tolerance();
    }

    /** Returns the name of the GPU. */
    public String deviceName() {
        return device.name();
    }

    @Override
    public void close() {
        session.close(solver::close);
    }
}
