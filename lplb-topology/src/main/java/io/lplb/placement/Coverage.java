// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;

/**
 * How many failures a placement survives: whichever ranks or nodes fail, up to that number, every expert keeps a slot on
 * another one.
 *
 * @param ranks any so many ranks may fail; 0 if one failure can take the only slot of an expert
 * @param nodes any so many nodes may fail
 * @param expert the lowest expert that limits {@code ranks}
 * @param nodeExpert the lowest expert that limits {@code nodes}
 */
public record Coverage(int ranks, int nodes, int expert, int nodeExpert) {
    static Coverage of(ExpertPlacement placement, int ranksPerNode) {
        Sizes.requirePositive("ranksPerNode", ranksPerNode);
        int ranks = 0;
        int nodes = 0;
        int expert = -1;
        int nodeExpert = -1;
        for (int e = 0; e < placement.experts(); e++) {
            int[] hosts = placement.ranksOf(e);
            int otherNodes = nodesOf(hosts, ranksPerNode) - 1;
            if (expert < 0 || hosts.length - 1 < ranks) {
                ranks = hosts.length - 1;
                expert = e;
            }
            if (nodeExpert < 0 || otherNodes < nodes) {
                nodes = otherNodes;
                nodeExpert = e;
            }
        }
        return new Coverage(ranks, nodes, expert, nodeExpert);
    }

    private static int nodesOf(int[] hosts, int ranksPerNode) {
        return (int)
                Arrays.stream(hosts).map(rank -> rank / ranksPerNode).distinct().count();
    }

    /**
     * The physical slots that it takes to survive failures.
     *
     * @param experts number of logical experts, at least 1
     * @param failures number of ranks, or of nodes, that may fail; at least 0
     * @return slots over all ranks; every expert needs {@code failures + 1} of them, each on another rank or node
     * @throws IllegalArgumentException if a number is too small or the product too large
     */
    public static int slotsToSurvive(int experts, int failures) {
        Sizes.requirePositive("experts", experts);
        if (failures < 0) {
            throw new IllegalArgumentException("failures: got " + failures + ", expected at least 0");
        }
        long slots = (long) experts * (failures + 1L);
        if (slots > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("slots: got " + experts + " experts on " + (failures + 1L)
                    + " ranks each, expected at most " + Integer.MAX_VALUE + " slots");
        }
        return (int) slots;
    }
}
