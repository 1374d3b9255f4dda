// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.List;
import java.util.Objects;
import uk.ac.manchester.tornado.api.GridScheduler;

/** A plan's graphs. */
public final class EmulatedPlan implements AutoCloseable {
    private final List<GraphRecord> graphs;

    public EmulatedPlan(List<GraphRecord> graphs) {
        this.graphs = List.copyOf(graphs);
    }

    public ExecutionTimes execute() {
        if (!graphs.isEmpty()) {
            throw new UnsupportedOperationException("the engine is not there yet");
        }
        return new ExecutionTimes(0, 0, 0, 0, 0, 0, 0);
    }

    public void chooseGraph(int graph) {}

    public void chooseAllGraphs() {}

    public void requireGraph(int graph) {
        Objects.checkIndex(graph, graphs.size());
    }

    public void grids(GridScheduler scheduler) {}

    public void freezeAtFirstExecution() {}

    public void compile() {}

    public long deviceBytes() {
        return 0;
    }

    public void free() {}

    public void copyToHost(Object... objects) {}

    @Override
    public void close() {}
}
