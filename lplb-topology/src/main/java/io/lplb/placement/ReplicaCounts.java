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
        double floor = Arrays.stream(weight).sum() * FLOOR / weight.length;
        double[] power = new double[most + 1];
        for (int c = 1; c <= most; c++) {
            power[c] = StrictMath.pow(c, exponent);
        }
        int[] count = new int[weight.length];
        Arrays.fill(count, least);
        double[] priority = new double[weight.length];
        for (int e = 0; e < weight.length; e++) {
            priority[e] = least == most ? -1 : (weight[e] + floor) / power[least];
        }
        long left = copies - (long) least * weight.length;
        for (long k = 0; k < left; k++) {
            int best = 0;
            for (int e = 1; e < weight.length; e++) {
                if (priority[e] > priority[best]) {
                    best = e;
                }
            }
            if (priority[best] < 0) {
                break;
            }
            count[best]++;
            priority[best] = count[best] == most ? -1 : (weight[best] + floor) / power[count[best]];
        }
        return count;
    }
}
