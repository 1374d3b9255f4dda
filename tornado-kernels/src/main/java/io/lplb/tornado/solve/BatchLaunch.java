// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.SolverStep;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.util.Map;

/**
 * Launches of large batches through the driver, which the device packs and certifies and of which the host only copies arrays.
 * A batch is cut into a few pieces, each with a stream of its own ({@link BatchStream}), so that the host copies one of them while the device works on
 * another:
 *
 * <pre>
 *   host     in 0 | in 1 | check  | out 0 | out 1
 *   device          0 -----------------
 *                          1 ----------------
 * </pre>
 *
 * <p>Loads are checked while the device works, and before anything of the answers is written.
 *
 * <p>Belongs to one thread, with the device's context current.
 */
final class BatchLaunch implements KernelLaunch {
    /** Pieces of fewer groups are not worth a launch of their own: the device computes them at the same time in any case. */
    private static final int LEAST_GROUPS = 4096;

    private final Cleanup cleanup = new Cleanup();
    private final int capacity;
    private final boolean stamps;
    private final Piece[] pieces;

    /**
     * Compiles the kernels for the device and takes the buffers.
     *
     * @param capacity most groups of a launch
     * @param accuracy how good the answers are to be
     * @throws CudaException if the driver refuses; everything taken until then is freed
     */
    BatchLaunch(
            CudaDevice device,
            PtxKernel solver,
            ProblemTables tables,
            int capacity,
            Accuracy accuracy,
            LaunchOptions options) {
        this.capacity = capacity;
        stamps = options.stamps();
        pieces = new Piece[Math.clamp(capacity / LEAST_GROUPS, 1, options.pieces())];
        try {
            BatchStream.Kernels kernels = kernels(device, solver, tables, options);
            int each = Math.ceilDiv(capacity, pieces.length);
            for (int k = 0; k < pieces.length; k++) {
                BatchStream lane = new BatchStream(device.driver(), kernels, tables, each, accuracy, options);
                cleanup.add(lane::close);
                pieces[k] = new Piece(lane);
            }
        } catch (RuntimeException e) {
            cleanup.closeQuietly(e);
            throw e;
        }
    }

    private static BatchStream.Kernels kernels(
            CudaDevice device, PtxKernel solver, ProblemTables tables, LaunchOptions options) {
        PtxKernel all = options.together() && solver.shape().hasBatchKernel(tables.size())
                ? PtxLibrary.batchKernel(solver).orElse(null)
                : null;
        if (all != null) {
            return new BatchStream.Kernels(solver, Map.of(BatchProgram.TOGETHER, function(device, all, options)));
        }
        PtxKernel certifying = PtxLibrary.load(BatchProgram.CERTIFY_PTX);
        PtxKernel packing = PtxLibrary.load(BatchProgram.PACK_PTX);
        return new BatchStream.Kernels(
                solver,
                Map.of(
                        "packBatch",
                        device.function(packing.text(), packing.entry()),
                        SolverStep.TASK,
                        device.function(solver.text(), solver.entry()),
                        "certifyBatch",
                        function(device, certifying, options)));
    }

    private static long function(CudaDevice device, PtxKernel last, LaunchOptions options) {
        PtxKernel kernel = options.stamps() ? last.withReleasedStamp() : last;
        return device.function(kernel.text(), kernel.entry());
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public boolean solve(MinMaxBatch batch, int first, int count, SplitBatch split) {
        int least = Math.ceilDiv(count, pieces[0].lane.capacity());
        int each = Math.ceilDiv(count, Math.max(least, Math.min(pieces.length, count / LEAST_GROUPS)));
        int used = Math.ceilDiv(count, each);
        try {
            launch(batch, first, count, each);
            for (int k = 0; k < used; k++) {
                pieces[k].lane.groups().requireValid(batch, first + k * each, HostWorkers::nothing);
            }
            boolean optimal = true;
            for (int k = 0; k < used; k++) {
                optimal &= read(pieces[k].lane, batch, first + k * each, split);
            }
            return optimal;
        } catch (RuntimeException e) {
            settle(used, e);
            throw e;
        }
    }

    /** Copies the pieces in, and launches each while the next one is copied. */
    private void launch(MinMaxBatch batch, int first, int count, int each) {
        Piece last = pieces[0];
        last.groups = Math.min(each, count);
        last.lane.groups().write(batch, first, last.groups);
        for (int start = each; start < count; start += each) {
            Piece piece = pieces[start / each];
            piece.groups = Math.min(each, count - start);
            piece.lane.groups().write(batch, first + start, piece.groups, last.launching);
            last = piece;
        }
        last.launch();
    }

    /** Writes the answers of a piece; returns whether all are OPTIMAL. */
    private boolean read(BatchStream lane, MinMaxBatch batch, int first, SplitBatch split) {
        CertifiedGroups groups = lane.groups();
        if (!stamps || !groups.readAsReported(batch, first, split)) {
            lane.await();
            groups.read(batch, first, split);
        }
        return groups.areOptimal();
    }

    /** Waits for what was launched before a failure: its buffers are the next solve's. */
    private void settle(int used, RuntimeException failure) {
        for (int k = 0; k < used; k++) {
            try {
                pieces[k].lane.await();
            } catch (CudaException e) {
                failure.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }

    /** A part of the batch, and how to launch it. */
    private static final class Piece {
        final BatchStream lane;
        final Runnable launching = this::launch;
        int groups;

        Piece(BatchStream lane) {
            this.lane = lane;
        }

        private void launch() {
            lane.launch(groups);
        }
    }
}
