// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.FaultyProvider;
import io.lplb.balance.FaultyProvider.Fault;
import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.PlanReport;
import io.lplb.count.TokenCounter;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.SubsetOracle;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A balancer of a random kind with the checks of each of its plans: tokens are counted where they were routed to, the
 * lower bound is compared with the exact optimum by enumeration (groups of up to eight ranks), and with speeds of 1 the
 * largest load must be that optimum rounded up.
 */
final class SoakBalancer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMillis(100);
    private static final int ENUMERATED_RANKS = 8;
    private static final List<Fault> FAULTS = List.of(
            Fault.NONE,
            Fault.SOLVE_THROWS,
            Fault.NOT_A_NUMBER,
            Fault.WRONG_SHARES,
            Fault.MAXIMUM_TOO_LOW,
            Fault.BOUND_ABOVE_THE_OPTIMUM,
            Fault.NEVER_RETURNS);

    private final Random random;
    private final String what;
    private final LoadBalancer balancer;
    private final double @Nullable [] speeds;
    private final int ranks;
    private final double[] history;
    private final int[] counts;

    SoakBalancer(Random random) {
        this.random = random;
        ReplicaTopology topology = Topologies.parse(
                List.of("cube", "hypercube", "ring8", "torus8x4").get(random.nextInt(4)));
        int groups = topology.groupSize() == 8 ? 1 + random.nextInt(4) : 1;
        ranks = groups * topology.groupSize();
        int experts = ranks * topology.replicasPerRank() * (1 + random.nextInt(3));
        boolean eplb = random.nextInt(4) == 0;
        speeds = random.nextInt(4) == 0 ? randomSpeeds() : null;
        history = new double[experts];
        counts = new int[experts];
        Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
        Backend backend = random.nextBoolean() ? Backend.CPU : Backend.AUTO;
        String solver = random.nextBoolean() ? "interior-point" : "relaxation";
        FaultyProvider.plan(fault, random.nextInt(20));
        // The provider's next fault meets whoever makes a solver next, after a placement update too.
        LoadBalancerBuilder builder =
                LoadBalancer.builder().experts(experts).ranks(ranks).solveTimeLimit(LIMIT);
        if (eplb) {
            builder.eplb();
        } else {
            builder.topology(topology).replicas(topology.replicasPerRank());
        }
        if (speeds != null) {
            builder.speeds(speeds);
        }
        if (random.nextBoolean()) {
            builder.tolerance(1e-6);
        }
        what = topology.name() + (eplb ? " by EPLB" : "") + ", " + experts + " experts, " + ranks + " ranks, " + backend
                + ", " + solver;
        balancer = builder.solver(solver).backend(backend).build();
    }

    private double[] randomSpeeds() {
        double[] result = new double[ranks];
        Arrays.setAll(result, r -> 1 + random.nextInt(3) / 2.0);
        return result;
    }

    int recoveries() {
        return balancer.recoveries();
    }

    void updatePlacement() {
        balancer.updatePlacement(history);
    }

    /** Counts, plans, routes and checks a random batch; returns its tokens. */
    long step() {
        int[] ids = new int[random.nextInt(4000)];
        double skew = 0.5 + 2.5 * random.nextDouble();
        Arrays.setAll(ids, k -> (int) (counts.length * Math.pow(random.nextDouble(), skew)));
        new TokenCounter(counts.length).count(ids, counts);
        for (int e = 0; e < counts.length; e++) {
            history[e] = 0.9 * history[e] + counts[e];
        }
        PlanReport report = balancer.plan(counts);
        int[] out = new int[ids.length];
        balancer.route(ids, out);
        long[] loads = new long[ranks];
        for (int k = 0; k < ids.length; k++) {
            assertEquals(ids[k], balancer.placement().expertIn(out[k]), what);
            loads[balancer.placement().rankOf(out[k])]++;
        }
        assertArrayEquals(report.rankLoads(), loads, what);
        assertEquals(ids.length, report.tokens(), what);
        check(report, loads);
        return ids.length;
    }

    private void check(PlanReport report, long[] loads) {
        double max = 0;
        for (int r = 0; r < ranks; r++) {
            max = Math.max(max, loads[r] / (speeds == null ? 1 : speeds[r]));
        }
        assertEquals(max, report.maxLoad(), 1e-12 * max, what);
        assertTrue(report.maxLoad() <= report.identityMaxLoad(), () -> what + ": " + report);
        assertTrue(report.lowerBound() <= report.maxLoad() * (1 + 1e-9), () -> what + ": " + report);
        double slack = 2e-4 * report.meanLoad();
        if (speeds == null) {
            assertTrue(report.maxLoad() < report.lowerBound() + slack + 1, () -> what + ": " + report);
        }
        PlacementProblem problem = PlacementProblem.of(balancer.placement(), speeds);
        if (problem.problem().ranks() <= ENUMERATED_RANKS) {
            double optimum = optimum(problem);
            assertTrue(report.lowerBound() <= optimum * (1 + 1e-9), () -> what + ", " + optimum + ": " + report);
            assertTrue(report.lowerBound() >= optimum - slack, () -> what + ", " + optimum + ": " + report);
            if (speeds == null) {
                assertEquals(Math.ceil(optimum - 1e-9), report.maxLoad(), 1e-9 * max, what);
            }
        }
    }

    private double optimum(PlacementProblem problem) {
        MinMaxBatch batch = new MinMaxBatch(problem.problem(), problem.groups());
        problem.fill(Arrays.stream(counts).asLongStream().toArray(), batch);
        double optimum = 0;
        for (int g = 0; g < problem.groups(); g++) {
            optimum = Math.max(optimum, SubsetOracle.optimum(batch, g));
        }
        return optimum;
    }

    @Override
    public void close() {
        balancer.close();
    }
}
