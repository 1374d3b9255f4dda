// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

/**
 * The kernels around the solver, each of which comes with the library as one PTX for all sizes: the sizes are in an array
 * that the kernel reads.
 */
public enum PipelineStation {
    /** Of solvers' batches, not of the pipeline. */
    PACK_BATCH("batch", "BatchKernels", "packBatch", 9),
    CERTIFY_BATCH("batch", "BatchKernels", "certifyBatch", 8),
    COUNT("CountKernels", "countBlocks", 4),
    SUM("CountKernels", "sumBlocks", 9),
    QUOTA("QuotaKernels", "quotas", 7),
    ROUTE("RouteKernels", "route", 8),
    SUM_OWN("SourceKernels", "sumOwn", 6),
    SUM_SOURCES("SourceKernels", "sumSources", 10),
    SHARE("SourceKernels", "share", 8);

    // By name: the kernels' classes refer to TornadoVM's API, which need not be there.
    private final String graph;
    private final String kernels;
    private final String method;
    private final int arrays;

    PipelineStation(String kernels, String method, int arrays) {
        this("pipeline", kernels, method, arrays);
    }

    PipelineStation(String graph, String kernels, String method, int arrays) {
        this.graph = graph;
        this.kernels = kernels;
        this.method = method;
        this.arrays = arrays;
    }

    /** Returns the name of the kernel's class. */
    public String kernelClass() {
        return "io.lplb.tornado.kernel." + graph + "." + kernels;
    }

    /** Returns the name of the kernel's method, which is the only one of that name in its class. */
    public String method() {
        return method;
    }

    /** Returns the number of parameters: two that are not used, and the arrays. */
    public int parameters() {
        return 2 + arrays;
    }

    /** Returns the kernel's name in PTX. */
    public String entry() {
        return graph + "_" + method;
    }

    /** Whether it belongs to a solver's batch. */
    public boolean isOfBatch() {
        return this == PACK_BATCH || this == CERTIFY_BATCH;
    }

    /** Reads the kernel. */
    public PtxKernel load() {
        return PtxLibrary.load(entry() + ".ptx");
    }
}
