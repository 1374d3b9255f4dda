// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The grids of a plan's tasks, by "graph.task". */
public class GridScheduler {
    private final Map<String, WorkerGrid> grids = new ConcurrentHashMap<>();

    /** No grid yet. */
    public GridScheduler() {}

    /** One task's grid. */
    public GridScheduler(String taskName, WorkerGrid workerGrid) {
        grids.put(taskName, workerGrid);
    }

    /** Adds or replaces a task's grid. */
    public void addWorkerGrid(String taskName, WorkerGrid workerGrid) {
        grids.put(taskName, workerGrid);
    }

    /** Returns a task's grid, or null. */
    public @Nullable WorkerGrid get(String taskName) {
        return grids.get(taskName);
    }

    /** Tells whether a task of a graph has a grid. */
    public boolean contains(String taskScheduleName, String taskName) {
        return grids.containsKey(taskScheduleName + "." + taskName);
    }

    /** Returns the names of all tasks that have a grid. */
    public Set<String> keySet() {
        return grids.keySet();
    }
}
