// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.engine.tornado.SolverTasks;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.solve.PackedGroups;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A fused solver as a stage of the pipeline; its buffers are laid out as in {@link SolverLayout}.
 *
 * <p>Not thread-safe; belongs to one graph.
 */
public final class KernelStage implements SolveStage {
    private final ProblemTables tables;
    private final int groups;
    private final float tolerance;
    private final KernelShape shape;
    private final PackedLayout layout;
    private final FloatArray input;
    private final FloatArray output;

    /**
     * A stage.
     *
     * @param solver {@link InteriorPointSolver#NAME} or {@link RelaxationSolver#NAME}
     * @param problem what the groups share
     * @param groups number of groups
     * @param tolerance gap at which a group is solved, as a fraction of its mean load
     * @throws IllegalArgumentException if there is no such kernel or it cannot hold the problem
     */
    public KernelStage(String solver, MinMaxProblem problem, int groups, double tolerance) {
        this.groups = groups;
        this.tolerance = (float) tolerance;
        shape = KernelShape.of(solver, problem, groups);
        tables = new ProblemTables(problem);
        shape.requireFits(tables);
        layout = new PackedLayout(tables);
        input = new FloatArray(PackedGroups.inWords(tables.size(), groups));
        input.init(0);
        output = new FloatArray(PackedGroups.outWords(tables.size(), groups));
        output.init(0);
    }

    @Override
    public FloatArray input() {
        return input;
    }

    @Override
    public FloatArray output() {
        return output;
    }

    @Override
    public int fixedAt(int group, int rank) {
        return layout.fixedAt(group, rank);
    }

    @Override
    public int loadAt(int group, int item) {
        return layout.loadAt(group, item);
    }

    @Override
    public int countAt() {
        return layout.countAt();
    }

    @Override
    public int shareAt(int group, int entry) {
        return layout.shareAt(group, entry);
    }

    @Override
    public int boundAt(int group) {
        return layout.boundAt(group);
    }

    @Override
    public int statusAt(int group) {
        return layout.statusAt(group);
    }

    @Override
    public int threadsAt(int group) {
        return layout.threadsAt(group);
    }

    @Override
    public int threads() {
        return shape.threads();
    }

    @Override
    public Object[] constants() {
        return new Object[] {input, tables.table(), tables.speed()};
    }

    @Override
    public void addTo(TaskGraph graph, GridScheduler grids, String task) {
        SolverTasks.add(graph, task, shape, tables, input, output, tolerance);
        WorkerGrid1D grid = new WorkerGrid1D(shape.workGroups(groups) * shape.threads());
        grid.setLocalWork(shape.threads(), 1, 1);
        grids.addWorkerGrid(graph.getTaskGraphName() + "." + task, grid);
    }
}
