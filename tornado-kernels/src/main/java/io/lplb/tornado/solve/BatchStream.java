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
import io.lplb.tornado.program.SolverStep;
import io.lplb.tornado.ptx.LinkedKernel;
import io.lplb.tornado.ptx.PtxKernel;
import java.lang.foreign.Arena;
import java.util.Map;

/**
 * One stream of a {@link BatchLaunch}: a fused kernel between two others that pack and certify on the device, with their buffers;
 * all three in one launch where they can be linked.
 *
 * <pre>
 *   host, pinned    loads  --+                                     +--&gt; fractions, reports      mapped, or copied
 *   device                   +--&gt; packBatch --&gt; solver --&gt; certifyBatch
 * </pre>
 *
 * <p>Launched through a {@link RepeatedLaunch}: a solve allocates nothing but for recordings. Belongs to one thread, with the
 * device's context current.
 */
final class BatchStream implements AutoCloseable {
    /**
     * The three kernels, loaded: they are the same for all streams.
     *
     * @param linked the function of the {@link LinkedKernel} of all three; 0 where each of them has its own
     */
    record Kernels(PtxKernel solver, long pack, long solve, long certify, long linked) {
        boolean areLinked() {
            return linked != 0;
        }

        /** Returns the function of a launch of the program; 0 if all are linked. */
        long function(KernelSpec launch) {
            return switch (launch.task()) {
                case "packBatch" -> pack;
                case SolverStep.TASK -> solve;
                default -> certify;
            };
        }
    }

    /** Launches of the program. */
    private static final int STEPS = 3;

    private final CudaDriver driver;
    private final Kernels kernels;
    private final MinMaxProblem problem;
    private final int capacity;
    private final Cleanup cleanup = new Cleanup();
    private final Arena arena = Arena.ofShared();
    private final long stream;
    private final BatchProgram program;
    private final CudaProgram bound;
    private final CudaProgram.Arguments arguments;
    private final long linked;
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
        this.kernels = kernels;
        this.capacity = capacity;
        problem = tables.problem();
        cleanup.add(arena::close);
        try {
            stream = driver.createStream(cleanup);
            program = new BatchProgram(tables, kernels.solver().shape(), capacity, accuracy);
            boolean mapped = options.transfer() == Transfer.MAPPED;
            bound = new CudaProgram(
                    driver, cleanup, arena, stream, program.program(), mapped, Map.of(), kernels::function);
            arguments = bound.arguments();
            linked = arguments.together();
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
        if (kernels.areLinked()) {
            driver.launch(kernels.linked(), count, kernels.solver().threads(), stream, linked);
        } else {
            arguments.launch(0, STEPS, count, stream);
        }
        bound.copyOut(program.fractions(), BatchTables.fractionWords(problem, count), stream);
        bound.copyOut(program.reports(), BatchTables.reportWords(count), stream);
    }

    /** Returns the microseconds on the device for what was written last: all together; then, unless they are linked, each kernel alone. */
    double[] kernelMicros(int count, int launches) {
        double all = repeated.micros(count, launches);
        if (kernels.areLinked()) {
            return new double[] {all};
        }
        double[] micros = new double[1 + STEPS];
        micros[0] = all;
        for (int k = 0; k < STEPS; k++) {
            int step = k;
            micros[1 + k] = RepeatedLaunch.micros(
                    driver, stream, launches, () -> arguments.launch(step, step + 1, count, stream));
        }
        return micros;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
