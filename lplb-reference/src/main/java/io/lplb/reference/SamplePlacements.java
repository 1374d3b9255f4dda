// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.Random;

/** Placements and token ids by which pipelines are tested and measured. */
public final class SamplePlacements {
    private SamplePlacements() {}

    /**
     * 8 x 4 ranks, of which each hosts a replica of one expert of its left and one of its upper neighbour.
     *
     * @param expertsPerRank at least 2
     * @return the placement
     */
    public static ExpertPlacement torus(int expertsPerRank) {
        int slots = expertsPerRank + 2;
        int[] phy2log = new int[32 * slots];
        int[][] log2phy = new int[32 * expertsPerRank][];
        for (int r = 0; r < 32; r++) {
            for (int k = 0; k < expertsPerRank; k++) {
                phy2log[r * slots + k] = r * expertsPerRank + k;
            }
            int right = r / 8 * 8 + (r + 1) % 8;
            int below = (r + 8) % 32;
            phy2log[right * slots + expertsPerRank] = r * expertsPerRank;
            phy2log[below * slots + expertsPerRank + 1] = r * expertsPerRank + 1;
            for (int k = 2; k < expertsPerRank; k++) {
                log2phy[r * expertsPerRank + k] = new int[] {r * slots + k};
            }
            log2phy[r * expertsPerRank] = new int[] {r * slots, right * slots + expertsPerRank};
            log2phy[r * expertsPerRank + 1] = new int[] {r * slots + 1, below * slots + expertsPerRank + 1};
        }
        return ExpertPlacement.of(32, 32, phy2log, log2phy);
    }

    /**
     * Random slots in every group of ranks; experts may have many replicas, some on the same rank.
     *
     * @param ranks number of ranks
     * @param groupSize ranks per group
     * @param expertsPerGroup at most {@code groupSize * slotsPerRank}
     * @param slotsPerRank physical experts per rank
     * @param seed of the draw
     * @return the placement
     */
    public static ExpertPlacement random(int ranks, int groupSize, int expertsPerGroup, int slotsPerRank, long seed) {
        Random random = new Random(seed);
        int groups = ranks / groupSize;
        int slots = groupSize * slotsPerRank;
        int[] phy2log = new int[ranks * slotsPerRank];
        for (int g = 0; g < groups; g++) {
            int[] group = new int[slots];
            for (int k = 0; k < slots; k++) {
                int any = (int) (expertsPerGroup * Math.pow(random.nextDouble(), 3));
                group[k] = g * expertsPerGroup + (k < expertsPerGroup ? k : any);
            }
            for (int k = slots - 1; k > 0; k--) {
                int other = random.nextInt(k + 1);
                int swap = group[k];
                group[k] = group[other];
                group[other] = swap;
            }
            System.arraycopy(group, 0, phy2log, g * slots, slots);
        }
        return ExpertPlacement.of(ranks, groupSize, groups * expertsPerGroup, phy2log);
    }

    /**
     * Every expert of a rank is on the next rank, too, so that an item is all experts of a rank.
     *
     * @param ranks number of ranks, at least 2
     * @param expertsPerRank experts per rank
     * @return the placement
     */
    public static ExpertPlacement mirrored(int ranks, int expertsPerRank) {
        int slots = 2 * expertsPerRank;
        int[] phy2log = new int[ranks * slots];
        int[][] log2phy = new int[ranks * expertsPerRank][];
        for (int r = 0; r < ranks; r++) {
            for (int k = 0; k < expertsPerRank; k++) {
                int e = r * expertsPerRank + k;
                int next = (r + 1) % ranks * slots + expertsPerRank + k;
                phy2log[r * slots + k] = e;
                phy2log[next] = e;
                log2phy[e] = new int[] {r * slots + k, next};
            }
        }
        return ExpertPlacement.of(ranks, ranks, phy2log, log2phy);
    }

    /**
     * Draws ids with a skew: a few experts get most of the tokens, some none; one in fifty is -1.
     *
     * @param tokens number of ids
     * @param experts number of experts
     * @param skew 1 draws evenly
     * @param seed of the draw
     * @return the ids
     */
    public static int[] ids(int tokens, int experts, double skew, long seed) {
        Random random = new Random(seed);
        int[] order = new int[experts];
        Arrays.setAll(order, e -> e);
        for (int k = experts - 1; k > 0; k--) {
            int other = random.nextInt(k + 1);
            int swap = order[k];
            order[k] = order[other];
            order[other] = swap;
        }
        int[] ids = new int[tokens];
        for (int k = 0; k < tokens; k++) {
            ids[k] = random.nextInt(50) == 0 ? -1 : order[(int) (experts * Math.pow(random.nextDouble(), skew))];
        }
        return ids;
    }
}
