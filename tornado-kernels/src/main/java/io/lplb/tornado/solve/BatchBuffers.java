// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.engine.tornado.DeviceCode;
import io.lplb.tornado.kernel.batch.BatchKernels;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.ProblemTables;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The arrays that the tasks of a batch share, and the tasks around the solver's; {@link BatchLayout} draws the arrays.
 *
 * @param in the solver's
 * @param out the solver's
 */
record BatchBuffers(
        ProblemTables tables,
        IntArray sizes,
        IntArray order,
        DoubleArray numbers,
        DoubleArray fixed,
        DoubleArray load,
        DoubleArray stamps,
        DoubleArray held,
        FloatArray in,
        FloatArray out,
        FloatArray fractions,
        DoubleArray reports) {

    /**
     * Arrays for batches of up to {@code capacity} groups.
     *
     * @param solverThreads threads of a work-group of the solver
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     */
    static BatchBuffers of(ProblemTables tables, int solverThreads, int capacity, double tolerance) {
        DeviceCode.link();
        MinMaxProblem problem = tables.problem();
        BatchBuffers buffers = new BatchBuffers(
                tables,
                IntArray.fromArray(BatchTables.sizes(tables, solverThreads)),
                IntArray.fromArray(BatchTables.order(tables)),
                DoubleArray.fromArray(BatchTables.numbers(problem, tolerance)),
                new DoubleArray(Math.multiplyExact(capacity, problem.ranks())),
                new DoubleArray(Math.multiplyExact(capacity, problem.items())),
                new DoubleArray(capacity),
                new DoubleArray(BatchTables.heldWords(problem, capacity)),
                new FloatArray(PackedGroups.inWords(tables.size(), capacity)),
                new FloatArray(PackedGroups.outWords(tables.size(), capacity)),
                new FloatArray(BatchTables.fractionWords(problem, capacity)),
                new DoubleArray(BatchTables.reportWords(capacity)));
        buffers.held.init(0);
        buffers.in.init(0f);
        buffers.in.set(0, capacity);
        buffers.out.init(0f);
        return buffers;
    }

    /** Returns the host's side. */
    CertifiedGroups groups() {
        CertifiedGroups.Memory memory = new CertifiedGroups.Memory(
                fixed.getSegment(),
                load.getSegment(),
                stamps.getSegment(),
                fractions.getSegment(),
                reports.getSegment());
        return new CertifiedGroups(tables, memory, stamps.getSize());
    }

    /** Adds the task that packs. */
    void addPacking(TaskGraph graph, String task) {
        graph.task(
                task,
                BatchKernels::packBatch,
                new KernelContext(),
                sizes,
                order,
                numbers,
                fixed,
                load,
                stamps,
                held,
                in,
                out);
    }

    /** Adds the task that certifies. */
    void addCertifying(TaskGraph graph, String task) {
        graph.task(
                task,
                BatchKernels::certifyBatch,
                new KernelContext(),
                sizes,
                tables.table(),
                order,
                numbers,
                held,
                out,
                fractions,
                reports);
    }
}
