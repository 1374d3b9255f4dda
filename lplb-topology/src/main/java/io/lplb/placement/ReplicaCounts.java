// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;

/**
 * Number of replicas of each expert for an exact splitter. Each further copy goes to the expert with the largest weight /
 * copies^exponent, of equal ones the lowest. The exponent 1 makes the heaviest replica as light as possible, as EPLB
 * does; a smaller one gives the heaviest experts more hosts, which lets more load move when loads differ from the
 * history.
 */
final class ReplicaCounts {
    /** Weight added to every expert, relative to the mean, so that experts without history share what is left over. */
    private static final double FLOOR = 1e-6;

    private ReplicaCounts() {}

    /**
     * Counts replicas.
     *
     * @param weight {@code [experts]}
     * @param copies replicas of all experts, at least {@code least} for each; what no expert can take is left over
     * @param least the least number of replicas of an expert
     * @param most the largest number of replicas of an expert
     * @param exponent see above
     * @return {@code [experts]}
     */
    static int[] of(double[] weight, int copies, int least, int most, double exponent) {
        double sum = 0;
        for (double w : weight) {
            sum += w;
        }
        double floor = sum * FLOOR / weight.length;
        double[] power = new double[most + 1];
        for (int c = 1; c <= most; c++) {
            power[c] = exponent == 1 ? c : StrictMath.pow(c, exponent);
        }
        int[] count = new int[weight.length];
        Arrays.fill(count, least);
        if (least == most) {
            return count;
        }
        double[] priority = new double[weight.length];
        int[] heap = new int[weight.length];
        for (int e = 0; e < weight.length; e++) {
            priority[e] = (weight[e] + floor) / power[least];
            heap[e] = e;
        }
        int size = heap.length;
        for (int at = size / 2 - 1; at >= 0; at--) {
            sink(heap, size, at, priority);
        }
        long left = copies - (long) least * weight.length;
        for (long k = 0; k < left && size > 0; k++) {
            int best = heap[0];
            count[best]++;
            if (count[best] == most) {
                heap[0] = heap[--size];
            } else {
                priority[best] = (weight[best] + floor) / power[count[best]];
            }
            sink(heap, size, 0, priority);
        }
        return count;
    }

    /** Restores a heap whose root is the largest priority, of equal ones the lowest expert, below one place. */
    private static void sink(int[] heap, int size, int from, double[] priority) {
        int at = from;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && isBefore(heap[child + 1], heap[child], priority)) {
                child++;
            }
            if (isBefore(heap[at], heap[child], priority)) {
                return;
            }
            int expert = heap[at];
            heap[at] = heap[child];
            heap[child] = expert;
            at = child;
        }
    }

    private static boolean isBefore(int expert, int other, double[] priority) {
        return priority[expert] == priority[other] ? expert < other : priority[expert] > priority[other];
    }
}
