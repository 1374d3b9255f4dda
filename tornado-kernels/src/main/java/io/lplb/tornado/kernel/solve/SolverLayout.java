// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

/**
 * How problems and answers lie in the packed buffers of a launch; shared by the kernels and by the host.
 *
 * <pre>
 *   in   float  | count | stamp | goal | unused | words of the groups ...       word k of a group:  f[0..ranks), w[0..items)
 *   out  float  | words of the groups ...                          word k of a group:  shares[0..entries), tail
 *   tail        | max load | lower bound | iterations | status | threads of the work-group | stamp |
 * </pre>
 *
 * <p>The stamp is a number that the host changes with every launch: an answer without it is an old one.
 *
 * <p>Loads are divided by the group's mean load. Word k of group g lies at {@code g * words + k}.
 */
public final class SolverLayout {
    /** Words in front of the groups' inputs. */
    public static final int HEADER = 4;

    /** Words of the header: the number of groups; the launch's number; the gap at which a group is done, in mean loads. */
    public static final int COUNT = 0;

    public static final int LAUNCH = 1;

    public static final int GOAL = 2;

    /** Words behind a group's shares. */
    public static final int TAIL = 6;

    /** Offsets in the tail. */
    public static final int MAX_LOAD = 0;

    public static final int LOWER_BOUND = 1;

    public static final int ITERATIONS = 2;

    public static final int STATUS = 3;

    public static final int THREADS = 4;

    public static final int STAMP = 5;

    /** Status: the gap is within the tolerance. */
    public static final float CONVERGED = 1f;

    /** Status: the sweeps ran out first. */
    public static final float LIMIT = 2f;

    /** Status: numbers stopped being finite; the last good iterate was swept and returned. */
    public static final float BROKEN = 3f;

    private SolverLayout() {}

    /**
     * Local memory of a work-group of a fused kernel.
     *
     * @param threads threads of a team
     * @param teams teams of a work-group
     * @param interiorPoint false for the relaxation, which needs less
     */
    public static int localBytes(
            int ranks,
            int items,
            int entries,
            int colours,
            boolean unitSpeeds,
            int threads,
            int teams,
            boolean interiorPoint) {
        int words = interiorPoint
                ? ThreadTile.words(ranks, items, entries, threads, unitSpeeds)
                : ThreadTile.relaxationWords(ranks, items, entries, threads, unitSpeeds);
        return Float.BYTES * (words * teams + ThreadTile.tableWords(ranks, items, entries, colours));
    }

    /** Returns the length of a table of so many words, padded so that whole warps copy it. */
    public static int paddedTable(int words) {
        return (words + ThreadTile.TABLE_STEP - 1) / ThreadTile.TABLE_STEP * ThreadTile.TABLE_STEP;
    }
}
