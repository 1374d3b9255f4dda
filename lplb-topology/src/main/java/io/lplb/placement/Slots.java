// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

/** Makes placements from slots and the slot of each original. */
final class Slots {
    private Slots() {}

    /**
     * A placement in which an expert's replicas are numbered by rising slot, but for the original, which is the first.
     *
     * @param original {@code [experts]}, a slot of each expert; where the slot holds another expert, the lowest slot is
     *     the original
     */
    static ExpertPlacement placement(int ranks, int groupSize, int experts, int[] phy2log, int[] original) {
        int[][] log2phy = ExpertPlacement.of(ranks, groupSize, experts, phy2log).log2phy();
        for (int e = 0; e < experts; e++) {
            int[] slots = log2phy[e];
            for (int k = 1; k < slots.length; k++) {
                if (slots[k] == original[e]) {
                    System.arraycopy(slots, 0, slots, 1, k);
                    slots[0] = original[e];
                }
            }
        }
        return ExpertPlacement.of(ranks, groupSize, phy2log, log2phy);
    }
}
