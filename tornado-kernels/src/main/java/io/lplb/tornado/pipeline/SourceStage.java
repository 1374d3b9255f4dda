// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.cuda.KernelParameters;
import io.lplb.tornado.cuda.PinnedMemory;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.ptx.PipelineStation;
import io.lplb.tornado.ptx.PtxKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * What a launch has between counting and routing where the tokens of several sources are planned together: the sums, the
 * gather, and this source's part of the quotas.
 *
 * <p>Instead of the gather on the device, rows may come from the host: {@link #gatherOnHost}.
 */
final class SourceStage {
    /** Place of the counter of rounds in the state, see {@link SourceLayout}. */
    private static final int ROUND_AT = 0;

    private final CudaDriver driver;
    private final SourceExchange exchange;
    private final SourceArrays arrays;
    private final int experts;
    private final long ownFunction;
    private final long sourcesFunction;
    private final long shareFunction;
    private final PinnedMemory hostRows;
    private final int[] ownCounts;
    private final int[] allCounts;

    /** Events around the gather, for measurements; 0 for none. */
    private long eventBefore;

    private long eventAfter;

    /** A run's parameters of the kernels here; the sizes differ from run to run. */
    record Parameters(KernelParameters own, KernelParameters sources, KernelParameters share) {}

    /**
     * @param function compiles a kernel
     */
    SourceStage(
            CudaDriver driver,
            Cleanup cleanup,
            SourceExchange exchange,
            SourceArrays arrays,
            int experts,
            Function<PtxKernel, Long> function) {
        this.driver = driver;
        this.exchange = exchange;
        this.arrays = arrays;
        this.experts = experts;
        ownFunction = function.apply(PipelineStation.SUM_OWN.load());
        sourcesFunction = function.apply(PipelineStation.SUM_SOURCES.load());
        shareFunction = function.apply(PipelineStation.SHARE.load());
        int words = arrays.group().sources() * arrays.rowWords();
        hostRows = PinnedMemory.take(driver, cleanup, (long) Integer.BYTES * words);
        ownCounts = new int[experts];
        allCounts = new int[arrays.group().sources() * experts];
    }

    /** Returns the parameters of a run. */
    Parameters parameters(Arena arena, PipelineArrays a, long sizes) {
        SourceArrays s = arrays;
        return new Parameters(
                new KernelParameters(
                        arena,
                        PipelineStation.SUM_OWN.parameters(),
                        sizes,
                        a.counts(),
                        s.all(),
                        s.state(),
                        s.signal(),
                        a.out()),
                new KernelParameters(
                        arena,
                        PipelineStation.SUM_SOURCES.parameters(),
                        sizes,
                        s.all(),
                        a.loadTable(),
                        a.strides(),
                        a.loads(),
                        a.solverIn(),
                        a.speed(),
                        a.plan(),
                        s.state(),
                        s.signal()),
                new KernelParameters(
                        arena,
                        PipelineStation.SHARE.parameters(),
                        sizes,
                        s.all(),
                        s.table(),
                        a.strides(),
                        a.plan(),
                        s.state(),
                        s.scratch(),
                        s.own()));
    }

    SourceExchange exchange() {
        return exchange;
    }

    /** Returns the plan by which this source routes. */
    long plan() {
        return arrays.own();
    }

    /** Puts this source's sums on a stream. */
    void sumOwn(Parameters run, long on) {
        driver.launch(ownFunction, 1, PipelineLayout.SUM_THREADS, on, run.own().address());
    }

    /** Puts the gather on a stream; only while the communicator is entered. */
    void gather(long on, boolean recorded) {
        if (eventBefore != 0) {
            driver.record(eventBefore, on, recorded);
        }
        exchange.gather(arrays.ownRow(), arrays.rows(), arrays.rowWords(), on);
        if (eventAfter != 0) {
            driver.record(eventAfter, on, recorded);
        }
    }

    /** For measurements: from now on, events are recorded around a gather; in graphs that are recorded from now on too. */
    void timeGather(long before, long after) {
        eventBefore = before;
        eventAfter = after;
    }

    /**
     * Gathers the rows by the host's transport: waits for the stream, and for the other sources until the deadline. Rows that
     * did not come stay as they were, with an old round's number.
     */
    void gatherOnHost(long stream) {
        long rowBytes = (long) Integer.BYTES * arrays.rowWords();
        int self = arrays.group().self();
        driver.copyToHost(hostRows.address() + rowBytes * self, arrays.ownRow(), rowBytes, stream);
        driver.synchronise(stream);
        MemorySegment.copy(hostRows.segment(), JAVA_INT, rowBytes * self, ownCounts, 0, experts);
        int round = hostRows.segment().get(JAVA_INT, rowBytes * self + (long) Integer.BYTES * experts);
        if (!exchange.gatherOnHost(ownCounts, allCounts, round)) {
            return;
        }
        for (int s = 0; s < arrays.group().sources(); s++) {
            MemorySegment.copy(allCounts, s * experts, hostRows.segment(), JAVA_INT, rowBytes * s, experts);
            hostRows.segment().set(JAVA_INT, rowBytes * s + (long) Integer.BYTES * experts, round);
        }
        driver.copyToDevice(
                arrays.rows(), hostRows.address(), rowBytes * arrays.group().sources(), stream);
    }

    /** Lets the device count on from a round that all sources have in common; those that were away have counted less. */
    void continueAt(int round, long on) {
        driver.fill(arrays.state() + DeviceArrays.HEADER + (long) Integer.BYTES * ROUND_AT, round, 1, on);
        exchange.continued(round);
    }

    /** Puts the sums over all sources on a stream. */
    void sumSources(Parameters run, long on) {
        driver.launch(
                sourcesFunction,
                1,
                PipelineLayout.SUM_THREADS,
                on,
                run.sources().address());
    }

    /** Puts this source's part of the quotas on a stream. */
    void share(Parameters run, long on) {
        int blocks = Math.ceilDiv(experts, SourceLayout.SHARE_THREADS);
        driver.launch(
                shareFunction,
                blocks,
                SourceLayout.SHARE_THREADS,
                on,
                run.share().address());
    }
}
