// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.engine.tornado.PlanOwner;
import io.lplb.tornado.engine.tornado.SolverTasks;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/**
 * A fused kernel between two others that pack and certify, as one task graph: for large batches, of which the host then
 * only copies arrays.
 *
 * <pre>
 *   batch --&gt; packBatch --&gt; solve --&gt; certifyBatch --&gt; fractions, reports
 * </pre>
 *
 * <p>Belongs to the thread that executes it first; any other is refused.
 */
public final class CertifiedPlan implements KernelLaunch {
    /** Name of the graph, with which TornadoVM's names of the kernels begin. */
    public static final String GRAPH = "batch";

    private static final String SOLVE = "solve";
    private static final String PACK = "packBatch";
    private static final String CERTIFY = "certifyBatch";

    private final int capacity;
    private final CertifiedGroups groups;
    private final PlanOwner plan;

    /**
     * A plan; compiled when it is first executed.
     *
     * @param capacity most groups of an execution
     */
    public CertifiedPlan(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy) {
        this.capacity = capacity;
        BatchBuffers buffers = BatchBuffers.of(tables, shape.threads(), capacity, accuracy.tolerance());
        groups = buffers.groups();
        TaskGraph graph = new TaskGraph(GRAPH)
                .transferToDevice(
                        DataTransferMode.FIRST_EXECUTION,
                        tables.table(),
                        tables.speed(),
                        buffers.sizes(),
                        buffers.order(),
                        buffers.numbers(),
                        buffers.held(),
                        buffers.in(),
                        buffers.out(),
                        buffers.fractions(),
                        buffers.reports())
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, buffers.fixed(), buffers.load(), buffers.stamps());
        buffers.addPacking(graph, PACK);
        SolverTasks.add(graph, SOLVE, shape, tables, buffers.in(), buffers.out(), accuracy.goal());
        buffers.addCertifying(graph, CERTIFY);
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, buffers.fractions(), buffers.reports());
        GridScheduler grids = new GridScheduler();
        addGrid(grids, PACK, capacity, BatchLayout.THREADS);
        addGrid(grids, SOLVE, shape.workGroups(capacity), shape.threads());
        addGrid(grids, CERTIFY, capacity, BatchLayout.THREADS);
        plan = new PlanOwner(new TornadoExecutionPlan(graph.snapshot())
                .withGridScheduler(grids)
                .withCUDAGraph());
    }

    private static void addGrid(GridScheduler grids, String task, int workGroups, int threads) {
        WorkerGrid1D grid = new WorkerGrid1D(workGroups * threads);
        grid.setLocalWork(threads, 1, 1);
        grids.addWorkerGrid(GRAPH + "." + task, grid);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public boolean solve(MinMaxBatch batch, int first, int count, SplitBatch split) {
        plan.requireOwner();
        groups.write(batch, first, count);
        groups.requireValid(batch, first);
        plan.execute();
        groups.read(batch, first, split);
        return groups.areOptimal();
    }

    @Override
    public void close() {
        plan.close();
    }
}
