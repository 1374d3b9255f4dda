// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Points at which a profile is measured: equal tokens on all slots, one busy slot among idle or small ones, some active
 * slots, and skewed divisions of the same total.
 */
public final class ProfileGrid {
    private static final int[] EQUAL = {
        1, 2, 4, 8, 16, 32, 48, 64, 96, 127, 128, 129, 160, 192, 224, 256, 257, 320, 384, 385, 512, 513, 640, 768, 1024,
        2048
    };
    private static final int[] ONE = {1, 16, 64, 128, 129, 256, 257, 512, 1024, 2048, 4096};
    private static final int[] TOTALS = {256, 1024, 4096, 8192};

    private ProfileGrid() {}

    /**
     * Returns the points.
     *
     * @param slots slots of a rank, at least 1
     * @return tokens of each slot, per point
     */
    public static List<long[]> points(int slots) {
        if (slots < 1) {
            throw new IllegalArgumentException("slots: got " + slots + ", expected at least 1");
        }
        List<long[]> points = new ArrayList<>();
        for (int m : EQUAL) {
            points.add(filled(slots, m));
        }
        for (int m : ONE) {
            for (int others = 0; others <= 16 && (others == 0 || slots > 1); others += 16) {
                long[] counts = filled(slots, others);
                counts[0] = m;
                points.add(counts);
            }
        }
        for (int m : new int[] {64, 256, 512}) {
            for (int active = 1; active < slots; active++) {
                long[] counts = new long[slots];
                Arrays.fill(counts, 0, active, m);
                points.add(counts);
            }
        }
        for (int total : TOTALS) {
            for (double exponent = 0.5; exponent <= 2 && slots > 1; exponent += 0.5) {
                points.add(zipf(slots, total, exponent));
            }
        }
        return points;
    }

    private static long[] filled(int slots, long tokens) {
        long[] counts = new long[slots];
        Arrays.fill(counts, tokens);
        return counts;
    }

    private static long[] zipf(int slots, int total, double exponent) {
        double sum = 0;
        for (int k = 1; k <= slots; k++) {
            sum += Math.pow(k, -exponent);
        }
        long[] counts = new long[slots];
        for (int k = 0; k < slots; k++) {
            counts[k] = Math.round(total * Math.pow(k + 1, -exponent) / sum);
        }
        return counts;
    }
}
