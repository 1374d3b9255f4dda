// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.trace.Trace;
import io.lplb.workload.Workload;

/** Trace of a named workload: every layer is a stream of its own, whose seed is that of the trace plus the layer. Not thread-safe. */
public final class WorkloadSteps implements Trace {
    private final String name;
    private final Workload[] workloads;
    private final int steps;
    private final int tokens;
    private final int[] row;
    private final long[][] counts;
    private int next;

    /**
     * A trace.
     *
     * @param name name of the workload, such as {@code zipf:4}
     * @param experts number of experts
     * @param ranks number of ranks, for workloads whose hot experts share ranks
     * @param layers number of layers
     * @param steps number of steps
     * @param tokens tokens of all experts in a step of a layer
     * @param seed seed of the first layer
     * @throws IllegalArgumentException if there is no such workload
     */
    public WorkloadSteps(String name, int experts, int ranks, int layers, int steps, int tokens, long seed) {
        this.name = name;
        this.workloads = new Workload[layers];
        for (int l = 0; l < layers; l++) {
            workloads[l] = Workload.named(name, experts, ranks, seed + l);
        }
        this.steps = steps;
        this.tokens = tokens;
        this.row = new int[experts];
        this.counts = new long[layers][experts];
    }

    @Override
    public String kind() {
        return "workload " + name;
    }

    @Override
    public int layers() {
        return workloads.length;
    }

    @Override
    public int experts() {
        return row.length;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public boolean next() {
        if (next == steps) {
            return false;
        }
        for (int l = 0; l < counts.length; l++) {
            workloads[l].counts(next, tokens, row);
            for (int e = 0; e < row.length; e++) {
                counts[l][e] = row[e];
            }
        }
        next++;
        return true;
    }

    @Override
    public long[][] counts() {
        return counts;
    }

    @Override
    public void rewind() {
        next = 0;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
