// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.balance.FaultyProvider.Fault;
import io.lplb.solver.Backend;
import io.lplb.topology.Topologies;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Planning and routing allocate nothing, guarded or not, with a time limit or without. */
@SuppressWarnings("try") // What is installed is not referenced.
class AllocationTest {
    private static final int CALLS = 1_000;

    @TempDir
    Path folder;

    @AfterEach
    void release() {
        FaultyProvider.plan(Fault.NONE, 0);
    }

    @ParameterizedTest(name = "{0}, time limit {1}")
    @CsvSource({"CPU, false", "GPU, false", "GPU, true"})
    void nothing(Backend backend, boolean limited) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FaultyProvider.plan(Fault.NONE, 0);
        LoadBalancerBuilder builder = LoadBalancer.builder()
                .experts(64)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(2)
                .backend(backend);
        if (limited) {
            builder.solveTimeLimit(Duration.ofMinutes(1));
        }
        int[] counts = new int[64];
        Random random = new Random(12);
        Arrays.setAll(counts, e -> random.nextInt(100));
        int[] ids = new int[256];
        Arrays.setAll(ids, k -> random.nextInt(64));
        int[] out = new int[ids.length];
        try (InstalledProvider installed = new InstalledProvider(folder, FaultyProvider.class.getName());
                LoadBalancer balancer = builder.build()) {
            run(balancer, counts, ids, out);
            long before = threads.getCurrentThreadAllocatedBytes();
            run(balancer, counts, ids, out);
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(bytes < CALLS, bytes + " bytes in " + CALLS + " calls");
            assertEquals(0, balancer.recoveries());
        }
    }

    private static void run(LoadBalancer balancer, int[] counts, int[] ids, int[] out) {
        for (int k = 0; k < CALLS; k++) {
            balancer.plan(counts);
            balancer.route(ids, out);
        }
    }
}
