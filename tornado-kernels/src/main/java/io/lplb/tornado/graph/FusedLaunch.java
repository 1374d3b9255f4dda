// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.problem.MinMaxBatch;

/**
 * One fused kernel, ready to be launched for batches of up to {@link #capacity} groups, however it is launched. Answers
 * are in mean loads, float, and unchecked but for the signs that the kernel wrote them in the last launch.
 *
 * <p>Belongs to one thread.
 */
public interface FusedLaunch extends AutoCloseable {

    /** Returns the most groups of an execution. */
    int capacity();

    /** Solves the groups {@code first .. first + count - 1} of a batch; answers are then read group by group. */
    void execute(MinMaxBatch batch, int first, int count);

    /** Returns the packed groups of the last execution. */
    PackedGroups groups();

    /** Frees buffers and code. */
    @Override
    void close();
}
