// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.engine.cuda.CudaProgram;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Objects;

/**
 * One stream of a {@link BatchLaunch}: a {@link BatchProgram} with its buffers.
 *
 * <pre>
 *   host, pinned    loads  --+                                     +--&gt; fractions, reports      mapped, or copied
 *   device                   +--&gt;     pack --&gt; solve --&gt; certify
 * </pre>
 *
 * <p>Launched through a {@link RepeatedLaunch}: a solve allocates nothing but for recordings. Belongs to one thread, with the
 * device's context current.
 */
final class BatchStream implements AutoCloseable {
    /**
     * Kernels of the program, loaded: they are the same for all streams.
     *
     * @param functions functions by task
     */
    record Kernels(PtxKernel solver, Map<String, Long> functions) {
        boolean areTogether() {
            return functions.containsKey(BatchProgram.TOGETHER);
        }

        long function(KernelSpec launch) {
            return Objects.requireNonNull(functions.get(launch.task()), launch.task());
        }
    }

    private final CudaDriver driver;
    private final MinMaxProblem problem;
    private final int capacity;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final long stream;
    private final BatchProgram program;
    private final CudaProgram bound;
    private final CudaProgram.Arguments arguments;
    private final int steps;
    private final CertifiedGroups groups;
    private final RepeatedLaunch repeated;

    /**
     * Takes the stream and the buffers.
     *
     * @param capacity most groups of a launch
     * @param accuracy how good the answers are to be
     * @throws CudaException if the driver refuses; everything taken until then is freed
     */
    BatchStream(
            CudaDriver driver,
            Kernels kernels,
            ProblemTables tables,
            int capacity,
            Accuracy accuracy,
            LaunchOptions options) {
        this.driver = driver;
        this.capacity = capacity;
        problem = tables.problem();
        cleanup.add(arena::close);
        try {
            stream = driver.createStream(cleanup);
            program = new BatchProgram(tables, kernels.solver().shape(), capacity, accuracy, kernels.areTogether());
            steps = program.program().steps().size();
            boolean mapped = options.transfer() == Transfer.MAPPED;
            bound = new CudaProgram(
                    driver, cleanup, arena, stream, program.program(), mapped, Map.of(), kernels::function);
            arguments = bound.arguments();
            groups = CertifiedGroups.of(program, capacity, bound::host);
            driver.synchronise(stream);
            repeated = new RepeatedLaunch(driver, stream, options.graphs(), this::enqueue);
            cleanup.add(repeated::close);
            cleanup.add(() -> driver.synchronise(stream));
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    int capacity() {
        return capacity;
    }

    /** Returns the host's side of the last launch. */
    CertifiedGroups groups() {
        return groups;
    }

    /** Puts the kernels on the stream, for what was written last. */
    void launch(int count) {
        repeated.launch(count);
    }

    /** Waits for the last launch. */
    void await() {
        driver.synchronise(stream);
    }

    private void enqueue(int count) {
        bound.copyIn(program.fixed(), (long) count * problem.ranks(), stream);
        bound.copyIn(program.load(), (long) count * problem.items(), stream);
        bound.copyIn(program.stamps(), count, stream);
        arguments.launch(0, steps, count, stream);
        bound.copyOut(program.fractions(), BatchTables.fractionWords(problem, count), stream);
        bound.copyOut(program.reports(), BatchTables.reportWords(count), stream);
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
