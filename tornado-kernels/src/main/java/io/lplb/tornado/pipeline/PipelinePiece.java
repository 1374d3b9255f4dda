// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

/**
 * A piece of a run that is put on the stream at once, plainly or as a graph.
 *
 * <p>NCCL asks that a gather be recorded by all processes or by none, and that graphs with one be launched alike ("Using NCCL
 * with CUDA Graphs" in its guide). Whether a batch is recorded depends on what one source has had before, so by default the
 * gather is launched plainly between two pieces.
 */
enum PipelinePiece {
    /** The whole run, without a gather. */
    ALL(0),
    /** The whole run with the gather in it. */
    GATHERING(0),
    /** Kernels before the gather. */
    COUNTS(0),
    /** Kernels after it. */
    REST(1);

    /** Graphs that a run may have at a time. */
    static final int SLOTS = 2;

    private final int slot;

    PipelinePiece(int slot) {
        this.slot = slot;
    }

    /** Returns the place of its graph among those of a run. */
    int slot() {
        return slot;
    }
}
