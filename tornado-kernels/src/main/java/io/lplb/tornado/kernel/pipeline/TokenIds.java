// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Ids of 32 or 64 bits in an array of words: {@code shift} is 0 for one word per id, 1 for two, the lower one first. The kernels compute
 * with 32 bits; a 64-bit id that needs more reads as {@link Integer#MIN_VALUE}, which names nothing.
 */
public final class TokenIds {
    private TokenIds() {}

    /** Reads an id. */
    public static int get(IntArray ids, int index, int shift) {
        int low = ids.get(index << shift);
        int high = ids.get((index << shift) + shift);
        // No shifts of negative numbers: TornadoVM's backends differ in which bits they fill in.
        int expected = shift > 0 && low > -1 ? 0 : shift > 0 ? -1 : low;
        return high == expected ? low : Integer.MIN_VALUE;
    }

    /** Writes an id of at least -1. */
    public static void set(IntArray ids, int index, int shift, int id) {
        ids.set(index << shift, id);
        if (shift > 0) {
            ids.set((index << shift) + 1, id < 0 ? -1 : 0);
        }
    }
}
