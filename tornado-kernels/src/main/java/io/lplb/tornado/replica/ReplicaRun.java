// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import io.lplb.tornado.program.Buffer;
import java.lang.foreign.MemorySegment;

/** A {@link io.lplb.tornado.program.ReplicaProgram} on an engine. */
interface ReplicaRun extends AutoCloseable {
    /** Returns the host's elements of an input or an output. */
    MemorySegment host(Buffer buffer);

    /** Runs the program and waits. */
    void run();

    @Override
    void close();
}
