// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.solver.SolveStatus;
import io.lplb.topology.flow.MaxFlow;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plans on placements of every size that the builder makes, with masks, speeds and limits that change per batch, against the
 * least level at which a maximum flow carries all tokens. The oracle shares no code with planner and solvers.
 */
class BoundedPlacementsTest {
    private static final long NONE = Long.MAX_VALUE;

    @ParameterizedTest
    @ValueSource(strings = {"exact", "relaxation", "interior-point"})
    void plansAreTheBestWithinLimitsAndMasks(String solver) {
        int infeasible = 0;
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            try (LoadBalancer balancer = balancer(random).solver(solver).build()) {
                int experts = balancer.placement().experts();
                balancer.updatePlacement(random.doubles(experts).toArray());
                for (int batch = 0; batch < 6; batch++) {
                    int[] counts = random.ints(experts, 0, 16).toArray();
                    infeasible += check(balancer, random, counts, solver + ", seed " + seed + ", batch " + batch);
                }
            }
        }
        assertTrue(infeasible > 10 && infeasible < 230, "infeasible in " + infeasible);
    }

    /** A balanced placement: any number of slots, perhaps some empty, nodes, groups, or a failure to survive. */
    private static LoadBalancerBuilder balancer(Random random) {
        int ranks = 2 * (1 + random.nextInt(3));
        int experts = 2 * (1 + random.nextInt(8));
        int least = Math.ceilDiv(experts, ranks);
        LoadBalancerBuilder builder = LoadBalancer.builder()
                .experts(experts)
                .ranks(ranks)
                .replicaLimit(NONE)
                .rankLimits(noLimits(ranks));
        switch (random.nextInt(4)) {
            case 0 -> builder.redundantExperts(random.nextInt(experts));
            case 1 -> builder.slotsPerRank(least + random.nextInt(3)).nodes(2);
            case 2 ->
                builder.slotsPerRank(least + 1 + random.nextInt(2)).nodes(2).expertGroups(2);
            default -> builder.slotsPerRank(Math.ceilDiv(2 * experts, ranks)).surviveRanks(1);
        }
        return builder;
    }

    private static long[] noLimits(int ranks) {
        long[] limits = new long[ranks];
        Arrays.fill(limits, NONE);
        return limits;
    }

    private static int check(LoadBalancer balancer, Random random, int[] counts, String what) {
        ExpertPlacement placement = balancer.placement();
        int ranks = placement.ranks();
        double[] speed = new double[ranks];
        boolean equal = random.nextBoolean();
        Arrays.setAll(speed, r -> random.nextInt(4) == 0 ? 0 : equal ? 1 : 1 + random.nextInt(3));
        speed[random.nextInt(ranks)] = 1;
        balancer.updateSpeeds(speed);
        int mean = Arrays.stream(counts).sum() / ranks;
        long[] rankLimit = random.longs(ranks, mean / 2, 3L * mean + 2).toArray();
        Arrays.setAll(rankLimit, r -> random.nextInt(3) == 0 ? NONE : rankLimit[r]);
        long replicaLimit = random.nextInt(3) == 0 ? NONE : 4 + random.nextInt(14);
        balancer.updateRankLimits(rankLimit);
        balancer.updateReplicaLimit(replicaLimit);

        PlanReport report = balancer.plan(counts);
        double optimum = optimum(placement, speed, counts, rankLimit, replicaLimit);
        boolean fits = optimum < Double.POSITIVE_INFINITY;
        assertEquals(fits, report.status() != SolveStatus.INFEASIBLE, what);
        assertEquals(fits, report.misfitTokens() == 0, what);
        double expected = fits ? optimum : optimum(placement, speed, counts, noLimits(ranks), NONE);
        assertEquals(expected, report.maxLoad(), 1e-12, what);
        long[] slotLoads = new long[placement.physicalExperts()];
        balancer.copySlotLoads(slotLoads);
        for (int p = 0; p < slotLoads.length; p++) {
            assertTrue(slotLoads[p] == 0 || speed[placement.rankOf(p)] > 0, what + ": inactive rank with tokens");
            assertTrue(!fits || slotLoads[p] <= replicaLimit, what + ": replica over its limit");
        }
        for (int r = 0; r < ranks; r++) {
            assertTrue(!fits || report.rankLoad(r) <= rankLimit[r], what + ": rank over its limit");
        }
        assertEquals(
                Arrays.stream(counts).sum() - report.uncoveredTokens(),
                Arrays.stream(slotLoads).sum(),
                what);
        return fits ? 0 : 1;
    }

    /** The least level at which all tokens with an active rank fit; infinite if no level suffices. */
    private static double optimum(
            ExpertPlacement placement, double[] speed, int[] counts, long[] rankLimit, long replicaLimit) {
        long total = 0;
        for (int e = 0; e < counts.length; e++) {
            total += WholeTokenOracle.hosts(placement, speed, e) != 0 ? counts[e] : 0;
        }
        TreeSet<Double> levels = new TreeSet<>();
        levels.add(0.0);
        for (double s : speed) {
            for (long tokens = 1; s > 0 && tokens <= total; tokens++) {
                levels.add(tokens / s);
            }
        }
        Double[] level = levels.toArray(Double[]::new);
        int low = 0;
        int high = level.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sent(placement, speed, counts, rankLimit, replicaLimit, level[middle]) == total) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == level.length ? Double.POSITIVE_INFINITY : level[low];
    }

    private static long sent(
            ExpertPlacement placement,
            double[] speed,
            int[] counts,
            long[] rankLimit,
            long replicaLimit,
            double level) {
        int source = counts.length + speed.length;
        MaxFlow flow = new MaxFlow(source + 2, counts.length + placement.physicalExperts() + speed.length, 0);
        for (int e = 0; e < counts.length; e++) {
            flow.connect(source, e, counts[e], 0);
            for (int k = 0; k < placement.replicaCount(e); k++) {
                int rank = placement.rankOf(placement.slotOf(e, k));
                if (speed[rank] > 0) {
                    flow.connect(e, counts.length + rank, (double) Math.min(replicaLimit, counts[e]), 0);
                }
            }
        }
        for (int r = 0; r < speed.length; r++) {
            double room = Math.floor(speed[r] * level + 1e-9);
            flow.connect(counts.length + r, source + 1, Math.min((double) rankLimit[r], room), 0);
        }
        return Math.round(flow.send(source, source + 1));
    }
}
