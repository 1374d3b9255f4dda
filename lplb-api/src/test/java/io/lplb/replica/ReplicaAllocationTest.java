// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planning allocates nothing, whether the mean is attained or bounds are searched. */
class ReplicaAllocationTest {
    private static final int CALLS = 1_000;

    @ParameterizedTest(name = "at most {0} replicas")
    @ValueSource(ints = {1000, 10})
    void nothing(int maxReplicas) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ReplicaSettings settings = ReplicaSettings.builder(ReplicaPlanChecks.naturalHomes(32, 128), 2)
                .maxReplicas(maxReplicas)
                .build();
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        int[] table = ReplicaPlanChecks.emptyTable(settings);
        double[] speeds = ReplicaPlanChecks.unitSpeeds(32);
        Random random = new Random(4);
        long[][] counts = new long[8][];
        for (int b = 0; b < counts.length; b++) {
            counts[b] = ReplicaPlannerTest.randomCounts(random, 128, 1000);
        }
        // The JVM allocates now and then on its own account, but not in every pass.
        long bytes = Long.MAX_VALUE;
        for (int pass = 0; pass < 5; pass++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            run(planner, plan, table, speeds, counts);
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(bytes < CALLS, bytes + " bytes in " + CALLS + " plans");
    }

    private static void run(ReplicaPlanner planner, ReplicaPlan plan, int[] table, double[] speeds, long[][] counts) {
        for (int k = 0; k < CALLS; k++) {
            planner.plan(counts[k % counts.length], speeds, table, plan);
            plan.copySlotTable(table);
        }
    }
}
