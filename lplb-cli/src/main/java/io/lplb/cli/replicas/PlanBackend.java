// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import io.lplb.cli.BackendTable;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.replica.GpuReplicaPlanner;
import java.util.Arrays;

/** Plans cases on one backend, each without copies of an earlier batch, and times them. Not thread-safe. */
abstract class PlanBackend implements AutoCloseable {
    private static final int ROUNDS = 5;
    private static final int WARM_UP_PLANS = 2_000;

    final ReplicaSettings settings;
    final ReplicaPlan plan;

    private PlanBackend(ReplicaSettings settings) {
        this.settings = settings;
        plan = new ReplicaPlan(settings);
    }

    /**
     * Opens a backend.
     *
     * @param name cpu, gpu or emulator
     * @param words number of counts of all sources
     * @throws IllegalArgumentException if there is none with this name, or it is not available here
     */
    static PlanBackend open(String name, ReplicaSettings settings, int words) {
        BackendTable.here().require(name);
        int sources = words / settings.experts();
        return switch (name) {
            case "cpu" -> new Cpu(settings);
            case "gpu" ->
                DriverProvider.probe().available()
                        ? new Device(settings, GpuReplicaPlanner.onDriver(settings, sources), true)
                        : new Device(settings, GpuReplicaPlanner.onTornado(settings, sources), false);
            default -> new Device(settings, GpuReplicaPlanner.onTornado(settings, sources), false);
        };
    }

    /** Plans until the code is compiled. */
    abstract void warmUp(long[][] cases, int[] bySource);

    /**
     * Plans a case; its time is that of a plan on the CPU, or on the device from the counts of all sources there to the result
     * there.
     *
     * @param counts {@code [experts]}
     * @param bySource {@code [sources * experts]}, which add up to the counts
     */
    abstract CaseResult run(long[] counts, int[] bySource);

    @Override
    public void close() {}

    /** The library's own planner. */
    private static final class Cpu extends PlanBackend {
        private final ReplicaPlanner planner;

        Cpu(ReplicaSettings settings) {
            super(settings);
            planner = new ReplicaPlanner(settings);
        }

        @Override
        void warmUp(long[][] cases, int[] bySource) {
            for (int k = 0; k < WARM_UP_PLANS; k++) {
                planner.plan(cases[k % cases.length], plan);
            }
        }

        @Override
        CaseResult run(long[] counts, int[] bySource) {
            double[] micros = new double[ROUNDS];
            for (int k = 0; k < ROUNDS; k++) {
                long start = System.nanoTime();
                planner.plan(counts, plan);
                micros[k] = (System.nanoTime() - start) / 1e3;
            }
            Arrays.sort(micros);
            return CaseResult.of(settings, plan, micros[ROUNDS / 2]);
        }
    }

    /** The kernels, through the driver or TornadoVM. */
    private static final class Device extends PlanBackend {
        private static final int LAUNCHES = 200;

        private final GpuReplicaPlanner planner;
        private final boolean timesLaunches;

        Device(ReplicaSettings settings, GpuReplicaPlanner planner, boolean timesLaunches) {
            super(settings);
            this.planner = planner;
            this.timesLaunches = timesLaunches;
        }

        @Override
        void warmUp(long[][] cases, int[] bySource) {
            run(cases[0], bySource);
        }

        @Override
        CaseResult run(long[] counts, int[] bySource) {
            long start = System.nanoTime();
            planner.plan(bySource, null, plan);
            double micros = (System.nanoTime() - start) / 1e3;
            return CaseResult.of(settings, plan, timesLaunches ? planner.deviceMicros(LAUNCHES) : micros);
        }

        @Override
        public void close() {
            planner.close();
        }
    }
}
