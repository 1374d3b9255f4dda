// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import io.lplb.tornado.emulator.GraphRecord;

/** A task graph that no longer changes. */
public class ImmutableTaskGraph {
    private final GraphRecord graph;

    ImmutableTaskGraph(GraphRecord graph) {
        this.graph = graph;
    }

    GraphRecord graph() {
        return graph;
    }
}
