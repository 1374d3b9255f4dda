// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.LocalExchange;
import io.lplb.solver.Backend;
import io.lplb.topology.Topologies;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A balancer takes one thread at a time and refuses a second one; its solver is closed with it and with its placement. */
@SuppressWarnings("try") // What is installed is not referenced.
class BalancerThreadsTest {
    private static final int EXPERTS = 64;

    @TempDir
    Path folder;

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2);
    }

    private InstalledProvider provider(FaultyProvider.Fault fault) {
        FaultyProvider.plan(fault, 0);
        return new InstalledProvider(folder, FaultyProvider.class.getName());
    }

    @Test
    void aSecondThreadAtTheSameTimeIsRefused() throws Exception {
        try (InstalledProvider installed = provider(FaultyProvider.Fault.NEVER_RETURNS);
                LoadBalancer balancer = cube().backend(Backend.GPU).build();
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            int[] counts = new int[EXPERTS];
            counts[3] = 10;
            Future<PlanReport> plan = other.submit(() -> balancer.plan(counts));
            FaultyProvider.awaitHanging();
            for (Executable call : List.<Executable>of(
                    () -> balancer.plan(counts),
                    () -> balancer.route(new int[1], new int[1]),
                    () -> balancer.copySlotLoads(new long[80]),
                    () -> balancer.updatePlacement(new double[EXPERTS]),
                    balancer::close)) {
                IllegalStateException e = assertThrows(IllegalStateException.class, call);
                assertTrue(String.valueOf(e.getMessage()).contains("expected one thread at a time"), e.getMessage());
            }
            FaultyProvider.release();
            assertEquals(10, plan.get().tokens());
            assertEquals(10, balancer.plan(counts).tokens());
        }
    }

    /** The listener hears of a plan that stands: it may route by it. */
    @Test
    void aListenerMayUseTheBalancer() {
        LoadBalancer[] self = new LoadBalancer[1];
        int[] out = new int[2];
        try (LoadBalancer balancer =
                cube().listener(report -> self[0].route(new int[] {1, 2}, out)).build()) {
            self[0] = balancer;
            balancer.plan(new int[EXPERTS]);
            assertEquals(2, balancer.placement().expertIn(out[1]));
        }
    }

    /** Closed in another thread than it was used in, which is allowed. */
    @Test
    void aBalancerMayBeClosedByAnotherThread() throws Exception {
        LoadBalancer balancer = cube().build();
        balancer.plan(new int[EXPERTS]);
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            other.submit(balancer::close).get();
        }
        assertThrows(IllegalStateException.class, () -> balancer.plan(new int[EXPERTS]));
    }

    @Test
    void solversAreClosedWithTheirPlacementAndTheirBalancer() {
        int before = FaultyProvider.open();
        try (InstalledProvider installed = provider(FaultyProvider.Fault.NONE)) {
            LoadBalancer balancer = cube().backend(Backend.GPU).build();
            for (int k = 0; k < 3; k++) {
                balancer.updatePlacement(new double[EXPERTS]);
                assertEquals(before + 1, FaultyProvider.open());
            }
            balancer.close();
            assertEquals(before, FaultyProvider.open());
            RankBalancer rank = LoadBalancer.builder()
                    .experts(EXPERTS)
                    .ranks(1)
                    .eplb()
                    .backend(Backend.GPU)
                    .buildRank(LocalExchange.group(1, EXPERTS).get(0));
            rank.updatePlacement(new double[EXPERTS]);
            assertEquals(before + 1, FaultyProvider.open());
            rank.close();
            rank.close();
            assertEquals(before, FaultyProvider.open());
        }
    }
}
