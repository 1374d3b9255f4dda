// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.tornado.kernel.solve.InteriorPointBlocks;
import io.lplb.tornado.kernel.solve.LoopMatrixUpdate;
import io.lplb.tornado.kernel.solve.StatePlaces;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.WorkGroups;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The interior point of one problem as task graphs of its {@link InteriorPointBlock}s: what {@link
 * io.lplb.tornado.kernel.solve.InteriorPointKernel} does in one launch, one step at a time, with the state in sight of the host between any
 * two. For reading and testing; slower by the launches and copies in between.
 *
 * <p>Not thread-safe.
 */
public final class InteriorPointGraph {
    private static final String GRAPH = "blocks";

    private static final InteriorPointBlock[] ITERATION = {
        InteriorPointBlock.MATRIX_UPDATE,
        InteriorPointBlock.ELIMINATE,
        InteriorPointBlock.DIRECTION,
        InteriorPointBlock.CORRECT,
        InteriorPointBlock.ELIMINATE,
        InteriorPointBlock.DIRECTION,
        InteriorPointBlock.ADVANCE
    };

    private final ProblemTables tables;
    private final KernelShape shape;
    private final long size;
    private final IntArray table;
    private final StatePlaces places;
    private final FloatArray state;

    /**
     * A problem without loads.
     *
     * @param problem at most 64 ranks
     * @throws IllegalArgumentException if there are more, or local memory does not hold the problem
     */
    public InteriorPointGraph(MinMaxProblem problem) {
        shape = KernelShape.of(InteriorPointSolver.NAME, problem, 1);
        tables = new ProblemTables(problem);
        shape.requireFits(tables);
        size = tables.size().code();
        table = IntArray.fromArray(tables.tableWords());
        places = InteriorPointBlocks.places(size, shape.threads());
        state = new FloatArray(InteriorPointBlocks.stateWords(size, shape.threads()));
        state.init(0f);
    }

    /** {@return the problem's tables, which number items and entries in the device's order} */
    public ProblemTables tables() {
        return tables;
    }

    /** {@return the tables' words on the device} */
    public IntArray table() {
        return table;
    }

    /** {@return sizes of the problem, see {@link io.lplb.tornado.kernel.solve.SizeCode}} */
    public long size() {
        return size;
    }

    /** {@return where the values of the state are} */
    public StatePlaces places() {
        return places;
    }

    /** {@return the state, which the host may read and write between runs} */
    public FloatArray state() {
        return state;
    }

    /** {@return one of the scalars of {@link InteriorPointBlocks}} */
    public float scalar(int which) {
        return state.get(places.scalar(which));
    }

    /**
     * Sets the loads.
     *
     * @param fixed loads of ranks, in mean loads
     * @param load loads of items, in mean loads and in the problem's order
     */
    public void setLoads(double[] fixed, double[] load) {
        MinMaxProblem p = tables.problem();
        for (int r = 0; r < p.ranks(); r++) {
            state.set(places.f(r), (float) fixed[r]);
            if (!p.hasUnitSpeeds()) {
                state.set(places.s(r), (float) p.speed(r));
            }
        }
        for (int i = 0; i < p.items(); i++) {
            state.set(places.w(i), (float) load[tables.item(i)]);
        }
    }

    /** Makes one step, with predictor and corrector. */
    public void iterate() {
        run(ITERATION);
    }

    /** Copies the state in, runs blocks one after the other, copies it out. */
    public void run(InteriorPointBlock... blocks) {
        try (PlanOwner plan = prepare(blocks)) {
            plan.execute();
        }
    }

    /** Makes a plan, which the caller closes, that copies the state in, runs blocks one after the other and copies it out, with the grids that their {@code @WorkGroup} names. */
    public PlanOwner prepare(InteriorPointBlock... blocks) {
        TaskGraph graph = begin();
        GridScheduler grids = new GridScheduler();
        String kernels = InteriorPointBlock.kernels(shape).getName();
        for (int k = 0; k < blocks.length; k++) {
            String task = "t" + k;
            int threads = WorkGroups.of(kernels, blocks[k].method()).threads();
            WorkerGrid1D grid = new WorkerGrid1D(threads);
            grid.setLocalWork(threads, 1, 1);
            grids.addWorkerGrid(GRAPH + "." + task, grid);
            graph.task(task, blocks[k].kernel(shape), new KernelContext(), table, state, size);
        }
        return plan(graph, grids);
    }

    /** Makes a plan that runs the matrix update so many times in its loop-parallel form, {@link LoopMatrixUpdate}. */
    public PlanOwner prepareLoops(int times) {
        TaskGraph graph = begin();
        for (int k = 0; k < times; k++) {
            graph.task("scale" + k, LoopMatrixUpdate::scale, table, state, size, shape.threads());
            graph.task("assemble" + k, LoopMatrixUpdate::assemble, table, state, size, shape.threads());
        }
        return plan(graph, new GridScheduler());
    }

    private PlanOwner plan(TaskGraph graph, GridScheduler grids) {
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, state);
        return new PlanOwner(new TornadoExecutionPlan(graph.snapshot()).withGridScheduler(grids));
    }

    private TaskGraph begin() {
        DeviceCode.link();
        return new TaskGraph(GRAPH)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, table)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, state);
    }
}
