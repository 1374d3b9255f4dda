// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import java.util.Arrays;

/** Plans cases on one backend, and times them. Not thread-safe. */
final class PlanBackend implements AutoCloseable {
    private static final int ROUNDS = 5;
    private static final int WARM_UP_PLANS = 2_000;

    private final ReplicaSettings settings;
    private final ReplicaPlanner planner;
    private final ReplicaPlan plan;

    private PlanBackend(ReplicaSettings settings) {
        this.settings = settings;
        planner = new ReplicaPlanner(settings);
        plan = new ReplicaPlan(settings);
    }

    /**
     * Opens a backend.
     *
     * @throws IllegalArgumentException if there is none with this name
     */
    static PlanBackend open(String name, ReplicaSettings settings) {
        if (!name.equals("cpu")) {
            throw new IllegalArgumentException("backend: got " + name + ", expected cpu");
        }
        return new PlanBackend(settings);
    }

    /** Plans until the code is compiled. */
    void warmUp(long[][] cases) {
        for (int k = 0; k < WARM_UP_PLANS; k++) {
            planner.plan(cases[k % cases.length], plan);
        }
    }

    /** Plans a case several times, each without copies of an earlier batch, and takes the median time. */
    CaseResult run(long[] counts) {
        double[] micros = new double[ROUNDS];
        for (int k = 0; k < ROUNDS; k++) {
            long start = System.nanoTime();
            planner.plan(counts, plan);
            micros[k] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        return CaseResult.of(settings, plan, micros[ROUNDS / 2]);
    }

    @Override
    public void close() {
        // The CPU holds nothing outside the heap.
    }
}
