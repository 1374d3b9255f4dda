// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.PlanReport;
import io.lplb.balance.RankBalancer;
import io.lplb.balance.RoundOutcome;
import io.lplb.exchange.LocalExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.Backends;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.ProblemCase;
import io.lplb.solver.RandomProblems;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.topology.EdgeColouring;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologyMetrics;
import io.lplb.topology.TopologySvg;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What the classes promise about threads: what is shared, and what is each thread's own. What refuses a second thread is
 * tested beside its class.
 */
class ConcurrencyTest {
    private static final int THREADS = 16;
    private static final int EXPERTS = 64;

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2);
    }

    /** Runs the same task in all threads at the same time and returns what each found. */
    private static <T> List<T> inAllThreads(Callable<T> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int k = 0; k < THREADS; k++) {
                futures.add(threads.submit(() -> {
                    start.await();
                    return task.call();
                }));
            }
            for (Future<T> future : futures) {
                results.add(future.get());
            }
        }
        return results;
    }

    /** Plans and routes batches by a seed, and returns where every token went and what the plans said. */
    private static int[] planAndRoute(LoadBalancer balancer, long seed) {
        Random random = new Random(seed);
        int[] trail = new int[0];
        for (int batch = 0; batch < 30; batch++) {
            int[] ids = new int[500];
            Arrays.setAll(ids, k -> (int) (EXPERTS * Math.pow(random.nextDouble(), 2)));
            int[] counts = new int[EXPERTS];
            for (int id : ids) {
                counts[id]++;
            }
            PlanReport report = balancer.plan(counts);
            int at = trail.length;
            trail = Arrays.copyOf(trail, at + ids.length + 1);
            trail[at + ids.length] = (int) report.maxLoad();
            int[] out = new int[ids.length];
            balancer.route(ids, out);
            System.arraycopy(out, 0, trail, at, out.length);
            if (batch % 10 == 9) {
                double[] history = new double[EXPERTS];
                Arrays.setAll(history, e -> counts[e] + 0.01 * e);
                balancer.updatePlacement(history);
            }
        }
        return trail;
    }

    @Test
    void balancersInDifferentThreadsAreIndependent() throws Exception {
        int[] alone;
        try (LoadBalancer balancer = cube().build()) {
            alone = planAndRoute(balancer, 5);
        }
        for (int[] trail : inAllThreads(() -> {
            try (LoadBalancer balancer = cube().build()) {
                return planAndRoute(balancer, 5);
            }
        })) {
            assertArrayEquals(alone, trail);
        }
    }

    /** Topologies, placements, problems, and the makers of solvers are shared by all threads. */
    @Test
    void immutableClassesAndFactoriesAreShared() throws Exception {
        ReplicaTopology topology = Topologies.torus(4, 4);
        LplbPlacement shape = new LplbPlacement(topology, 32, 128, topology.replicasPerRank());
        ExpertPlacement placement = shape.natural();
        MinMaxProblem problem = PlacementProblem.of(placement, null).problem();
        double[] history = new Random(6).doubles(128, 1, 100).toArray();
        ProblemCase test = RandomProblems.next(77, 12);
        List<String> seen = inAllThreads(() -> {
            StringBuilder all = new StringBuilder();
            for (int round = 0; round < 20; round++) {
                all.append(topology.edges().size())
                        .append(placement.rankOf(round))
                        .append(problem.hashCode());
                all.append(Arrays.toString(shape.reordered(history, 8).phy2log()));
                all.append(TopologyMetrics.of(topology).diameter())
                        .append(EdgeColouring.of(topology).colours())
                        .append(TopologySvg.of(topology).hashCode());
                SplitBatch split = new SplitBatch(test.problem(), 1);
                for (String name : List.of("interior-point", "relaxation", "ejml")) {
                    try (MinMaxSolver solver = Backends.createNamed("cpu", name, test.problem(), 1e-4, 1)) {
                        solver.solve(test.batch(), split);
                    }
                    all.append(split.maxLoad(0)).append(split.status(0) == SolveStatus.INVALID);
                }
            }
            return all.toString();
        });
        assertEquals(1, seen.stream().distinct().count());
    }

    @Test
    void aBalancerMayGoFromThreadToThread() throws Exception {
        int[] alone;
        try (LoadBalancer balancer = cube().build()) {
            alone = planAndRoute(balancer, 8);
        }
        try (LoadBalancer balancer = cube().build();
                ExecutorService first = Executors.newSingleThreadExecutor();
                ExecutorService second = Executors.newSingleThreadExecutor()) {
            first.submit(() -> balancer.plan(new int[EXPERTS])).get();
            assertArrayEquals(
                    alone, second.submit(() -> planAndRoute(balancer, 8)).get());
        }
    }

    /** Four ranks of a group that do every step in another thread than the one before; the plans are the same. */
    @Test
    void ranksMayGoFromThreadToThread() throws Exception {
        List<LocalExchange> group = LocalExchange.group(4, EXPERTS);
        List<RankBalancer> ranks = new ArrayList<>();
        for (LocalExchange exchange : group) {
            ranks.add(LoadBalancer.builder()
                    .experts(EXPERTS)
                    .ranks(4)
                    .topology(Topologies.ring(4))
                    .replicas(4)
                    .deadline(Duration.ofMinutes(1))
                    .buildRank(exchange));
        }
        for (int batch = 0; batch < 20; batch++) {
            try (ExecutorService fresh = Executors.newFixedThreadPool(4)) {
                List<Future<long[]>> plans = new ArrayList<>();
                for (RankBalancer rank : ranks) {
                    int[] counts = new Random(batch).ints(EXPERTS, 0, 100).toArray();
                    plans.add(fresh.submit(() -> rank.plan(counts).plan().rankLoads()));
                }
                for (Future<long[]> plan : plans) {
                    assertArrayEquals(plans.get(0).get(), plan.get(), "batch " + batch);
                }
            }
        }
        for (RankBalancer rank : ranks) {
            assertEquals(20, rank.lastReport().rounds(RoundOutcome.AGREED));
            rank.close();
        }
    }
}
