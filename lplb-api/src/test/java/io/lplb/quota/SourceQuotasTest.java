// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SourceQuotasTest {
    /** Rank 0 and 1 on one node, 2 and 3 on another; expert 0 on ranks 0 and 3, the others once. */
    private static final ExpertPlacement SMALL = ExpertPlacement.of(
            4, 4, new int[] {0, 1, 2, 3, 4, 5, 6, 0}, new int[][] {{0, 7}, {1}, {2}, {3}, {4}, {5}, {6}});

    private static ReplicaQuotas replicas(ExpertPlacement placement) {
        return new ReplicaQuotas(placement, PlacementProblem.of(placement, null));
    }

    @Test
    void tokensStayOnTheirRankThenOnTheirNode() {
        ReplicaQuotas replicas = replicas(SMALL);
        SourceQuotas sources = new SourceQuotas(replicas, SMALL, 2);
        int[] counts = new int[4 * 7];
        counts[0] = 4; // Rank 0.
        counts[7] = 3; // Rank 1.
        counts[21] = 6; // Rank 3.
        long[] quota = new long[8];
        quota[0] = 6;
        quota[1] = 7;
        long[][] rows = new long[4][8];
        for (int s = 0; s < 4; s++) {
            sources.share(counts, quota, s, rows[s]);
        }
        assertArrayEquals(new long[] {4, 0}, java.util.Arrays.copyOf(rows[0], 2));
        assertArrayEquals(new long[] {2, 1}, java.util.Arrays.copyOf(rows[1], 2));
        assertArrayEquals(new long[] {0, 0}, java.util.Arrays.copyOf(rows[2], 2));
        assertArrayEquals(new long[] {0, 6}, java.util.Arrays.copyOf(rows[3], 2));
        assertEquals(13, sources.tokens());
        assertEquals(10, sources.tokensOnOwnRank());
        assertEquals(12, sources.tokensOnOwnNode());
        assertEquals(1, sources.tokensOffNode());
        assertEquals((6.0 * 6 + 7.0 * 7) / 13, sources.tokensOffNodeIfSpread(), 1e-12);
    }

    /** Ranks 0 and 1 as one process, 2 and 3 as another: what stays on the source is what stayed on the node. */
    @Test
    void aSourceMayStandForSeveralRanks() {
        SourceQuotas sources = new SourceQuotas(replicas(SMALL), SMALL, 1, 2);
        int[] counts = new int[2 * 7];
        counts[0] = 7;
        counts[7] = 6;
        long[] quota = new long[8];
        quota[0] = 6;
        quota[1] = 7;
        long[] row = new long[8];
        sources.share(counts, quota, 0, row);
        assertArrayEquals(new long[] {6, 1, 0, 0, 0, 0, 0, 0}, row);
        sources.share(counts, quota, 1, row);
        assertArrayEquals(new long[] {0, 6, 0, 0, 0, 0, 0, 0}, row);
        assertEquals(12, sources.tokensOnOwnRank());
        assertEquals(12, sources.tokensOnOwnNode());
        assertThrows(IllegalArgumentException.class, () -> new SourceQuotas(replicas(SMALL), SMALL, 1, 3));
        assertThrows(IllegalArgumentException.class, () -> new SourceQuotas(replicas(SMALL), SMALL, 1, 0));
    }

    @Test
    void anotherNumberOfRanksPerNodeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new SourceQuotas(replicas(SMALL), SMALL, 0));
    }

    /** Random placements, counts and quotas: row and column sums are exact and no division keeps more tokens near. */
    @RepeatedTest(value = 300, name = "seed {currentRepetition}")
    void sumsAreExactAndNoDivisionKeepsMoreNear(RepetitionInfo seed) {
        Random random = new Random(seed.getCurrentRepetition());
        int ranks = 2 + random.nextInt(3);
        int experts = 1 + random.nextInt(2);
        int slots = Math.ceilDiv(experts, ranks) + 1 + random.nextInt(2);
        int[] phy2log = new int[ranks * slots];
        for (int p = 0; p < phy2log.length; p++) {
            phy2log[p] = p < experts ? p : random.nextInt(experts);
        }
        ExpertPlacement placement = ExpertPlacement.of(ranks, ranks, experts, phy2log);
        ReplicaQuotas replicas = replicas(placement);
        int ranksPerNode = 1 + random.nextInt(ranks);
        SourceQuotas sources = new SourceQuotas(replicas, placement, ranksPerNode);
        int[] counts = new int[ranks * experts];
        long[] quota = new long[replicas.replicas()];
        for (int e = 0; e < experts; e++) {
            int tokens = random.nextInt(8);
            int first = replicas.firstReplica(e);
            for (int t = 0; t < tokens; t++) {
                counts[random.nextInt(ranks) * experts + e]++;
                quota[first + random.nextInt(replicas.firstReplica(e + 1) - first)]++;
            }
        }
        long[] taken = new long[quota.length];
        long onRank = 0;
        long onNode = 0;
        for (int s = 0; s < ranks; s++) {
            long[] row = new long[quota.length];
            sources.share(counts, quota, s, row);
            for (int e = 0; e < experts; e++) {
                long sum = 0;
                for (int k = replicas.firstReplica(e); k < replicas.firstReplica(e + 1); k++) {
                    int rank = placement.rankOf(replicas.slot(k));
                    assertTrue(row[k] >= 0);
                    sum += row[k];
                    taken[k] += row[k];
                    onRank += rank == s ? row[k] : 0;
                    onNode += rank / ranksPerNode == s / ranksPerNode ? row[k] : 0;
                }
                assertEquals(counts[s * experts + e], sum);
            }
        }
        assertArrayEquals(quota, taken);
        assertEquals(onRank, sources.tokensOnOwnRank());
        assertEquals(onNode, sources.tokensOnOwnNode());
        long bestRank = 0;
        long bestNode = 0;
        for (int e = 0; e < experts; e++) {
            Enumeration all = new Enumeration(placement, replicas, e, counts, ranksPerNode);
            all.place(0, quota.clone(), 0, 0);
            bestRank += all.mostOnRank;
            bestNode += all.mostOnNode;
        }
        assertEquals(bestRank, onRank);
        assertEquals(bestNode, onNode);
    }

    /** Tries every way to send every token of one expert to a replica with room. */
    private static final class Enumeration {
        private final ExpertPlacement placement;
        private final ReplicaQuotas replicas;
        private final int expert;
        private final int[] sourceOf;
        private final int ranksPerNode;
        private long mostOnRank;
        private long mostOnNode;

        Enumeration(ExpertPlacement placement, ReplicaQuotas replicas, int expert, int[] counts, int ranksPerNode) {
            this.placement = placement;
            this.replicas = replicas;
            this.expert = expert;
            this.ranksPerNode = ranksPerNode;
            sourceOf = java.util.stream.IntStream.range(0, placement.ranks())
                    .flatMap(s -> java.util.stream.IntStream.generate(() -> s)
                            .limit(counts[s * placement.experts() + expert]))
                    .toArray();
        }

        void place(int token, long[] room, long onRank, long onNode) {
            if (token == sourceOf.length) {
                mostOnRank = Math.max(mostOnRank, onRank);
                mostOnNode = Math.max(mostOnNode, onNode);
                return;
            }
            int s = sourceOf[token];
            for (int k = replicas.firstReplica(expert); k < replicas.firstReplica(expert + 1); k++) {
                if (room[k] > 0) {
                    int rank = placement.rankOf(replicas.slot(k));
                    room[k]--;
                    place(
                            token + 1,
                            room,
                            onRank + (rank == s ? 1 : 0),
                            onNode + (rank / ranksPerNode == s / ranksPerNode ? 1 : 0));
                    room[k]++;
                }
            }
        }
    }
}
