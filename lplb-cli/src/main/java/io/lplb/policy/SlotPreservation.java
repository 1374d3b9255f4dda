// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * Order of each rank's slots that keeps experts where they were: vLLM's EPLB places as DeepSeek's does, and an expert that stays on its
 * rank keeps its slot, so that no weight is copied inside a rank (vLLM documentation, {@code vllm.distributed.eplb.policy},
 * {@code old_global_expert_indices}).
 */
final class SlotPreservation {
    private SlotPreservation() {}

    /**
     * Reorders the slots of every rank.
     *
     * @param old slots in force, {@code [ranks * slotsPerRank]}
     * @param next slots to come, {@code [ranks * slotsPerRank]}
     * @param slotsPerRank slots on each rank
     * @return the experts of {@code next} on the same ranks; an expert that its rank held before is in a slot that held it
     */
    static int[] apply(int[] old, int[] next, int slotsPerRank) {
        int[] result = new int[next.length];
        Arrays.fill(result, ExpertPlacement.EMPTY);
        for (int first = 0; first < next.length; first += slotsPerRank) {
            boolean[] placed = new boolean[slotsPerRank];
            for (int k = 0; k < slotsPerRank; k++) {
                int slot = first;
                while (slot < first + slotsPerRank
                        && (old[slot] != next[first + k] || result[slot] != ExpertPlacement.EMPTY)) {
                    slot++;
                }
                if (slot < first + slotsPerRank && next[first + k] != ExpertPlacement.EMPTY) {
                    result[slot] = next[first + k];
                    placed[k] = true;
                }
            }
            int free = first;
            for (int k = 0; k < slotsPerRank; k++) {
                if (!placed[k]) {
                    while (result[free] != ExpertPlacement.EMPTY) {
                        free++;
                    }
                    result[free] = next[first + k];
                    free++;
                }
            }
        }
        return result;
    }
}
