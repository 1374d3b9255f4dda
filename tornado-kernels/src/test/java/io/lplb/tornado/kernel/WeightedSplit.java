// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** In the place of a solver: splits every item by fixed weights, so that the CPU can do exactly the same. */
public final class WeightedSplit {
    private WeightedSplit() {}

    /** One thread a group; groups are laid out as {@code loads [ranks + items]} and {@code shares [entries] | tail [3]}. */
    public static void split(
            KernelContext context,
            FloatArray in,
            IntArray itemOf,
            FloatArray weight,
            FloatArray out,
            int ranks,
            int items,
            int entries,
            int groups) {
        int group = context.groupIdx;
        int thread = context.localIdx;
        int threads = context.localGroupSizeX;
        for (int e = thread; e < entries; e += threads) {
            float load = in.get(group * (ranks + items) + ranks + itemOf.get(e));
            out.set(group * (entries + 3) + e, load * weight.get(e));
        }
        if (thread == 0) {
            out.set(group * (entries + 3) + entries, 0f);
            out.set(group * (entries + 3) + entries + 1, 1f);
            out.set(group * (entries + 3) + entries + 2, threads);
        }
    }
}
