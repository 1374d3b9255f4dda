// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.tornado.kernel.solve.InteriorPointKernel;
import io.lplb.tornado.kernel.solve.RelaxationKernel;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.ProblemTables;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task13;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Solver kernels as tasks of a graph. */
public final class SolverTasks {
    private SolverTasks() {}

    /**
     * Adds a kernel to a graph.
     *
     * @param tables tables of the problem, of the size that the kernel is compiled for
     * @param goal gap at which the kernel stops, as a fraction of the mean load
     */
    public static void add(
            TaskGraph graph,
            String task,
            KernelShape shape,
            ProblemTables tables,
            FloatArray in,
            FloatArray out,
            float goal) {
        DeviceCode.link();
        KernelSize size = tables.size();
        graph.task(
                task,
                kernel(shape),
                new KernelContext(),
                in,
                tables.table(),
                tables.speed(),
                out,
                size.ranks(),
                size.items(),
                size.entries(),
                size.hosts(),
                size.degree(),
                size.colours(),
                size.unitSpeeds() ? 1 : 0,
                goal);
    }

    private static Kernel kernel(KernelShape shape) {
        return switch (shape) {
            case INTERIOR_POINT_PER_OCTET -> InteriorPointKernel::perOctet;
            case INTERIOR_POINT_PER_WARP -> InteriorPointKernel::perWarp;
            case INTERIOR_POINT_PER_FOUR_WARPS -> InteriorPointKernel::perFourWarps;
            case INTERIOR_POINT_PER_EIGHT_WARPS -> InteriorPointKernel::perEightWarps;
            case RELAXATION_PER_OCTET -> RelaxationKernel::perOctet;
            case RELAXATION_PER_WARP -> RelaxationKernel::perWarp;
            case RELAXATION_PER_TWO_WARPS -> RelaxationKernel::perTwoWarps;
        };
    }

    /** Adds the grid of a task. */
    public static void addGrid(GridScheduler grids, String graph, String task, int workGroups, int threads) {
        WorkerGrid1D grid = new WorkerGrid1D(workGroups * threads);
        grid.setLocalWork(threads, 1, 1);
        grids.addWorkerGrid(graph + "." + task, grid);
    }

    /** The arguments that all fused kernels take. */
    private interface Kernel
            extends Task13<
                    KernelContext,
                    FloatArray,
                    IntArray,
                    FloatArray,
                    FloatArray,
                    Integer,
                    Integer,
                    Integer,
                    Integer,
                    Integer,
                    Integer,
                    Integer,
                    Float> {}
}
