// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

/** A grid of one dimension, the only kind that the emulator launches. */
public class WorkerGrid1D extends AbstractWorkerGrid {
    public static final int DIM = 1;

    /** A grid of x threads in all. */
    public WorkerGrid1D(int x) {
        super(x, 1, 1);
    }

    @Override
    public int dimension() {
        return DIM;
    }
}
