// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.topology.Topologies;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalQuotasTest {
    /** Ranks 0 and 1 on one node, 2 and 3 on another; experts 0 and 1 on ranks 0 and 2, experts 2 and 3 on 1 and 3. */
    private static final ExpertPlacement SMALL = ExpertPlacement.of(4, 4, 4, new int[] {0, 1, 2, 3, 0, 1, 2, 3});

    private static ReplicaQuotas replicas(ExpertPlacement placement) {
        return new ReplicaQuotas(placement, PlacementProblem.of(placement, null));
    }

    @Test
    void tokensOfTwoExpertsKeepToTheirNodes() {
        ReplicaQuotas replicas = replicas(SMALL);
        LocalQuotas local = new LocalQuotas(replicas, SMALL, 2);
        int[] counts = new int[16];
        counts[0] = 6; // Rank 0 sends 6 tokens to expert 0,
        counts[13] = 4; // rank 3 sends 4 tokens to expert 1: both would fit on rank 0 or on rank 2.
        long[] quota = new long[8];
        local.choose(counts, new long[] {6, 0, 4, 0}, quota);
        assertArrayEquals(new long[] {6, 0, 0, 4, 0, 0, 0, 0}, quota);
        assertEquals(0, local.tokensOffNode());
        assertEquals(4, local.tokensOffRank());
        local.choose(counts, new long[] {5, 0, 5, 0}, quota);
        assertArrayEquals(new long[] {5, 1, 0, 4, 0, 0, 0, 0}, quota);
        assertEquals(1, local.tokensOffNode());
        assertEquals(0, local.tokensOffNodeUnbalanced());
    }

    /** Random placements with duplicates on a rank, sources, capacities and excluded ranks against the whole network. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void noPlanWithinTheCapacitiesHasLessTraffic(int block) {
        int solved = 0;
        for (int k = 0; k < 100; k++) {
            Case drawn = Case.draw(new Random(block * 1000L + k));
            solved += drawn.check() ? 1 : 0;
        }
        assertTrue(solved > 60, solved + " of 100 solved");
    }

    /** Families of the traffic reports: uniform sources, sources that prefer their node's experts 9:1, skewed sources. */
    @ParameterizedTest
    @ValueSource(strings = {"uniform", "own node", "skewed"})
    void drawnFamiliesReachTheOptimum(String family) {
        ExpertPlacement placement = new LplbPlacement(Topologies.cube(), 8, 16, 2).natural();
        for (int seed = 0; seed < 4; seed++) {
            Random random = new Random(seed);
            int[] counts = new int[8 * 16];
            for (int s = 0; s < 8; s++) {
                for (int e = 0; e < 16; e++) {
                    int source = s;
                    boolean near =
                            Arrays.stream(placement.log2phy()[e]).anyMatch(p -> placement.rankOf(p) / 4 == source / 4);
                    double weight = switch (family) {
                        case "own node" -> near ? 90 : 10;
                        case "skewed" -> 30 * Math.exp(1.2 * random.nextGaussian());
                        default -> 30;
                    };
                    counts[s * 16 + e] = (int) (weight * Math.exp(0.7 * random.nextGaussian()));
                }
            }
            assertTrue(new Case(placement, 4, counts, evenCapacity(placement, counts)).check());
        }
    }

    private static long[] evenCapacity(ExpertPlacement placement, int[] counts) {
        long total = Arrays.stream(counts).asLongStream().sum();
        for (long most = Math.ceilDiv(total, placement.ranks()); ; most++) {
            long[] capacity = new long[placement.ranks()];
            Arrays.fill(capacity, most);
            if (MinCostFlowOracle.solve(placement, 1, counts, capacity).length > 0) {
                return capacity;
            }
        }
    }

    @Test
    void quotasDependOnTheBatchAlone() {
        Random random = new Random(5);
        ExpertPlacement placement = new LplbPlacement(Topologies.cube(), 8, 16, 2).natural();
        LocalQuotas used = new LocalQuotas(replicas(placement), placement, 4);
        for (int batch = 0; batch < 20; batch++) {
            int[] counts = IntStream.generate(() -> random.nextInt(4) == 0 ? random.nextInt(30) : 0)
                    .limit(128)
                    .toArray();
            long[] capacity = evenCapacity(placement, counts);
            long[] again = new long[32];
            long[] fresh = new long[32];
            used.choose(counts, capacity, again);
            new LocalQuotas(replicas(placement), placement, 4).choose(counts, capacity, fresh);
            assertArrayEquals(fresh, again);
        }
    }

    @Test
    void wrongInputIsRefusedBeforeQuotasChange() {
        LocalQuotas local = new LocalQuotas(replicas(SMALL), SMALL, 2);
        long[] quota = new long[8];
        Arrays.fill(quota, 7);
        int[] counts = new int[16];
        counts[0] = 6;
        assertRefused("counts: got length 15, expected 16", () -> local.choose(new int[15], new long[4], quota));
        assertRefused("capacity: got length 5, expected 4", () -> local.choose(counts, new long[5], quota));
        assertRefused("quota: got length 7, expected 8", () -> local.choose(counts, new long[4], new long[7]));
        assertRefused("counts[3]: got -1, expected at least 0 tokens", () -> {
            int[] negative = counts.clone();
            negative[3] = -1;
            local.choose(negative, new long[] {6, 6, 6, 6}, quota);
        });
        assertRefused(
                "capacity: got room for fewer tokens than the ranks of an expert must take, expected room for all",
                () -> local.choose(counts, new long[] {2, 9, 3, 9}, quota));
        assertRefused("ranksPerNode: got 0, expected at least 1", () -> new LocalQuotas(replicas(SMALL), SMALL, 0));
        long[] unchanged = new long[8];
        Arrays.fill(unchanged, 7);
        assertArrayEquals(unchanged, quota);
        local.choose(counts, new long[] {6, 6, 6, 6}, quota);
        assertArrayEquals(new long[] {6, 0, 0, 0, 0, 0, 0, 0}, quota);
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    /** One placement with one batch. */
    private static final class Case {
        private final ExpertPlacement placement;
        private final int ranksPerNode;
        private final int[] counts;
        private final long[] capacity;

        Case(ExpertPlacement placement, int ranksPerNode, int[] counts, long[] capacity) {
            this.placement = placement;
            this.ranksPerNode = ranksPerNode;
            this.counts = counts;
            this.capacity = capacity;
        }

        static Case draw(Random random) {
            int ranks = 2 + random.nextInt(6);
            int experts = 1 + random.nextInt(10);
            int slots = Math.ceilDiv(experts, ranks) + 1 + random.nextInt(2);
            int[] phy2log = new int[ranks * slots];
            for (int p = 0; p < phy2log.length; p++) {
                phy2log[p] = p < experts ? p : random.nextInt(experts);
            }
            for (int p = phy2log.length - 1; p > 0; p--) {
                int q = random.nextInt(p + 1);
                int other = phy2log[q];
                phy2log[q] = phy2log[p];
                phy2log[p] = other;
            }
            ExpertPlacement placement = ExpertPlacement.of(ranks, ranks, experts, phy2log);
            int most = 1 + random.nextInt(20);
            int[] counts = IntStream.generate(() -> random.nextInt(3) == 0 ? 0 : random.nextInt(most))
                    .limit((long) ranks * experts)
                    .toArray();
            long[] capacity = evenCapacity(placement, counts);
            for (int r = 0; r < ranks; r++) {
                capacity[r] += random.nextInt(8) == 0 ? random.nextInt(5) : 0;
            }
            if (random.nextInt(4) == 0) {
                capacity[random.nextInt(ranks)] = 0;
            }
            return new Case(placement, 1 + random.nextInt(ranks), counts, capacity);
        }

        /** Compares with the oracle; false if neither finds a plan. */
        boolean check() {
            ReplicaQuotas replicas = replicas(placement);
            LocalQuotas local = new LocalQuotas(replicas, placement, ranksPerNode);
            long[] quota = new long[replicas.replicas()];
            long[] best = MinCostFlowOracle.solve(placement, ranksPerNode, counts, capacity);
            if (best.length == 0) {
                assertThrows(IllegalArgumentException.class, () -> local.choose(counts, capacity, quota));
                return false;
            }
            local.choose(counts, capacity, quota);
            assertArrayEquals(best, new long[] {local.tokensOffNode(), local.tokensOffRank()});
            assertSums(replicas, quota);
            long[] unbalanced = capacity.clone();
            Arrays.setAll(unbalanced, r -> capacity[r] > 0 ? Integer.MAX_VALUE : 0);
            assertEquals(
                    MinCostFlowOracle.solve(placement, ranksPerNode, counts, unbalanced)[0],
                    local.tokensOffNodeUnbalanced());
            return true;
        }

        private void assertSums(ReplicaQuotas replicas, long[] quota) {
            int experts = placement.experts();
            long[] load = new long[placement.ranks()];
            int[] covered = counts.clone();
            for (int e = 0; e < experts; e++) {
                boolean open = false;
                long sum = 0;
                for (int k = replicas.firstReplica(e); k < replicas.firstReplica(e + 1); k++) {
                    int rank = placement.rankOf(replicas.slot(k));
                    assertTrue(quota[k] >= 0);
                    load[rank] += quota[k];
                    sum += quota[k];
                    open |= capacity[rank] > 0;
                }
                long expected = 0;
                for (int s = 0; s < placement.ranks(); s++) {
                    covered[s * experts + e] = open ? counts[s * experts + e] : 0;
                    expected += covered[s * experts + e];
                }
                assertEquals(expected, sum);
            }
            for (int r = 0; r < load.length; r++) {
                assertTrue(load[r] <= capacity[r]);
            }
            LocalQuotas local = new LocalQuotas(replicas, placement, ranksPerNode);
            local.choose(counts, capacity, new long[quota.length]);
            SourceQuotas sources = new SourceQuotas(replicas, placement, ranksPerNode);
            sources.share(covered, quota, 0, new long[quota.length]);
            assertEquals(local.tokensOffNode(), sources.tokensOffNode());
            assertEquals(local.tokensOffRank(), sources.tokens() - sources.tokensOnOwnRank());
        }
    }
}
