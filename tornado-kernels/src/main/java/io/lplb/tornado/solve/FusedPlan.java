// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.tornado.engine.tornado.PlanOwner;
import io.lplb.tornado.engine.tornado.SolverTasks;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * One fused kernel with its packed buffers and execution plan, for batches of up to {@code capacity} groups: pack,
 * execute, read. One copy in and one copy out per execution, tables copied once, the launch frozen in a CUDA graph.
 *
 * <p>Every execution has a stamp of its own, and the host's copy of the output is poisoned beforehand, so that an answer
 * that was not written this time is known for what it is.
 *
 * <p>Belongs to the thread that executes it first; any other is refused.
 */
public final class FusedPlan extends HostCertified {
    private static final String GRAPH = "lplb";
    private static final String TASK = "solve";

    private final int capacity;
    private final PackedGroups groups;
    private final PlanOwner plan;

    /**
     * A plan; compiled when it is first executed.
     *
     * @param capacity most groups of an execution
     */
    public FusedPlan(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy) {
        super(tables, accuracy.tolerance());
        this.capacity = capacity;
        FloatArray in = new FloatArray(PackedGroups.inWords(tables.size(), capacity));
        in.init(0f);
        FloatArray out = new FloatArray(PackedGroups.outWords(tables.size(), capacity));
        out.init(Float.NaN);
        groups = new PackedGroups(tables, in.getSegment(), out.getSegment(), shape.threads());
        TaskGraph graph = new TaskGraph(GRAPH)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, tables.table(), tables.speed())
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, in);
        SolverTasks.add(graph, TASK, shape, tables, in, out, accuracy.goal());
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, out);
        WorkerGrid1D grid = new WorkerGrid1D(shape.workGroups(capacity) * shape.threads());
        grid.setLocalWork(shape.threads(), 1, 1);
        plan = new PlanOwner(new TornadoExecutionPlan(graph.snapshot())
                .withGridScheduler(new GridScheduler(GRAPH + "." + TASK, grid))
                .withCUDAGraph());
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void execute(MinMaxBatch batch, int first, int count) {
        plan.requireOwner();
        groups.pack(batch, first, count);
        plan.execute();
    }

    @Override
    public PackedGroups groups() {
        return groups;
    }

    @Override
    public void close() {
        plan.close();
    }
}
