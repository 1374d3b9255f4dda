// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A plan: graphs, the grids of their tasks, and their device memory. Not thread-safe; different plans may be executed at
 * the same time.
 */
public final class EmulatedPlan implements AutoCloseable {
    private final List<EmulatedGraph> graphs = new ArrayList<>();
    private final EmulatorSettings settings = EmulatorSettings.fromSystemProperties();
    private @Nullable GridScheduler scheduler;
    private int chosen = -1;
    private boolean freeze;
    private boolean executed;
    private boolean closed;
    private long lastEpoch;

    /**
     * A plan that executes these graphs in order.
     *
     * @throws EmulatorException if a task's code is not a static method
     */
    public EmulatedPlan(List<GraphRecord> records) {
        for (GraphRecord record : records) {
            graphs.add(new EmulatedGraph(record, settings));
        }
    }

    /** Chooses one graph for the next executions. */
    public void chooseGraph(int graph) {
        requireGraph(graph);
        chosen = graph;
    }

    /** Chooses all graphs for the next executions. */
    public void chooseAllGraphs() {
        chosen = -1;
    }

    /** Throws an IndexOutOfBoundsException if there is no such graph. */
    public void requireGraph(int graph) {
        Objects.checkIndex(graph, graphs.size());
    }

    /** Sets the grids. */
    public void grids(GridScheduler grids) {
        scheduler = grids;
    }

    /**
     * Freezes each graph's grids at its first execution, as a CUDA graph does.
     *
     * @throws IllegalStateException if an execution has been
     */
    public void freezeAtFirstExecution() {
        if (executed) {
            throw new IllegalStateException(
                    "withCUDAGraph: got an executed plan, expected one before its first execute");
        }
        freeze = true;
    }

    /** Loads all kernels. */
    public void compile() {
        Machine machine = Machine.acquire();
        try {
            graphs.forEach(graph -> graph.load(machine));
        } finally {
            machine.release();
        }
    }

    /**
     * Executes the chosen graphs.
     *
     * @throws EmulatorException if a launch is not possible or a kernel is wrong
     * @throws IllegalStateException after close
     */
    public ExecutionTimes execute() {
        requireOpen();
        executed = true;
        ExecutionClock clock = new ExecutionClock();
        Machine machine = Machine.acquire();
        try {
            for (EmulatedGraph graph : chosen < 0 ? graphs : List.of(graphs.get(chosen))) {
                lastEpoch = graph.execute(machine, graphs, scheduler, freeze, lastEpoch, clock);
            }
        } finally {
            machine.release();
        }
        return clock.times();
    }

    /** Copies arrays to the host that a graph has on the device. */
    public void copyToHost(Object... objects) {
        requireOpen();
        for (TornadoNativeArray array : GraphRecord.nativeArrays("transferToHost", objects)) {
            DeviceBuffer buffer = null;
            for (EmulatedGraph graph : graphs) {
                DeviceBuffer candidate = graph.buffer(array);
                buffer = candidate == null ? buffer : candidate;
            }
            if (buffer == null) {
                throw new IllegalArgumentException(
                        "transferToHost: got a " + array.getClass().getSimpleName()
                                + " that is not on the device, expected an array of this plan after its execution");
            }
            buffer.copyOut();
        }
    }

    /** Returns the bytes of all arrays on the device. */
    public long deviceBytes() {
        return graphs.stream()
                .flatMap(EmulatedGraph::buffers)
                .distinct()
                .mapToLong(DeviceBuffer::bytes)
                .sum();
    }

    /** Forgets all arrays on the device. */
    public void free() {
        graphs.forEach(EmulatedGraph::free);
    }

    @Override
    public void close() {
        free();
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("plan: got a call after close, expected an open plan");
        }
    }
}
