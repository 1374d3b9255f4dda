// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import java.lang.foreign.MemorySegment;

/** A {@link Program} with its buffers on an engine. Belongs to one thread. */
public interface ProgramRun extends AutoCloseable {
    /** Returns the host's elements of an input or an output: inputs are read there by the next run. */
    MemorySegment host(Buffer buffer);

    /**
     * Runs the program and waits.
     *
     * @param size size of the run, at most that of the largest
     */
    void run(int size);

    @Override
    void close();
}
