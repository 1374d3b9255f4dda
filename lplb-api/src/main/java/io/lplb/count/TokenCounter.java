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
    private final int[] chunk = new int[TokenBuffer.CHUNK];

    /**
     * A counter.
     *
     * @param experts number of logical experts, at least 1
     */
    public TokenCounter(int experts) {
        if (experts < 1 || experts == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected 1.." + (Integer.MAX_VALUE - 1));
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
        requireCounts(counts);
        requireIds(ids, experts);
        clear();
        add(ids, ids.length);
        sum(counts);
    }

    /**
     * Counts ids of any form.
     *
     * @param ids logical expert of every routed token, in any layout; padding is ignored
     * @param counts {@code [experts]}, overwritten
     * @throws IllegalArgumentException if an id is no expert and no padding, the padding value is an expert, or
     *     {@code counts} has the wrong length; nothing has been written then
     */
    public void count(TokenBuffer ids, int[] counts) {
        requireCounts(counts);
        ids.requirePadding("ids", experts);
        clear();
        for (long at = 0; at < ids.length(); at += TokenBuffer.CHUNK) {
            int read = ids.read(at, chunk);
            ids.requireIds("ids", experts, at, chunk, read);
            add(chunk, read);
        }
        sum(counts);
    }

    private void requireCounts(int[] counts) {
        if (counts.length != experts) {
            throw new IllegalArgumentException("counts: got length " + counts.length + ", expected " + experts);
        }
    }

    private void clear() {
        Arrays.fill(lane0, 0);
        Arrays.fill(lane1, 0);
        Arrays.fill(lane2, 0);
        Arrays.fill(lane3, 0);
    }

    private void add(int[] ids, int length) {
        int k = 0;
        for (; k + LANES <= length; k += LANES) {
            lane0[ids[k] + 1]++;
            lane1[ids[k + 1] + 1]++;
            lane2[ids[k + 2] + 1]++;
            lane3[ids[k + 3] + 1]++;
        }
        for (; k < length; k++) {
            lane0[ids[k] + 1]++;
        }
    }

    private void sum(int[] counts) {
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
        int k = firstWrong(ids, ids.length, experts);
        if (k >= 0) {
            throw new IllegalArgumentException(
                    "ids[" + k + "]: got expert " + ids[k] + ", expected -1 or 0.." + (experts - 1));
        }
    }

    /** Returns the index of the first id that is neither -1 nor an expert, or -1. */
    static int firstWrong(int[] ids, int length, int experts) {
        int least = -1;
        int largest = -1;
        for (int k = 0; k < length; k++) {
            least = Math.min(least, ids[k]);
            largest = Math.max(largest, ids[k]);
        }
        if (least >= -1 && largest < experts) {
            return -1;
        }
        int k = 0;
        while (ids[k] >= -1 && ids[k] < experts) {
            k++;
        }
        return k;
    }
}
