// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Scan of the slots' rows by one work-group: the first row of every slot, plainly and padded to tiles. Runs of {@link #RUN} slots are
 * scanned first, then their sums, so that two barriers do where doubling distances would take one for each doubling.
 *
 * <pre>
 *   plain    | rows of slot 0 .. slots, 0 behind | starts |      sums   | plain of each run | padded of each run |
 *   padded   the same in whole tiles
 * </pre>
 */
public final class SlotScan {
    /** Slots of a run. */
    private static final int RUN = 16;

    private static final int MOST = LayoutSizes.MAX_SLOTS + RUN;
    private static final int RUNS = MOST / RUN;

    /** Place of the first row of slot 0. */
    static final int STARTS = MOST;

    /** Elements of either array. */
    static final int ELEMENTS = 2 * MOST;

    /** Elements of the runs' sums. */
    static final int SUMS = 2 * RUNS;

    private SlotScan() {}

    /** Returns the number of rows to write before the scan: those of the slots, then zeros. */
    static int length(int slots) {
        return (slots + RUN) / RUN * RUN;
    }

    /** Returns the rows in whole tiles. */
    static int padded(int rows, int tile) {
        return (rows + tile - 1) / tile * tile;
    }

    /** Scans the runs; barriers must come before and behind. */
    static void withinRuns(int thread, int threads, int slots, int[] plain, int[] padded, int[] sums) {
        for (int p = thread; p < length(slots); p += threads) {
            int run = p / RUN;
            int before = 0;
            int paddedBefore = 0;
            for (int k = 0; k < RUN; k++) {
                boolean earlier = run * RUN + k < p;
                before += earlier ? plain[run * RUN + k] : 0;
                paddedBefore += earlier ? padded[run * RUN + k] : 0;
            }
            plain[STARTS + p] = before;
            padded[STARTS + p] = paddedBefore;
            if (p == run * RUN + RUN - 1) {
                sums[run] = before + plain[p];
                sums[RUNS + run] = paddedBefore + padded[p];
            }
        }
    }

    /** Adds the runs before, and writes the offsets if the block is the first; a barrier must come behind. */
    static void acrossRuns(
            int thread, int threads, int slots, int block, int[] plain, int[] padded, int[] sums, IntArray offsets) {
        for (int p = thread; p < slots + 1; p += threads) {
            int start = plain[STARTS + p];
            int paddedStart = padded[STARTS + p];
            for (int run = 0; run < p / RUN; run++) {
                start += sums[run];
                paddedStart += sums[RUNS + run];
            }
            plain[STARTS + p] = start;
            padded[STARTS + p] = paddedStart;
            if (block == 0) {
                offsets.set(p, start);
                offsets.set(slots + 1 + p, paddedStart);
            }
        }
    }
}
