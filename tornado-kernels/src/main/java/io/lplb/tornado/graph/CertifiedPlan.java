// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.BatchKernels;
import io.lplb.tornado.kernel.BatchLayout;
import io.lplb.tornado.kernel.DeviceCode;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

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
public final class CertifiedPlan implements FusedLaunch {
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
        DeviceCode.link();
        this.capacity = capacity;
        MinMaxProblem problem = tables.problem();
        DoubleArray fixed = new DoubleArray(Math.multiplyExact(capacity, problem.ranks()));
        DoubleArray load = new DoubleArray(Math.multiplyExact(capacity, problem.items()));
        DoubleArray stamps = new DoubleArray(capacity);
        FloatArray fractions = new FloatArray(CertifiedGroups.fractionWords(problem, capacity));
        DoubleArray reports = new DoubleArray(CertifiedGroups.reportWords(capacity));
        CertifiedGroups.Memory memory = new CertifiedGroups.Memory(
                fixed.getSegment(),
                load.getSegment(),
                stamps.getSegment(),
                fractions.getSegment(),
                reports.getSegment());
        groups = new CertifiedGroups(tables, memory, capacity);
        IntArray sizes = IntArray.fromArray(CertifiedGroups.sizes(tables, shape.threads()));
        IntArray order = IntArray.fromArray(CertifiedGroups.order(tables));
        DoubleArray numbers = DoubleArray.fromArray(CertifiedGroups.numbers(problem, accuracy.tolerance()));
        DoubleArray held = new DoubleArray(CertifiedGroups.heldWords(problem, capacity));
        held.init(0);
        FloatArray in = new FloatArray(PackedGroups.inWords(tables.size(), capacity));
        in.init(0f);
        in.set(0, capacity);
        FloatArray out = new FloatArray(PackedGroups.outWords(tables.size(), capacity));
        out.init(0f);
        KernelContext context = new KernelContext();
        TaskGraph graph = new TaskGraph(GRAPH)
                .transferToDevice(
                        DataTransferMode.FIRST_EXECUTION,
                        tables.table(),
                        tables.speed(),
                        sizes,
                        order,
                        numbers,
                        held,
                        in,
                        out,
                        fractions,
                        reports)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, fixed, load, stamps)
                .task(
                        PACK,
                        BatchKernels::packBatch,
                        context,
                        sizes,
                        order,
                        numbers,
                        fixed,
                        load,
                        stamps,
                        held,
                        in,
                        out);
        shape.addTo(graph, SOLVE, tables, in, out, accuracy.goal());
        graph.task(
                        CERTIFY,
                        BatchKernels::certifyBatch,
                        context,
                        sizes,
                        tables.table(),
                        order,
                        numbers,
                        held,
                        out,
                        fractions,
                        reports)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, fractions, reports);
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
