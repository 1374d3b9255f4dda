// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.tornado.program.SolveLayout;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A solver as one task of a larger graph: its buffers, where in them each number is, and how to add the task.
 *
 * <p>Loads and answers are multiples of the group's mean load. The input is filled on the device; what else the task
 * needs is the stage's own, and the stage copies it to the device with the first execution.
 */
public interface SolveStage extends SolveLayout {

    /** Returns the input; the graph that the stage is added to fills the loads on the device. */
    FloatArray input();

    /** Returns the output. */
    FloatArray output();

    /** Returns the number of threads of a work-group that the solver must find. */
    int threads();

    /** Returns the arrays that the task only reads, to be copied with the first execution; the input is one of them. */
    Object[] constants();

    /** Adds the task and its grid. */
    void addTo(TaskGraph graph, GridScheduler grids, String task);
}
