// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;

/**
 * Copies experts until a number of physical experts is reached (EPLB, replication): the first physical experts are the
 * logical ones, and each further one is a replica of the expert whose weight over its replicas so far is the largest;
 * of equal experts the lowest goes first.
 *
 * @param expert {@code [physical]}, the expert of each
 * @param replica {@code [physical]}, the number of each among its expert's replicas, from 0
 * @param count {@code [experts]}, the number of replicas of each expert
 */
@SuppressWarnings("ArrayRecordComponent") // Lives for one call inside the package, and is never compared.
record Replication(int[] expert, int[] replica, int[] count) {
    /**
     * Replicates experts.
     *
     * @param weight {@code [experts]}
     * @param physical number of physical experts, at least that of the experts
     */
    static Replication of(float[] weight, int physical) {
        int[] expert = new int[physical];
        int[] replica = new int[physical];
        int[] count = new int[weight.length];
        Arrays.fill(count, 1);
        for (int p = 0; p < physical; p++) {
            expert[p] = p;
            if (p >= weight.length) {
                expert[p] = heaviest(weight, count);
                replica[p] = count[expert[p]]++;
            }
        }
        return new Replication(expert, replica, count);
    }

    private static int heaviest(float[] weight, int[] count) {
        int best = 0;
        for (int e = 1; e < weight.length; e++) {
            if (weight[e] / count[e] > weight[best] / count[best]) {
                best = e;
            }
        }
        return best;
    }

    /** The weight of each physical expert, {@code [physical]}, if every expert's is divided equally. */
    float[] shares(float[] weight) {
        float[] shares = new float[expert.length];
        for (int p = 0; p < shares.length; p++) {
            shares[p] = weight[expert[p]] / count[expert[p]];
        }
        return shares;
    }
}
