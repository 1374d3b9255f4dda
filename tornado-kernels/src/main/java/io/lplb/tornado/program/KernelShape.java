// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.kernel.batch.BatchSolvers;
import io.lplb.tornado.kernel.batch.GroupTile;
import io.lplb.tornado.kernel.solve.SolverLayout;

/**
 * The fused kernels with their geometries, and which one suits a problem and a number of groups, by measurement on an
 * H100 (docs/measurements/solvers.md).
 */
public enum KernelShape {
    INTERIOR_POINT_PER_OCTET("InteriorPointKernel", "perOctet", ""),
    INTERIOR_POINT_PER_WARP("InteriorPointKernel", "perWarp", "interiorPointPerWarp"),
    INTERIOR_POINT_PER_FOUR_WARPS("InteriorPointKernel", "perFourWarps", "interiorPointPerFourWarps"),
    INTERIOR_POINT_PER_EIGHT_WARPS("InteriorPointKernel", "perEightWarps", ""),
    RELAXATION_PER_OCTET("RelaxationKernel", "perOctet", ""),
    RELAXATION_PER_WARP("RelaxationKernel", "perWarp", "relaxationPerWarp"),
    RELAXATION_PER_TWO_WARPS("RelaxationKernel", "perTwoWarps", "relaxationPerTwoWarps");

    /** Most ranks that the interior point's matrix in registers holds. */
    public static final int MAX_INTERIOR_POINT_RANKS = 64;

    /** Most ranks of a relaxation; beyond 64 of them the host certifies. */
    public static final int MAX_RELAXATION_RANKS = 320;

    /** Local memory of a work-group on every GPU that TornadoVM supports. */
    private static final int LOCAL_BYTES = 48 * 1024;

    /** From this many groups on, relaxation shares a warp between four of them. */
    private static final int OCTET_GROUPS = 4096;

    private final String kernelClass;
    private final String method;
    private final String batchMethod;
    private final int threads;
    private final int problems;

    KernelShape(String kernels, String method, String batchMethod) {
        this.kernelClass = "io.lplb.tornado.kernel.solve." + kernels;
        this.method = method;
        this.batchMethod = batchMethod;
        WorkGroups.Size workGroup = WorkGroups.of(kernelClass, method);
        threads = workGroup.threads();
        problems = workGroup.problems();
    }

    /**
     * Chooses the kernel.
     *
     * @throws IllegalArgumentException if there is no solver of that name or no kernel holds so many ranks
     */
    public static KernelShape of(String solver, MinMaxProblem problem, int groups) {
        return of(solver, problem.ranks(), groups);
    }

    /** Chooses the kernel for so many ranks; see {@link #of(String, MinMaxProblem, int)}. */
    public static KernelShape of(String solver, int ranks, int groups) {
        requireRanks(solver, ranks);
        boolean small = ranks <= 16;
        return switch (solver) {
            case InteriorPointSolver.NAME ->
                small
                        ? groups >= OCTET_GROUPS && ranks <= 8 ? INTERIOR_POINT_PER_OCTET : INTERIOR_POINT_PER_WARP
                        : ranks <= 32 ? INTERIOR_POINT_PER_FOUR_WARPS : INTERIOR_POINT_PER_EIGHT_WARPS;
            case RelaxationSolver.NAME ->
                small ? groups >= OCTET_GROUPS ? RELAXATION_PER_OCTET : RELAXATION_PER_WARP : RELAXATION_PER_TWO_WARPS;
            default ->
                throw new IllegalArgumentException("solver: got '" + solver + "', expected " + InteriorPointSolver.NAME
                        + " or " + RelaxationSolver.NAME);
        };
    }

    private static void requireRanks(String solver, int ranks) {
        boolean interiorPoint = solver.equals(InteriorPointSolver.NAME);
        int most = interiorPoint ? MAX_INTERIOR_POINT_RANKS : MAX_RELAXATION_RANKS;
        if (ranks > most) {
            String other = interiorPoint ? " (relaxation: " + MAX_RELAXATION_RANKS + ")" : "";
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at most " + most + " of a group for "
                    + solver + " on a GPU" + other);
        }
    }

    /**
     * Finds a kernel by its name, class and method.
     *
     * @throws IllegalArgumentException if there is no such kernel
     */
    public static KernelShape named(String kernel) {
        for (KernelShape shape : values()) {
            if (kernel.equals(shape.kernelClass + "." + shape.method)) {
                return shape;
            }
        }
        throw new IllegalArgumentException("kernel: got " + kernel + ", expected one of a solver");
    }

    /**
     * Checks that the kernel's local memory is enough.
     *
     * @throws IllegalArgumentException if it is not
     */
    public void requireFits(ProblemTables tables) {
        int bytes = localBytes(tables.size());
        if (bytes > LOCAL_BYTES) {
            throw new IllegalArgumentException("problem: got " + tables.problem() + ", which takes " + bytes
                    + " bytes of local memory, expected at most " + LOCAL_BYTES);
        }
    }

    private int localBytes(KernelSize p) {
        int teamThreads = Math.max(threads / problems, 1);
        return SolverLayout.localBytes(
                p.ranks(), p.items(), p.entries(), p.colours(), p.unitSpeeds(), teamThreads, problems, interiorPoint());
    }

    /**
     * Returns whether a kernel of {@link BatchSolvers} packs, solves and certifies groups of a size in one launch: where a work-group
     * solves one group, and local memory also holds what packing and certifying need.
     */
    public boolean hasBatchKernel(KernelSize size) {
        return !batchMethod.isEmpty()
                && BatchLayout.fits(size.ranks(), size.items(), size.entries())
                && localBytes(size) + Double.BYTES * GroupTile.words(size.code(), threads) <= LOCAL_BYTES;
    }

    /** {@return the method of {@link BatchSolvers}, see {@link #hasBatchKernel}} */
    public String batchMethod() {
        return batchMethod;
    }

    private boolean interiorPoint() {
        return this == INTERIOR_POINT_PER_OCTET
                || this == INTERIOR_POINT_PER_WARP
                || this == INTERIOR_POINT_PER_FOUR_WARPS
                || this == INTERIOR_POINT_PER_EIGHT_WARPS;
    }

    /** Threads of a work-group. */
    public int threads() {
        return threads;
    }

    /** Problems that a work-group solves. */
    public int problems() {
        return problems;
    }

    /** The name of the kernel's class, whose API need not be there. */
    public String kernelClass() {
        return kernelClass;
    }

    /** The name of the kernel's method in that class. */
    public String method() {
        return method;
    }

    /** Work-groups for so many groups. */
    public int workGroups(int groups) {
        return Math.ceilDiv(groups, problems);
    }
}
