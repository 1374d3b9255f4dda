// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.solve.InteriorPointTasks;
import io.lplb.tornado.kernel.solve.StatePlaces;
import io.lplb.tornado.program.ProblemTables;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The interior point as a graph of separate tasks, for one problem of up to 16 ranks: what
 * {@link io.lplb.tornado.kernel.solve.InteriorPointKernel} does in one launch, one step at a time and with the state in sight
 * of the host between any two. For reading and for testing; slower by the launches and copies in between.
 *
 * <p>Not thread-safe.
 */
final class UnfusedInteriorPoint {
    /** A block of {@link InteriorPointTasks}. */
    interface Block extends Task4<KernelContext, IntArray, FloatArray, Long> {}

    static final int MAX_RANKS = 16;

    private static final String GRAPH = "unfused";
    private static final int WARP = 32;

    private final ProblemTables tables;
    private final IntArray table;
    private final StatePlaces places;
    private final FloatArray state;

    UnfusedInteriorPoint(MinMaxProblem problem) {
        if (problem.ranks() > MAX_RANKS) {
            throw new IllegalArgumentException(
                    "ranks: got " + problem.ranks() + ", expected at most " + MAX_RANKS + " for a single warp");
        }
        tables = new ProblemTables(problem);
        table = IntArray.fromArray(tables.tableWords());
        places = InteriorPointTasks.places(tables.size().code());
        state = new FloatArray(InteriorPointTasks.stateWords(tables.size().code()));
        state.init(0f);
    }

    ProblemTables tables() {
        return tables;
    }

    StatePlaces places() {
        return places;
    }

    /** The state, which the host may read and write between runs. */
    FloatArray state() {
        return state;
    }

    float scalar(int which) {
        return state.get(places.scalar(which));
    }

    /** Sets the loads, in mean loads and in the problem's order. */
    void setLoads(double[] fixed, double[] load) {
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

    /** One predictor-corrector step. */
    void iterate() {
        run(
                InteriorPointTasks::matrixUpdate,
                InteriorPointTasks::eliminate,
                InteriorPointTasks::direction,
                InteriorPointTasks::correct,
                InteriorPointTasks::eliminate,
                InteriorPointTasks::direction,
                InteriorPointTasks::advance);
    }

    /** Copies the state in, runs the blocks one after the other, copies it out. */
    void run(Block... blocks) {
        DeviceCode.link();
        TaskGraph graph = new TaskGraph(GRAPH)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, table)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, state);
        GridScheduler grids = new GridScheduler();
        for (int k = 0; k < blocks.length; k++) {
            String task = "t" + k;
            WorkerGrid1D grid = new WorkerGrid1D(WARP);
            grid.setLocalWork(WARP, 1, 1);
            grids.addWorkerGrid(GRAPH + "." + task, grid);
            graph.task(
                    task,
                    blocks[k],
                    new KernelContext(),
                    table,
                    state,
                    tables.size().code());
        }
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, state);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grids).execute();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException("the execution plan could not be closed", e);
        }
    }
}
