// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EplbTest {
    /** The example of EPLB's README: two layers of 12 experts in 4 groups, 16 replicas, 2 nodes with 4 GPUs each. */
    private static final double[][] EXAMPLE = {
        {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86}, {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27}
    };

    @Test
    void exampleOfEplb() {
        EplbPlacement placement = Eplb.place(EXAMPLE, 16, 4, 2, 8);
        assertArrayEquals(
                new int[][] {
                    {5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1},
                    {7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1}
                },
                placement.phy2log());
        assertArrayEquals(
                new int[][] {{1, 2, 1, 1, 2, 2, 1, 1, 1, 1, 2, 1}, {1, 2, 1, 1, 1, 2, 2, 1, 2, 1, 1, 1}},
                placement.counts());
        assertArrayEquals(new int[] {12, -1}, placement.log2phy()[0][0]);
        assertArrayEquals(new int[] {15, 13}, placement.log2phy()[0][1]);
        assertArrayEquals(new int[] {6, 3}, placement.log2phy()[1][8]);
        assertEquals(
                "EplbPlacement[layers=2, each ExpertPlacement[ranks=8, groupSize=8, experts=12, slots=16]]",
                placement.toString());
    }

    /**
     * By hand: the third and fourth replica go to expert 0 (6, then 3 as expert 1 and lower), the five then weigh 2, 3,
     * 1, 2, 2. One GPU a replica: replica p on GPU p. One node, since the one group is no multiple of two nodes.
     */
    @Test
    void replicationByHand() {
        ExpertPlacement placement =
                Eplb.place(new double[][] {{6, 3, 1}}, 5, 1, 2, 5).layers().get(0);
        assertArrayEquals(new int[] {0, 1, 2, 0, 0}, placement.phy2log());
        assertArrayEquals(new int[][] {{0, 3, 4}, {1}, {2}}, placement.log2phy());
        assertEquals(5, placement.groupSize());
    }

    /** By hand, six items into three packs: 4 | 0 | 2, then 5 beside 2 (4 + 3), 3 beside 0 (5 + 2), 1 beside 4. */
    @Test
    void packingByHand() {
        double[] weight = {5, 1, 4, 2, 6, 3};
        assertArrayEquals(new int[] {2, 1, 4, 3, 0, 5}, BalancedPacking.places(new float[] {5, 1, 4, 2, 6, 3}, 3));
        ExpertPlacement placement =
                Eplb.place(new double[][] {weight}, 6, 1, 1, 3).layers().get(0);
        assertArrayEquals(new int[] {4, 1, 0, 3, 2, 5}, placement.phy2log());
    }

    @Test
    void ofEqualItemsTheLowestGoesFirst() {
        assertArrayEquals(new int[] {0, 2, 1, 3}, BalancedPacking.places(new float[] {1, 1, 1, 1}, 2));
        assertArrayEquals(new int[] {0, 1, 2, 3}, BalancedPacking.places(new float[] {1, 9, 3, 5}, 4));
        int[] counts = Eplb.place(new double[1][4], 6, 1, 1, 2).counts()[0];
        assertArrayEquals(new int[] {3, 1, 1, 1}, counts, "all weights zero: nothing is heavier than expert 0");
    }

    /**
     * By hand: 2^24 + 1 is 2^24 in float, so the packs of the two large items stay equal, and the lower one is filled
     * first. In double the small items alternate.
     */
    @Test
    void packsAreWeighedInFloat() {
        float big = 1 << 24;
        assertArrayEquals(new int[] {0, 3, 1, 2, 4, 5}, BalancedPacking.places(new float[] {big, big, 1, 1, 1, 1}, 2));
        double[][] weight = {{big, big, 1, 1, 0.5, 0.25}};
        assertArrayEquals(
                new int[] {0, 2, 3, 1, 4, 5}, Eplb.place(weight, 6, 1, 1, 2).phy2log()[0]);
    }

    /** Weights that differ in double but not in float are ties: the lower expert gets the replica. */
    @Test
    void equalFloatsAreTies() {
        double[][] weight = {{16_777_216, 16_777_217}};
        assertArrayEquals(new int[] {2, 1}, Eplb.place(weight, 3, 1, 1, 1).counts()[0]);
    }

    /** As the original's rules say, step by step in float, with stable sorts of at most 16 distinct weights. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void floatRulesStepByStep(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            int gpus = 2 + random.nextInt(3);
            int experts = gpus * (2 + random.nextInt(2));
            double[] weight = new double[experts];
            double unit = 1 + random.nextInt(1 << 24);
            Arrays.setAll(weight, e -> unit * (1 + random.nextInt(6)) + random.nextInt(3));
            int[] expected = FloatRules.phy2log(weight, experts, gpus);
            assertArrayEquals(
                    expected,
                    Eplb.place(new double[][] {weight}, experts, 1, 1, gpus).phy2log()[0]);
        }
    }

    /** Packing as a list of items by falling weight and a scan for the lightest pack, in float throughout. */
    private static final class FloatRules {
        static int[] phy2log(double[] weight, int experts, int gpus) {
            Integer[] order = new Integer[experts];
            Arrays.setAll(order, e -> e);
            Arrays.sort(order, (a, b) -> Float.compare((float) weight[b], (float) weight[a]));
            int room = experts / gpus;
            float[] total = new float[gpus];
            int[][] pack = new int[gpus][0];
            for (int item : order) {
                int lightest = -1;
                for (int g = gpus - 1; g >= 0; g--) {
                    if (pack[g].length < room && (lightest < 0 || total[g] <= total[lightest])) {
                        lightest = g;
                    }
                }
                pack[lightest] = Arrays.copyOf(pack[lightest], pack[lightest].length + 1);
                pack[lightest][pack[lightest].length - 1] = item;
                total[lightest] = total[lightest] + (float) weight[item];
            }
            return Arrays.stream(pack).flatMapToInt(Arrays::stream).toArray();
        }
    }

    /** Two replicas of one expert may share a GPU, as in the original. */
    @Test
    void replicasMayMeetOnAGpu() {
        ExpertPlacement placement =
                Eplb.place(new double[][] {{8, 2}}, 4, 1, 1, 1).layers().get(0);
        assertArrayEquals(new int[] {3, 1}, placement.counts());
        assertEquals(placement.rankOf(placement.slotOf(0, 0)), placement.rankOf(placement.slotOf(0, 1)));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void randomLayersKeepTheRules(long seed) {
        Random random = new Random(seed);
        int nodes = 1 << random.nextInt(3);
        int groups = nodes * (1 + random.nextInt(3));
        int gpus = nodes * (1 + random.nextInt(4));
        int experts = groups * gpus;
        int replicas = experts + gpus * random.nextInt(5);
        double[][] weight = new double[3][experts];
        for (double[] layer : weight) {
            Arrays.setAll(layer, e -> random.nextInt(1000));
        }
        EplbPlacement placement = Eplb.place(weight, replicas, groups, nodes, gpus);
        for (int layer = 0; layer < 3; layer++) {
            ExpertPlacement one = placement.layers().get(layer);
            assertEquals(replicas, one.physicalExperts());
            assertEquals(replicas, Arrays.stream(one.counts()).sum());
            requireGroupsInNodes(one, experts / groups, gpus / nodes);
            requireHeavyFirst(weight[layer], one, gpus / nodes);
        }
    }

    /** All replicas of all experts of a group live on one node. */
    private static void requireGroupsInNodes(ExpertPlacement placement, int expertsPerGroup, int gpusPerNode) {
        for (int e = 0; e < placement.experts(); e++) {
            int first = e / expertsPerGroup * expertsPerGroup;
            int node = placement.rankOf(placement.slotOf(first, 0)) / gpusPerNode;
            for (int k = 0; k < placement.replicaCount(e); k++) {
                assertEquals(node, placement.rankOf(placement.slotOf(e, k)) / gpusPerNode, "expert " + e);
            }
        }
    }

    /** Had an expert's last replica gone to another expert of the node, that one would not have been heavier. */
    private static void requireHeavyFirst(double[] weight, ExpertPlacement placement, int gpusPerNode) {
        for (int a = 0; a < weight.length; a++) {
            for (int b = 0; b < weight.length; b++) {
                boolean oneNode = placement.rankOf(placement.slotOf(a, 0)) / gpusPerNode
                        == placement.rankOf(placement.slotOf(b, 0)) / gpusPerNode;
                int replicas = placement.replicaCount(a);
                if (oneNode && replicas > 1) {
                    assertTrue(weight[a] / (replicas - 1) >= weight[b] / placement.replicaCount(b));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "12 | 4 | 2 | 8 | replicas: got 12, expected a multiple of the 8 gpus, at least the 12 experts",
                "8 | 4 | 2 | 8 | replicas: got 8, expected a multiple of the 8 gpus, at least the 12 experts",
                "16 | 0 | 2 | 8 | groups: got 0, expected at least 1",
                "16 | 5 | 2 | 8 | groups: got 5, expected a divisor of the 12 experts",
                "16 | 4 | 0 | 8 | nodes: got 0, expected at least 1",
                "16 | 4 | 2 | 0 | gpus: got 0, expected at least 1",
                "20 | 4 | 2 | 5 | gpus: got 5, expected a multiple of the 2 nodes"
            })
    void sizesRefused(int replicas, int groups, int nodes, int gpus, String message) {
        assertMessage(message, () -> Eplb.place(EXAMPLE, replicas, groups, nodes, gpus));
    }

    @Test
    void weightsRefused() {
        assertMessage("weight: got no layer, expected at least one", () -> Eplb.place(new double[0][], 2, 1, 1, 1));
        assertMessage("experts: got 0, expected at least 1", () -> Eplb.place(new double[1][0], 2, 1, 1, 1));
        assertMessage(
                "weight[1]: got 1 weights, expected 2, one for each expert",
                () -> Eplb.place(new double[][] {{1, 2}, {1}}, 2, 1, 1, 1));
        assertMessage(
                "weight[0][1]: got NaN, expected a finite number, at least 0",
                () -> Eplb.place(new double[][] {{1, Double.NaN}}, 2, 1, 1, 1));
        assertMessage(
                "weight[1][0]: got -1.0, expected a finite number, at least 0",
                () -> Eplb.place(new double[][] {{1, 2}, {-1, 2}}, 2, 1, 1, 1));
        assertMessage(
                "weight[0][0]: got Infinity, expected a finite number, at least 0",
                () -> Eplb.place(new double[][] {{Double.POSITIVE_INFINITY}}, 1, 1, 1, 1));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
