// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import io.lplb.tornado.emulator.EmulatedPlan;
import io.lplb.tornado.emulator.GraphRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * Task graphs with the device memory that belongs to them. Every {@code with} method changes this plan and returns it.
 *
 * <p>A kernel that fails makes {@link #execute()} throw an {@link io.lplb.tornado.emulator.EmulatorException}. Options
 * that only concern speed are accepted and change nothing. Not thread-safe: one owner per plan.
 */
public class TornadoExecutionPlan implements AutoCloseable {
    /** The device that plans use unless told otherwise. */
    public static final TornadoDevice DEFAULT_DEVICE =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    private static final AtomicLong PLANS = new AtomicLong();

    private final long id = PLANS.incrementAndGet();
    private final EmulatedPlan plan;

    /** A plan of these graphs, which it executes in this order. */
    public TornadoExecutionPlan(ImmutableTaskGraph... immutableTaskGraphs) {
        List<GraphRecord> graphs = new ArrayList<>();
        for (ImmutableTaskGraph graph : immutableTaskGraphs) {
            graphs.add(graph.graph());
        }
        this.plan = new EmulatedPlan(graphs);
    }

    /** Returns a device by backend and number: only 0, 0 exists. */
    public static TornadoDevice getDevice(int driverIndex, int deviceIndex) {
        return TornadoRuntimeProvider.getTornadoRuntime()
                .getBackend(driverIndex)
                .getDevice(deviceIndex);
    }

    /** Returns the plan's number, counted from 1. */
    public long getId() {
        return id;
    }

    /** Executes the chosen graphs and returns when they are done. */
    public TornadoExecutionResult execute() {
        return new TornadoExecutionResult(plan, plan.execute());
    }

    /** Chooses one graph for the next executions. */
    public TornadoExecutionPlan withGraph(int graphIndex) {
        plan.chooseGraph(graphIndex);
        return this;
    }

    /** Chooses all graphs for the next executions. */
    public TornadoExecutionPlan withAllGraphs() {
        plan.chooseAllGraphs();
        return this;
    }

    /** Sets the grids of the tasks. */
    public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
        plan.grids(gridScheduler);
        return this;
    }

    /** Freezes grids at the first execution, which must be still to come. */
    public TornadoExecutionPlan withCUDAGraph() {
        plan.freezeAtFirstExecution();
        return this;
    }

    /** Resolves and loads all kernels. */
    public TornadoExecutionPlan withPreCompilation() {
        plan.compile();
        return this;
    }

    /** Executes a number of times. */
    public TornadoExecutionPlan withWarmUpIterations(int iterations) {
        for (int k = 0; k < iterations; k++) {
            plan.execute();
        }
        return this;
    }

    /** Executes for at least this time. */
    public TornadoExecutionPlan withWarmUpTime(long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + milliseconds * 1_000_000;
        while (System.nanoTime() < end) {
            if (Thread.interrupted()) {
                throw new InterruptedException("warm-up interrupted");
            }
            plan.execute();
        }
        return this;
    }

    /** Chooses the device, of which there is one. */
    public TornadoExecutionPlan withDevice(TornadoDevice device) {
        if (!device.equals(DEFAULT_DEVICE)) {
            throw new IllegalArgumentException("device: got " + device.getDeviceName() + ", expected the emulator's");
        }
        return this;
    }

    /** Returns the device of a graph. */
    public TornadoDevice getDevice(int immutableTaskGraphIndex) {
        plan.requireGraph(immutableTaskGraphIndex);
        return DEFAULT_DEVICE;
    }

    /** Accepted without effect: times are always taken. */
    public TornadoExecutionPlan withProfiler(ProfilerMode profilerMode) {
        return this;
    }

    /** Accepted without effect. */
    public TornadoExecutionPlan withoutProfiler() {
        return this;
    }

    /** Accepted without effect. */
    public TornadoExecutionPlan clearProfiles() {
        return this;
    }

    /** Accepted without effect. */
    public TornadoExecutionPlan withIntraPlanConcurrency() {
        return this;
    }

    /** Accepted without effect. */
    public TornadoExecutionPlan withoutIntraPlanConcurrency() {
        return this;
    }

    /** Accepted without effect. */
    public TornadoExecutionPlan withStagedTransfers() {
        return this;
    }

    /** Accepted without effect. */
    public TornadoExecutionPlan withoutStagedTransfers() {
        return this;
    }

    /** Returns the bytes that the plan's arrays take on the device. */
    public long getCurrentDeviceMemoryUsage() {
        return plan.deviceBytes();
    }

    /** Forgets all device memory; the next execution copies FIRST_EXECUTION arrays again. */
    public TornadoExecutionPlan freeDeviceMemory() {
        plan.free();
        return this;
    }

    /** As {@link #freeDeviceMemory()}. */
    public TornadoExecutionPlan resetDevice() {
        return freeDeviceMemory();
    }

    @Override
    public void close() throws TornadoExecutionPlanException {
        plan.close();
    }
}
