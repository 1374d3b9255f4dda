// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.SolverProgram;

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
    private final int capacity;
    private final PackedGroups groups;
    private final TornadoProgram program;

    /**
     * A plan; compiled when it is first executed.
     *
     * @param capacity most groups of an execution
     */
    public FusedPlan(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy) {
        super(tables, accuracy.tolerance());
        this.capacity = capacity;
        SolverProgram solver = new SolverProgram(tables, shape, capacity);
        program = new TornadoProgram(solver.program(), capacity, true);
        groups = new PackedGroups(
                tables, program.host(solver.in()), program.host(solver.out()), shape.threads(), accuracy.goal());
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void execute(MinMaxBatch batch, int first, int count) {
        program.requireOwner();
        groups.pack(batch, first, count);
        program.run();
    }

    @Override
    public PackedGroups groups() {
        return groups;
    }

    @Override
    public void close() {
        program.close();
    }
}
