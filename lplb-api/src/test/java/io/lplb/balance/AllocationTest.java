// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.balance.FaultyProvider.Fault;
import io.lplb.exchange.LocalExchange;
import io.lplb.solver.Backend;
import io.lplb.topology.Topologies;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Planning and routing allocate nothing, guarded or not, with a time limit or without. */
@SuppressWarnings("try") // What is installed is not referenced.
class AllocationTest {
    private static final int CALLS = 1_000;

    /** The JVM allocates now and then on its own account, but not in every pass. */
    private static final int PASSES = 5;

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
            long bytes = Long.MAX_VALUE;
            for (int pass = 0; pass < PASSES; pass++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                run(balancer, counts, ids, out);
                bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
            }
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

    /** Ranks fail, come back and change speed before every plan, of a balancer and of one layer of a rank. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"interior-point", "relaxation"})
    void nothingWithChangingRanks(String solver) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        LoadBalancerBuilder builder = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2)
                .solver(solver)
                .deadline(Duration.ofNanos(1));
        int[] counts = new int[64];
        Random random = new Random(13);
        Arrays.setAll(counts, e -> random.nextInt(100));
        int[] ids = random.ints(256, 0, 64).toArray();
        int[] out = new int[ids.length];
        boolean[] active = new boolean[8];
        Arrays.fill(active, true);
        double[] speeds = {1, 1, 2, 1, 1, 1, 1, 3};
        List<LocalExchange> group = LocalExchange.group(8, 64);
        try (LoadBalancer balancer = builder.build();
                LayeredRankBalancer rank = builder.layers(3).buildRankLayers(group.get(0))) {
            long bytes = Long.MAX_VALUE;
            for (int pass = 0; pass < PASSES; pass++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int k = 0; k < CALLS; k++) {
                    active[k % 8] = !active[k % 8] || k % 8 == 7;
                    speeds[k % 7] = k % 3;
                    balancer.setActive(k % 5, k % 2 == 0);
                    balancer.setActive(active);
                    balancer.updateSpeeds(speeds);
                    balancer.plan(counts);
                    balancer.route(ids, out);
                    // The other seven ranks are silent: missed at first, then left out.
                    rank.setActive(active);
                    rank.layer(k % 3).start(counts);
                    rank.layer(k % 3).await();
                    rank.layer(k % 3).route(ids, out);
                }
                bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(bytes < CALLS, bytes + " bytes in " + CALLS + " calls");
        }
    }
}
