// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.Packing;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
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
final class FusedPlan implements AutoCloseable {
    private static final String GRAPH = "lplb";
    private static final String TASK = "solve";

    /** Stamps stay whole numbers in a float. */
    private static final int STAMPS = 1 << 20;

    private final ProblemTables tables;
    private final KernelShape shape;
    private final int capacity;
    private final FloatArray in;
    private final FloatArray out;
    private final TornadoExecutionPlan plan;
    private @Nullable Thread owner;
    private int stamp;

    FusedPlan(ProblemTables tables, KernelShape shape, int capacity, float tolerance) {
        this.tables = tables;
        this.shape = shape;
        this.capacity = capacity;
        MinMaxProblem problem = tables.problem();
        in = new FloatArray(
                Math.addExact(Packing.HEADER, Math.multiplyExact(capacity, problem.ranks() + problem.items())));
        in.init(0f);
        out = new FloatArray(Math.multiplyExact(capacity, problem.entries() + Packing.TAIL));
        out.init(Float.NaN);
        TaskGraph graph = new TaskGraph(GRAPH)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, tables.table(), tables.speed())
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, in);
        shape.addTo(graph, TASK, tables, in, out, tolerance);
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, out);
        WorkerGrid1D grid = new WorkerGrid1D(shape.workGroups(capacity) * shape.threads());
        grid.setLocalWork(shape.threads(), 1, 1);
        plan = new TornadoExecutionPlan(graph.snapshot());
        plan.withGridScheduler(new GridScheduler(GRAPH + "." + TASK, grid)).withCUDAGraph();
    }

    int capacity() {
        return capacity;
    }

    /** Solves the groups {@code first .. first + count - 1} of a batch; answers are then read group by group. */
    void execute(MinMaxBatch batch, int first, int count) {
        if (owner == null) {
            owner = Thread.currentThread();
        } else if (owner != Thread.currentThread()) {
            throw new IllegalStateException("a solver's plan belongs to one thread: got "
                    + Thread.currentThread().getName() + ", expected " + owner.getName());
        }
        stamp = (stamp + 1) % STAMPS;
        in.set(0, count);
        in.set(1, stamp);
        for (int g = 0; g < count; g++) {
            pack(batch, first + g, g);
        }
        out.init(Float.NaN);
        plan.execute();
    }

    private void pack(MinMaxBatch batch, int group, int to) {
        MinMaxProblem problem = tables.problem();
        double mean = batch.meanLoad(group);
        double inverse = mean > 0 ? 1 / mean : 0;
        int at = Packing.HEADER + to * (problem.ranks() + problem.items());
        for (int r = 0; r < problem.ranks(); r++) {
            in.set(at + r, (float) (batch.fixed()[group * problem.ranks() + r] * inverse));
        }
        at += problem.ranks();
        for (int i = 0; i < problem.items(); i++) {
            in.set(at + i, (float) (batch.load()[group * problem.items() + tables.item(i)] * inverse));
        }
    }

    private float tail(int group, int word) {
        return out.get((group + 1) * (tables.problem().entries() + Packing.TAIL) - Packing.TAIL + word);
    }

    /** Whether the kernel wrote this group's answer in the last execution, with the geometry it is written for. */
    boolean isAnswered(int group) {
        float status = tail(group, Packing.STATUS);
        return tail(group, Packing.STAMP) == stamp
                && tail(group, Packing.THREADS) == shape.threads()
                && (status == Packing.CONVERGED || status == Packing.LIMIT || status == Packing.BROKEN);
    }

    /** Whether numbers stopped being finite on the way to this group's answer. */
    boolean isBroken(int group) {
        return tail(group, Packing.STATUS) == Packing.BROKEN;
    }

    int iterations(int group) {
        return (int) tail(group, Packing.ITERATIONS);
    }

    /** Copies a group's shares, in mean loads and in the problem's order of entries. */
    void copyShares(int group, double[] to) {
        int entries = tables.problem().entries();
        int at = group * (entries + Packing.TAIL);
        for (int e = 0; e < entries; e++) {
            to[tables.entry(e)] = out.get(at + e);
        }
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException("the execution plan could not be closed", e);
        }
    }
}
