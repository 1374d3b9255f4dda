// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A solver as one task of a larger graph: its buffers, where in them each number is, and how to add the task.
 *
 * <p>Loads and answers are multiples of the group's mean load. The input is filled on the device; what else the task
 * needs is the stage's own, and the stage copies it to the device with the first execution.
 */
public interface SolveStage {

    /** Returns the input; the graph that the stage is added to fills the loads on the device. */
    FloatArray input();

    /** Returns the output. */
    FloatArray output();

    /** Returns where the input has the fixed load of a rank. */
    int fixedAt(int group, int rank);

    /** Returns where the input has the load of an item. */
    int loadAt(int group, int item);

    /**
     * Returns where the input has the number of groups, or -1 if nowhere. It is written on the device: TornadoVM does not
     * copy an array there whose first task only writes to it.
     */
    int countAt();

    /** Returns where the output has the share of an entry. */
    int shareAt(int group, int entry);

    /** Returns where the output has the lower bound of a group. */
    int boundAt(int group);

    /** Returns where the output has the status of a group. */
    int statusAt(int group);

    /** Returns where the output has the number of threads that the solver found itself run with. */
    int threadsAt(int group);

    /** Returns the number of threads of a work-group that the solver must find. */
    int threads();

    /** Returns the arrays that the task only reads, to be copied with the first execution; the input is one of them. */
    Object[] constants();

    /** Adds the task and its grid. */
    void addTo(TaskGraph graph, GridScheduler grids, String task);
}
