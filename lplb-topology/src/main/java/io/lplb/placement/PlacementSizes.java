// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The sizes that a {@link PlacementPlanner} works with, checked by {@link PlacementPlannerBuilder}.
 *
 * @param experts number of logical experts
 * @param ranks number of ranks
 * @param slotsPerRank physical slots on each rank
 * @param copies slots that may hold an expert, at most {@code ranks * slotsPerRank}
 * @param groups number of groups of consecutive experts; a multiple of the nodes and above 1 if experts are confined to
 *     the nodes of their groups
 * @param nodes number of nodes of consecutive ranks
 * @param leastCopies the least number of ranks of an expert
 * @param speed {@code [ranks]}
 */
@SuppressWarnings("ArrayRecordComponent") // Stays inside the package, and is never compared.
record PlacementSizes(
        int experts, int ranks, int slotsPerRank, int copies, int groups, int nodes, int leastCopies, double[] speed) {

    int ranksPerNode() {
        return ranks / nodes;
    }

    /** Returns the number of ranks that copies of one expert can lie on. */
    int ranksPerDomain() {
        return isConfined() ? ranksPerNode() : ranks;
    }

    /** Whether all copies of an expert stay on the node that its group is packed to. */
    boolean isConfined() {
        return isConfined(groups, nodes);
    }

    static boolean isConfined(int groups, int nodes) {
        return groups > 1 && nodes > 1 && groups % nodes == 0;
    }

    /** Returns checked loads in units of the largest, all 1 if there is none. */
    double[] loads(String what, double[] history) {
        Objects.requireNonNull(history, what);
        Sizes.requireWeights(what, history, experts);
        double[] load = Sizes.scaled(history);
        if (Arrays.stream(load).sum() == 0) {
            Arrays.fill(load, 1);
        }
        return load;
    }

    void requireSameSizes(ExpertPlacement placement) {
        Objects.requireNonNull(placement, "placement");
        if (placement.experts() != experts || placement.ranks() != ranks || placement.slotsPerRank() != slotsPerRank) {
            throw new IllegalArgumentException("placement: got " + placement.experts() + " experts, "
                    + placement.ranks() + " ranks, " + placement.slotsPerRank() + " slots per rank, expected " + experts
                    + ", " + ranks + ", " + slotsPerRank);
        }
    }

    /** Numbers the slots: on each rank the experts in rising order, then the empty slots. */
    ExpertPlacement placement(List<List<Integer>> byRank, int[] originalRank) {
        int[] phy2log = new int[ranks * slotsPerRank];
        Arrays.fill(phy2log, ExpertPlacement.EMPTY);
        int[] original = new int[experts];
        for (int r = 0; r < ranks; r++) {
            int slot = r * slotsPerRank;
            for (int e : byRank.get(r).stream().sorted().toList()) {
                if (originalRank[e] == r) {
                    original[e] = slot;
                }
                phy2log[slot++] = e;
            }
        }
        return ExpertPlacement.withOriginals(ranks, ranks, experts, phy2log, original);
    }
}
