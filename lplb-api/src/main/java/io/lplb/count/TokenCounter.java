// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.count;

import java.util.Arrays;
import java.util.Objects;

/**
 * Counts how many tokens of a batch were routed to each expert.
 *
 * <p>Neighbouring tokens often name the same expert, and adding to a counter that the last instruction has just written
 * waits for that write. So four histograms are filled in turn and summed at the end; id -1 (a padded or dropped token)
 * falls into a counter of its own and is left out.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class TokenCounter {
    private static final int LANES = 4;

    private final int experts;
    private final int[] lane0;
    private final int[] lane1;
    private final int[] lane2;
    private final int[] lane3;

    /**
     * A counter.
     *
     * @param experts number of logical experts, at least 1
     */
    public TokenCounter(int experts) {
        if (experts < 1) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected at least 1");
        }
        this.experts = experts;
        lane0 = new int[experts + 1];
        lane1 = new int[experts + 1];
        lane2 = new int[experts + 1];
        lane3 = new int[experts + 1];
    }

    /**
     * Counts ids.
     *
     * @param ids logical expert of every routed token, in any layout; -1 is ignored
     * @param counts {@code [experts]}, overwritten
     * @throws IllegalArgumentException if an id is below -1 or names no expert, or {@code counts} has the wrong length
     */
    public void count(int[] ids, int[] counts) {
        Objects.requireNonNull(ids, "ids");
        if (counts.length != experts) {
            throw new IllegalArgumentException("counts: got length " + counts.length + ", expected " + experts);
        }
        requireIds(ids, experts);
        Arrays.fill(lane0, 0);
        Arrays.fill(lane1, 0);
        Arrays.fill(lane2, 0);
        Arrays.fill(lane3, 0);
        int k = 0;
        for (; k + LANES <= ids.length; k += LANES) {
            lane0[ids[k] + 1]++;
            lane1[ids[k + 1] + 1]++;
            lane2[ids[k + 2] + 1]++;
            lane3[ids[k + 3] + 1]++;
        }
        for (; k < ids.length; k++) {
            lane0[ids[k] + 1]++;
        }
        for (int e = 0; e < experts; e++) {
            counts[e] = lane0[e + 1] + lane1[e + 1] + lane2[e + 1] + lane3[e + 1];
        }
    }

    /**
     * Checks that every id is -1 or names an expert.
     *
     * @param ids in any layout
     * @param experts number of logical experts
     * @throws IllegalArgumentException naming the first id that does not
     */
    public static void requireIds(int[] ids, int experts) {
        int least = -1;
        int largest = -1;
        for (int id : ids) {
            least = Math.min(least, id);
            largest = Math.max(largest, id);
        }
        if (least < -1 || largest >= experts) {
            int k = 0;
            while (ids[k] >= -1 && ids[k] < experts) {
                k++;
            }
            throw new IllegalArgumentException(
                    "ids[" + k + "]: got expert " + ids[k] + ", expected -1 or 0.." + (experts - 1));
        }
    }
}
