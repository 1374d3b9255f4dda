// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.engine.tornado.InteriorPointBlock;
import io.lplb.tornado.engine.tornado.InteriorPointGraph;
import io.lplb.tornado.kernel.solve.EightWarpBlocks;
import io.lplb.tornado.kernel.solve.InteriorPointBlocks;
import io.lplb.tornado.program.WorkGroups;
import java.util.Arrays;
import java.util.Locale;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * The building blocks of the interior point as tasks of TornadoVM: two of them in a task graph of one's own, and all of them in the order of
 * the solver. Runs on a GPU with TornadoVM, and under the emulator without.
 */
public final class BuildingBlocks {
    private static final int RANKS = 40;

    private BuildingBlocks() {}

    /** Solves one problem step by step, and prints what the host sees of each. */
    public static void main(String[] args) throws TornadoExecutionPlanException {
        int[][] hosts = new int[RANKS][];
        Arrays.setAll(hosts, r -> new int[] {r, (r + 1) % RANKS});
        MinMaxProblem ring = MinMaxProblem.of(RANKS, hosts);
        double[] fixed = new double[RANKS];
        double[] load = new double[RANKS];
        Arrays.setAll(fixed, r -> 0.2);
        Arrays.setAll(load, r -> r % 4 == 0 ? 2.0 : 0.4);

        InteriorPointGraph blocks = new InteriorPointGraph(ring);
        blocks.setLoads(fixed, load);
        blocks.run(InteriorPointBlock.BEGIN);
        updateAndEliminate(blocks);
        say(
                "a rank's direction %.4f, the level's %.4f",
                blocks.state().get(blocks.places().dy(0)), dt(blocks));

        int steps = 0;
        while (blocks.scalar(InteriorPointBlocks.PRODUCTS) > 1e-3) {
            blocks.iterate();
            steps++;
        }
        blocks.run(InteriorPointBlock.SWEEP, InteriorPointBlock.CERTIFY);
        float largest = blocks.scalar(InteriorPointBlocks.LENGTHS);
        float bound = blocks.scalar(InteriorPointBlocks.LENGTHS + 1);
        say("%d steps, largest load %.3f, lower bound %.3f", steps, largest, bound);
    }

    /** A task graph of two blocks, whose grids are those that the kernels' {@code @WorkGroup} names. */
    private static void updateAndEliminate(InteriorPointGraph blocks) throws TornadoExecutionPlanException {
        TaskGraph graph = new TaskGraph("own")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, blocks.table(), blocks.state())
                .task(
                        "update",
                        EightWarpBlocks::matrixUpdate,
                        new KernelContext(),
                        blocks.table(),
                        blocks.state(),
                        blocks.size())
                .task(
                        "eliminate",
                        EightWarpBlocks::eliminate,
                        new KernelContext(),
                        blocks.table(),
                        blocks.state(),
                        blocks.size())
                .transferToHost(DataTransferMode.EVERY_EXECUTION, blocks.state());
        GridScheduler grids = new GridScheduler();
        grids.addWorkerGrid("own.update", grid("matrixUpdate"));
        grids.addWorkerGrid("own.eliminate", grid("eliminate"));
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grids).execute();
        }
    }

    private static WorkerGrid1D grid(String method) {
        int threads = WorkGroups.of(EightWarpBlocks.class.getName(), method).threads();
        WorkerGrid1D grid = new WorkerGrid1D(threads);
        grid.setLocalWork(threads, 1, 1);
        return grid;
    }

    private static float dt(InteriorPointGraph blocks) {
        return blocks.scalar(InteriorPointBlocks.DT);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
