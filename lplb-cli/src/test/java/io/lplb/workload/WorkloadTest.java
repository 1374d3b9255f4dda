// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WorkloadTest {
    private static final int EXPERTS = 64;
    private static final int RANKS = 8;
    private static final long SEED = 20260101;

    private static Workload workload(WorkloadKind kind) {
        return new Workload(kind, EXPERTS, RANKS, SEED);
    }

    private static double max(double[] w) {
        return Arrays.stream(w).max().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void weightsArePositiveAndSumToOne(WorkloadKind kind) {
        for (long batch = -3; batch < 20; batch++) {
            double[] w = workload(kind).weights(batch);
            assertEquals(1, Arrays.stream(w).sum(), 1e-12, kind + " batch " + batch);
            assertTrue(Arrays.stream(w).allMatch(v -> v >= 0), kind + " batch " + batch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBatchIsTheSameInAnyOrderAndAnotherSeedGivesAnother(WorkloadKind kind) {
        Workload forward = workload(kind);
        Workload backward = workload(kind);
        double[][] seen = new double[6][];
        for (int b = 0; b < seen.length; b++) {
            seen[b] = forward.weights(b);
        }
        for (int b = seen.length - 1; b >= 0; b--) {
            assertArrayEquals(seen[b], backward.weights(b), kind + " batch " + b);
        }
        if (kind.id().startsWith("W")) {
            return; // Their expected shares are fixed; WorkloadTraceTest compares their tokens.
        }
        assertFalse(Arrays.equals(seen[0], seen[1]), kind.id());
        assertFalse(Arrays.equals(seen[0], new Workload(kind, EXPERTS, RANKS, SEED + 1).weights(0)), kind.id());
    }

    @ParameterizedTest
    @EnumSource
    void countsSumToTheTotalAndFollowTheWeights(WorkloadKind kind) {
        Workload workload = workload(kind);
        int[] counts = new int[EXPERTS];
        for (int total : new int[] {0, 1, 63, 6151, 1 << 20, Integer.MAX_VALUE}) {
            workload.counts(5, total, counts);
            double[] w = workload.weights(5);
            long sum = 0;
            for (int e = 0; e < EXPERTS; e++) {
                sum += counts[e];
                assertTrue(Math.abs(counts[e] - w[e] * total) < 1, kind + " total " + total + " expert " + e);
            }
            assertEquals(total, sum, kind + " total " + total);
        }
    }

    @ParameterizedTest
    @EnumSource
    void idsAreExpertsAndDistinctWithinAToken(WorkloadKind kind) {
        int topK = 6;
        int[] ids = new int[200 * topK];
        workload(kind).ids(3, topK, ids);
        for (int at = 0; at < ids.length; at += topK) {
            int[] token = Arrays.copyOfRange(ids, at, at + topK);
            assertTrue(Arrays.stream(token).allMatch(id -> id >= 0 && id < EXPERTS), Arrays.toString(token));
            assertEquals(topK, Arrays.stream(token).distinct().count(), Arrays.toString(token));
        }
    }

    @Test
    void idsAreDrawnByWeight() {
        Workload workload = workload(WorkloadKind.LOGNORMAL);
        int[] ids = new int[200_000];
        workload.ids(0, 1, ids);
        double[] seen = new double[EXPERTS];
        for (int id : ids) {
            seen[id] += 1.0 / ids.length;
        }
        double[] w = workload.weights(0);
        for (int e = 0; e < EXPERTS; e++) {
            double deviation = Math.sqrt(w[e] / ids.length);
            assertEquals(w[e], seen[e], 5 * deviation, "expert " + e + ", seed " + SEED);
        }
    }

    @ParameterizedTest
    @CsvSource({"LOGNORMAL", "ZIPF"})
    void skewedKindsHaveTheRatioOfMaximumToMean(WorkloadKind kind) {
        for (int batch = 0; batch < 10; batch++) {
            assertEquals(
                    WorkloadKind.MAX_OVER_MEAN, max(workload(kind).weights(batch)) * EXPERTS, 1e-6, "batch " + batch);
        }
    }

    @ParameterizedTest
    @CsvSource({"lognormal:1.5", "lognormal:8", "lognormal:40", "zipf:1.5", "zipf:8", "zipf:40"})
    void theRatioOfMaximumToMeanIsTheNames(String name) {
        double ratio = Double.parseDouble(name.substring(name.indexOf(':') + 1));
        int total = 1 << 20;
        int[] counts = new int[EXPERTS];
        for (long seed = SEED; seed < SEED + 5; seed++) {
            Workload workload = Workload.named(name, EXPERTS, RANKS, seed);
            for (int batch = -2; batch < 8; batch++) {
                String where = name + ", seed " + seed + ", batch " + batch;
                assertEquals(ratio, max(workload.weights(batch)) * EXPERTS, 1e-6 * ratio, where);
                workload.counts(batch, total, counts);
                assertEquals(total, Arrays.stream(counts).sum(), where);
                assertEquals(
                        ratio, max(Arrays.stream(counts).asDoubleStream().toArray()) * EXPERTS / total, 1e-4, where);
            }
        }
    }

    /** The mean over experts and batches is what every kind is measured against: one expert's share of a batch. */
    @ParameterizedTest
    @EnumSource
    void theMaximumOfAKindStaysInItsRange(WorkloadKind kind) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int batch = 0; batch < 64; batch++) {
            double ratio = max(workload(kind).weights(batch)) * EXPERTS;
            least = Math.min(least, ratio);
            most = Math.max(most, ratio);
        }
        double[] range = switch (kind) {
            case NORMAL -> new double[] {1.4, 2.3};
            case LOGNORMAL, ZIPF -> new double[] {4 - 1e-6, 4 + 1e-6};
            case LAYER -> new double[] {2.5, 8};
            case CONCENTRATED_30 -> new double[] {0.30 * 16 - 1e-9, 0.30 * 16 + 1e-9};
            case CONCENTRATED_50 -> new double[] {0.50 * 16 - 1e-9, 0.50 * 16 + 1e-9};
            case CONCENTRATED_80 -> new double[] {0.80 * 16 - 1e-9, 0.80 * 16 + 1e-9};
            case CONCENTRATED_95 -> new double[] {0.95 * 16 - 1e-9, 0.95 * 16 + 1e-9};
            case HOT_RANK, ROTATING -> new double[] {2.4, 5.5};
            case BURST -> new double[] {1.4, 0.4 * 64 + 1e-9};
            case EMPTY -> new double[] {2.5, 4.6};
            case W0, W4 -> new double[] {1 - 1e-9, 1 + 1e-9};
            case W1, W2, W3, W6 -> new double[] {3.25 - 1e-9, 3.25 + 1e-9};
            case W5 -> new double[] {2 - 1e-9, 2 + 1e-9};
            case W7 -> new double[] {1 - 1e-9, 2.5 + 1e-9};
        };
        assertTrue(least >= range[0] && most <= range[1], kind + ": " + least + ".." + most);
    }

    @Test
    void namesOfWorkloadsAreChecked() {
        assertEquals(
                "workload: got burst:3, expected a ratio of max to mean for lognormal, zipf and layer only",
                messageOf("burst:3"));
        for (String wrong : new String[] {"zipf:", "zipf:x", "zipf:1", "zipf:NaN", "zipf:Infinity"}) {
            assertEquals(
                    "workload: got " + wrong + ", expected a number above 1 after the colon, the ratio of max to mean",
                    messageOf(wrong));
        }
        assertEquals("workload zipf:64: got a ratio of 64.0, expected less than the 64 experts", messageOf("zipf:64"));
        assertEquals(
                WorkloadKind.LAYER,
                Workload.named("layer:3", EXPERTS, RANKS, SEED).kind());
        Workload.requireName("zipf:64");
        assertThrows(IllegalArgumentException.class, () -> Workload.requireName("zipf:0.5"));
        assertThrows(IllegalArgumentException.class, () -> Workload.requireName("gauss"));
    }

    private static String messageOf(String name) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> Workload.named(name, EXPERTS, RANKS, SEED))
                        .getMessage());
    }

    @Test
    void normalHasTheMomentsOfTheNormal() {
        Workload workload = workload(WorkloadKind.NORMAL);
        double[] all = new double[400 * EXPERTS];
        for (int b = 0; b < 400; b++) {
            System.arraycopy(workload.weights(b), 0, all, b * EXPERTS, EXPERTS);
        }
        double variance =
                DoubleStream.of(all).map(w -> w * EXPERTS - 1).map(v -> v * v).sum() / all.length;
        assertEquals(WorkloadKind.FLUCTUATION, Math.sqrt(variance), 0.01);
    }

    @ParameterizedTest
    @CsvSource({"concentrated30,0.30", "concentrated50,0.50", "concentrated80,0.80", "concentrated95,0.95"})
    void concentratedKindsPutTheirShareInFourExperts(String name, double share) {
        double[] w = workload(WorkloadKind.named(name)).weights(7);
        Arrays.sort(w);
        double top = Arrays.stream(w, EXPERTS - 4, EXPERTS).sum();
        assertEquals(share, top, 1e-12);
    }

    private static double rankShare(double[] w, int rank) {
        int perRank = EXPERTS / RANKS;
        return Arrays.stream(w, rank * perRank, (rank + 1) * perRank).sum();
    }

    private static int busiestRank(double[] w) {
        int best = 0;
        for (int r = 1; r < RANKS; r++) {
            best = rankShare(w, r) > rankShare(w, best) ? r : best;
        }
        return best;
    }

    @Test
    void theHotRankStaysAndTheRotatingOneMovesOn() {
        Workload hot = workload(WorkloadKind.HOT_RANK);
        Workload rotating = workload(WorkloadKind.ROTATING);
        int stays = busiestRank(hot.weights(0));
        for (int b = 0; b < 2 * RANKS; b++) {
            assertEquals(stays, busiestRank(hot.weights(b)), "batch " + b);
            assertEquals(0.3, rankShare(hot.weights(b), stays), 0.08, "batch " + b);
            assertEquals(b % RANKS, busiestRank(rotating.weights(b)), "batch " + b);
        }
    }

    @Test
    void everyEighthBatchBursts() {
        Workload workload = workload(WorkloadKind.BURST);
        for (int b = -8; b < 16; b++) {
            double top = max(workload.weights(b));
            if (b % 8 == 0) {
                assertEquals(0.4, top, 1e-12, "batch " + b);
            } else {
                assertTrue(top < 0.05, "batch " + b + ": " + top);
            }
        }
    }

    @Test
    void halfOfTheExpertsAreEmptyAndNotTheSameHalf() {
        double[] one = workload(WorkloadKind.EMPTY).weights(1);
        double[] other = workload(WorkloadKind.EMPTY).weights(2);
        assertTrue(Arrays.stream(one).filter(v -> v == 0).count() >= EXPERTS / 2);
        assertTrue(Arrays.stream(one).filter(v -> v > 0).count() > EXPERTS / 4);
        assertFalse(Arrays.equals(emptyOf(one), emptyOf(other)));
    }

    private static int[] emptyOf(double[] w) {
        return IntStream.range(0, w.length).filter(e -> w[e] == 0).toArray();
    }

    @Test
    void theLayersPopularityLasts() {
        Workload workload = workload(WorkloadKind.LAYER);
        double[] early = average(workload, -200, 0);
        double[] late = average(workload, 0, 200);
        assertTrue(max(late) * EXPERTS > 3, "max/mean " + max(late) * EXPERTS);
        for (int e = 0; e < EXPERTS; e++) {
            assertEquals(1, late[e] / early[e], 0.2, "expert " + e);
        }
    }

    private static double[] average(Workload workload, int from, int to) {
        double[] sum = new double[EXPERTS];
        for (int b = from; b < to; b++) {
            double[] w = workload.weights(b);
            for (int e = 0; e < EXPERTS; e++) {
                sum[e] += w[e] / (to - from);
            }
        }
        return sum;
    }

    @Test
    void namesAreFoundAndOthersAnsweredWithTheList() {
        for (WorkloadKind kind : WorkloadKind.values()) {
            assertEquals(kind, WorkloadKind.named(kind.id()));
        }
        var e = assertThrows(IllegalArgumentException.class, () -> WorkloadKind.named("gauss"));
        assertEquals(
                "workload: got gauss, expected one of normal, lognormal, zipf, layer, concentrated30, concentrated50, "
                        + "concentrated80, concentrated95, hot-rank, rotating, burst, empty,"
                        + " W0, W1, W2, W3, W4, W5, W6, W7",
                e.getMessage());
    }

    @Test
    void wrongSizesAreNamed() {
        Workload workload = workload(WorkloadKind.NORMAL);
        assertMessage(
                "experts: got 63 on 8 ranks, expected a positive multiple of the ranks",
                () -> new Workload(WorkloadKind.NORMAL, 63, 8, SEED));
        assertMessage("counts: got length 3, expected 64", () -> workload.counts(0, 5, new int[3]));
        assertMessage("total: got -1, expected at least 0", () -> workload.counts(0, -1, new int[EXPERTS]));
        assertMessage("topK: got 65, expected 1..64", () -> workload.ids(0, 65, new int[65]));
        assertMessage("ids: got length 7, expected a multiple of topK = 2", () -> workload.ids(0, 2, new int[7]));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
