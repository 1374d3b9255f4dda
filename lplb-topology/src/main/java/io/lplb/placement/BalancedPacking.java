// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.stream.IntStream;

/**
 * Packs weighted items into packs of equal size so that the packs weigh about the same (EPLB, balanced packing): items
 * by falling weight ({@link FallingOrder}), each into the lightest pack that has room, of equal packs the lowest. If a
 * pack holds one item, item i is in pack i. Weights are added in float, as the original adds them.
 */
final class BalancedPacking {
    private BalancedPacking() {}

    /**
     * Packs items.
     *
     * @param weight {@code [items]}
     * @param packs number of packs, a divisor of the number of items
     * @return {@code [items]}, the place of each item: pack * items per pack + its rank of entry into the pack
     */
    static int[] places(float[] weight, int packs) {
        int room = weight.length / packs;
        if (room == 1) {
            return IntStream.range(0, weight.length).toArray();
        }
        float[] load = new float[packs];
        int[] filled = new int[packs];
        int[] places = new int[weight.length];
        for (int item : FallingOrder.of(weight)) {
            int best = -1;
            for (int p = 0; p < packs; p++) {
                if (filled[p] < room && (best < 0 || load[p] < load[best])) {
                    best = p;
                }
            }
            places[item] = best * room + filled[best]++;
            load[best] += weight[item];
        }
        return places;
    }
}
