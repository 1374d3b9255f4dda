// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.AbstractMinMaxSolver;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.DeviceSession;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxLibrary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Solver whose fused kernels run a whole batch in one launch: through TornadoVM (on a GPU, or under the emulator), or through the CUDA
 * driver from shipped PTX ({@link #onDriver}), which needs no TornadoVM.
 *
 * <p>The arithmetic is float, so gaps end around 1e-6 of the mean load for most groups and within 1e-4 for all; a
 * tolerance below what float reaches is answered with ITERATION_LIMIT and the true gap. Certificates are computed in
 * double from the shares that come back: on the host or, where the launcher says so, on the device ({@link CertifiedGroups}).
 *
 * <p>Groups that either solver leaves above the tolerance go through the other one, on the same device: relaxation has slow
 * tails, and what the sweeps after an interior point end in may not prove itself. Their iterations add up.
 *
 * <p>Plans are made on first use for batches of 1, of up to 8, 32, and so on in powers of 32 up to {@code maxGroups}, and
 * kept; a larger batch is solved in pieces. A batch with speeds other than the problem's is solved on the CPU. The first solve of a kind therefore takes the time of a compilation, tenths
 * of a second. After it nothing is allocated per solve by this class.
 *
 * <p>Large batches are copied by several threads of the process; {@code -Dlplb.hostThreads=1} leaves all to the caller's.
 *
 * <p>Threads: an instance belongs to the thread of its first solve; another thread gets an IllegalStateException. On the driver {@link
 * #close} may be called from anywhere: it waits for a running solve. Instances are independent.
 *
 * <p>A fault of a kernel is permanent: CUDA answers every later call of the process with the same error. The solve that meets it throws a
 * {@link CudaException}, every later one an IllegalStateException.
 */
public final class GpuSolver implements MinMaxSolver {
    /** Default gap, as a fraction of the mean load. */
    public static final double DEFAULT_TOLERANCE = 1e-4;

    private static final int PLAN_STEP = 32;

    /** Most groups of the plan for a few: up to so many a driver's launch is quicker with the host's certificates. */
    private static final int FEW_GROUPS = 8;

    private final String name;
    private final MinMaxProblem problem;
    private final double tolerance;
    private final int maxGroups;
    private final ProblemTables tables;
    private final DeviceAnswers answers;
    private final LaunchFactory launcher;
    private final boolean handsOver;
    private final @Nullable CudaDevice device;
    private final @Nullable DeviceSession session;
    private final List<KernelLaunch> plans = new ArrayList<>();
    private @Nullable FallbackSolver fallback;
    private @Nullable MinMaxSolver onCpu;
    private @Nullable FallbackSolver last;
    private long otherKernel;
    private long cpu;
    private boolean closed;

    /**
     * A solver; touches no device yet.
     *
     * @param name {@link InteriorPointSolver#NAME} or {@link RelaxationSolver#NAME}
     * @param problem at most 64 ranks for the interior point, 320 for relaxation
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     * @param maxGroups groups of the largest launch, at least 1
     * @throws IllegalArgumentException if there is no such solver, or no kernel holds the problem
     */
    public GpuSolver(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        this(name, problem, tolerance, maxGroups, GpuSolver::plan);
        KernelShape.of(name, problem, maxGroups).requireFits(tables);
    }

    /**
     * A solver whose kernels are launched by something else than TornadoVM; its API need not be there.
     *
     * @param launcher asked on first use for batches of 1, of up to 8, of up to 32 groups, and so on
     */
    public GpuSolver(String name, MinMaxProblem problem, double tolerance, int maxGroups, LaunchFactory launcher) {
        this(name, problem, tolerance, maxGroups, launcher, true, null);
    }

    GpuSolver(
            String name,
            MinMaxProblem problem,
            double tolerance,
            int maxGroups,
            LaunchFactory launcher,
            boolean handsOver,
            @Nullable CudaDevice device) {
        if (!(tolerance > 0) || tolerance == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "tolerance: got " + tolerance + ", expected a positive fraction of the mean load");
        }
        if (maxGroups < 1) {
            throw new IllegalArgumentException("maxGroups: got " + maxGroups + ", expected at least 1");
        }
        this.name = name;
        this.problem = problem;
        this.tolerance = tolerance;
        this.maxGroups = maxGroups;
        this.launcher = launcher;
        this.handsOver = handsOver;
        this.device = device;
        session = device == null ? null : new DeviceSession(name + " solver", "solve", device);
        tables = new ProblemTables(problem);
        answers = new DeviceAnswers(tables, tolerance);
    }

    /**
     * Makes a solver on the driver, for problems that a kernel of the shipped PTX holds: LPLB's topologies have their own, others run in the
     * next larger of a few sizes. The driver compiles PTX for the GPU at the first solve and keeps the result on disk, by default.
     *
     * @param name {@link InteriorPointSolver#NAME} or {@link RelaxationSolver#NAME}
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     * @param maxGroups groups of the largest launch, at least 1
     * @param deviceIndex the GPU, from 0
     * @throws IllegalArgumentException if there is no PTX for the solver that holds the problem, or an argument is out of range
     * @throws CudaUnavailableException if the driver is not there or too old
     * @throws CudaException if the driver has no such device or refuses it
     */
    public static GpuSolver onDriver(
            String name, MinMaxProblem problem, double tolerance, int maxGroups, int deviceIndex)
            throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        return onDriver(driver, PtxLibrary.read(), name, problem, tolerance, maxGroups, deviceIndex);
    }

    static GpuSolver onDriver(
            CudaDriver driver,
            PtxLibrary library,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int maxGroups,
            int deviceIndex) {
        return onDriver(driver, library, name, problem, tolerance, maxGroups, deviceIndex, LaunchOptions::of);
    }

    static GpuSolver onDriver(
            CudaDriver driver,
            PtxLibrary library,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int maxGroups,
            int deviceIndex,
            LaunchOptions.Choice options) {
        String missing = DriverKernels.missing(library, name, problem);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(missing);
        }
        CudaDevice device = new CudaDevice(driver, deviceIndex);
        try {
            LaunchFactory launcher = new DriverKernels(device, library, options);
            return new GpuSolver(name, problem, tolerance, maxGroups, launcher, true, device);
        } catch (IllegalArgumentException e) {
            device.close();
            throw e;
        }
    }

    /** Says what a solver on the driver lacks for a problem; empty if nothing. Touches no driver. */
    public static String missingOnDriver(String name, MinMaxProblem problem) {
        return DriverKernels.missing(PtxLibrary.read(), name, problem);
    }

    @Override
    public void solve(MinMaxBatch batch, SplitBatch split) {
        DeviceSession calls = session;
        if (calls == null) {
            solveHere(batch, split);
            return;
        }
        calls.begin();
        try {
            solveHere(batch, split);
        } catch (CudaException e) {
            throw calls.failed(e);
        } finally {
            calls.end();
        }
    }

    private void solveHere(MinMaxBatch batch, SplitBatch split) {
        if (closed) {
            throw new IllegalStateException(name + " solver: got a solve after close, expected an open solver");
        }
        AbstractMinMaxSolver.requireSameProblem(problem, batch, split);
        if (!batch.hasProblemSpeeds() || batch.limits().isSet()) {
            cpu += batch.groups();
            solveOnCpu(batch, split);
            return;
        }
        if (problem.items() == 0 || batch.groups() > maxGroups) {
            batch.requireValid(); // a launch looks at its own loads, but another one may have written answers before
        }
        if (problem.items() == 0) {
            for (int g = 0; g < batch.groups(); g++) {
                answers.takeFixed(batch, g, split);
            }
            return;
        }
        int first = 0;
        while (first < batch.groups()) {
            int count = Math.min(batch.groups() - first, maxGroups);
            KernelLaunch plan = planFor(count);
            if (!plan.solve(batch, first, count, split)) {
                for (int g = first; g < first + count; g++) {
                    finish(batch, g, split);
                }
            }
            first += count;
        }
    }

    /**
     * Kernels have the speeds of the problem in their tables and know of no limits, so batches of other speeds or with limits are
     * solved on the host, by the exact solver.
     */
    private void solveOnCpu(MinMaxBatch batch, SplitBatch split) {
        MinMaxSolver solver = onCpu;
        if (solver == null) {
            solver = new ExactSolver(problem, tolerance);
            onCpu = solver;
        }
        solver.solve(batch, split);
    }

    /**
     * Compiles the kernels for batches of so many groups, which the first such solve does otherwise: 0.1 to 1.1 s through
     * TornadoVM, up to 0.25 s through the driver.
     *
     * @param groups as many as later batches have, at least 1
     */
    public void warmUp(int groups) {
        solve(new MinMaxBatch(problem, groups), new SplitBatch(problem, groups));
    }

    private static KernelLaunch plan(String solver, ProblemTables tables, int groups, Accuracy accuracy) {
        KernelShape shape = KernelShape.of(solver, tables.problem(), groups);
        return groups > FEW_GROUPS && BatchTables.fits(tables.problem())
                ? new CertifiedPlan(tables, shape, groups, accuracy)
                : new FusedPlan(tables, shape, groups, accuracy);
    }

    private KernelLaunch planFor(int count) {
        for (int k = 0; k < plans.size(); k++) { // an iterator would be an allocation
            if (plans.get(k).capacity() >= count) {
                return plans.get(k);
            }
        }
        long capacity = 1;
        while (capacity < count) {
            capacity *= PLAN_STEP;
        }
        capacity = count > 1 && count <= FEW_GROUPS ? FEW_GROUPS : capacity;
        int groups = (int) Math.min(capacity, maxGroups);
        KernelLaunch plan = launcher.open(name, tables, groups, Accuracy.of(tolerance));
        int at = 0;
        while (at < plans.size() && plans.get(at).capacity() < groups) {
            at++;
        }
        plans.add(at, plan);
        return plan;
    }

    /**
     * Hands a group that was left above the tolerance over to the other solver: both seldom stall on one group. Where they do,
     * the CPU's exact solver has the last word.
     */
    private void finish(MinMaxBatch batch, int group, SplitBatch split) {
        SolveStatus status = split.status(group);
        if (handsOver && status != SolveStatus.OPTIMAL && status != SolveStatus.INVALID) {
            if (fallback == null) {
                fallback = FallbackSolver.of(name, problem, tolerance, launcher);
            }
            fallback.solve(batch, group, split);
            boolean onDevice = FallbackSolver.isOnDevice(problem);
            otherKernel += onDevice ? 1 : 0;
            cpu += onDevice && split.status(group) == SolveStatus.OPTIMAL ? 0 : 1;
            if (split.status(group) != SolveStatus.OPTIMAL) {
                if (last == null) {
                    last = FallbackSolver.exact(problem, tolerance);
                }
                last.solve(batch, group, split);
            }
        }
    }

    /** {@return how many groups of fused launches the first kernel handed over so far} */
    public Handovers handovers() {
        return new Handovers(otherKernel, cpu);
    }

    /**
     * Groups that the first kernel left to others.
     *
     * @param otherKernel groups that the second kernel had, as the first left them above the tolerance
     * @param cpu groups that the CPU had: with other speeds than the problem's or limits, or above the tolerance after all kernels
     */
    public record Handovers(long otherKernel, long cpu) {}

    @Override
    public String name() {
        return name;
    }

    @Override
    public MinMaxProblem problem() {
        return problem;
    }

    @Override
    public double tolerance() {
        return tolerance;
    }

    /** {@return the name of the GPU; empty through TornadoVM} */
    public String deviceName() {
        return device == null ? "" : device.name();
    }

    @Override
    public void close() {
        if (session == null) {
            free();
        } else {
            session.close(this::free);
        }
    }

    private void free() {
        closed = true;
        for (KernelLaunch plan : plans) {
            plan.close();
        }
        plans.clear();
        if (last != null) {
            last.close();
            last = null;
        }
        if (fallback != null) {
            fallback.close();
            fallback = null;
        }
    }
}
