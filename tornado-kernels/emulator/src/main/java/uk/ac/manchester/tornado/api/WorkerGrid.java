// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import org.jspecify.annotations.Nullable;

/** How many threads a task has, and how many of them make a work-group; arrays are {x, y, z}. */
public interface WorkerGrid {
    /** Returns the number of dimensions. */
    int dimension();

    /** Returns the threads of the grid. */
    long[] getGlobalWork();

    /** Returns the threads of a work-group, or null when not set. */
    long @Nullable [] getLocalWork();

    /** Returns the number of work-groups, or null while the local size is not set. */
    long @Nullable [] getNumberOfWorkgroups();

    /** Returns the first global index. */
    long[] getGlobalOffset();

    /** Sets the threads of the grid. */
    void setGlobalWork(long x, long y, long z);

    /** Sets the threads of a work-group. */
    void setLocalWork(long x, long y, long z);

    /** Forgets the number of work-groups. */
    void setNumberOfWorkgroupsToNull();

    /** Forgets the threads of a work-group. */
    void setLocalWorkToNull();

    /** Sets the first global index. */
    void setGlobalOffset(long x, long y, long z);
}
