// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import java.util.function.IntFunction;

/**
 * The runs that a launch remembers. A run is known by its number of ids and the addresses of ids and results. {@value #RUNS}
 * are remembered, the one used longest ago makes room for a new one. The first time a run's kernels are launched one by one;
 * when it comes again they are recorded as a CUDA graph, which is one call of the driver from then on. So fixed buffers get
 * graphs, while addresses or numbers that never repeat cost no recording: changing the nodes of a graph instead would take a
 * call for each kernel that changes, as many as launching them plainly nearly. A new number of ids costs one word written on the
 * device, by value, so that no memory of the host has to stay unchanged until then.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class PipelineRuns {
    /** Runs that are remembered. */
    static final int RUNS = 16;

    private final CudaDriver driver;
    private final PipelineRun[] runs = new PipelineRun[RUNS];
    private long uses;

    /** @param empty makes a run that is none yet, by its place */
    PipelineRuns(CudaDriver driver, IntFunction<PipelineRun> empty) {
        this.driver = driver;
        for (int k = 0; k < RUNS; k++) {
            runs[k] = empty.apply(k);
        }
    }

    /** Finds a run, or makes one of the oldest, and notes that it is used. */
    PipelineRun find(long ids, long physical, int count, boolean host, long stream) {
        PipelineRun oldest = runs[0];
        for (PipelineRun run : runs) {
            if (run.is(ids, physical, count, host)) {
                run.use(++uses);
                return run;
            }
            if (run.lastUse() < oldest.lastUse()) {
                oldest = run;
            }
        }
        oldest.forgetRecordings(driver);
        if (oldest.become(ids, physical, count, host)) {
            try {
                driver.fill(
                        oldest.sizes + DeviceArrays.HEADER + Integer.BYTES * PipelineSizes.TOKENS, count, 1, stream);
            } catch (CudaException e) {
                oldest.forget();
                throw e;
            }
        }
        oldest.use(++uses);
        return oldest;
    }

    /** Forgets all runs, so that the next ones are taken for new ones: they are launched plainly at first. */
    void forget() {
        for (PipelineRun run : runs) {
            run.forgetRecordings(driver);
            run.forget();
        }
    }

    /** Frees all graphs. */
    void forgetRecordings() {
        for (PipelineRun run : runs) {
            run.forgetRecordings(driver);
        }
    }
}
