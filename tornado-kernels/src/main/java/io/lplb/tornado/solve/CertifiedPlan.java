// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;

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
    private final int capacity;
    private final CertifiedGroups groups;
    private final TornadoProgram program;
    private final Runnable running;

    /**
     * A plan; compiled when it is first executed.
     *
     * @param capacity most groups of an execution
     */
    public CertifiedPlan(ProblemTables tables, KernelShape shape, int capacity, Accuracy accuracy) {
        this.capacity = capacity;
        BatchProgram batch = new BatchProgram(tables, shape, capacity, accuracy);
        program = new TornadoProgram(batch.program(), capacity, true);
        running = program::run;
        groups = CertifiedGroups.of(batch, capacity, program::host);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public boolean solve(MinMaxBatch batch, int first, int count, SplitBatch split) {
        program.requireOwner();
        groups.write(batch, first, count);
        groups.requireValid(batch, first, running);
        groups.read(batch, first, split);
        return groups.areOptimal();
    }

    @Override
    public void close() {
        program.close();
    }
}
