// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

/**
 * Places in the output of {@link ReplicaKernels#choose}.
 *
 * <pre>
 *   header [8] | slot table [ranks * (home + spare slots)] | rank load [ranks]
 *              | first replica [experts + 1] | slot [experts + S] | quota [experts + S]
 *              | copy expert [S] | copy source [S] | copy target [S]                     S = ranks * spare slots
 * </pre>
 */
public final class ReplicaOutput {
    /** Number of the run, written last. */
    public static final int RUN = 0;

    /** Threads of the work-group that ran. */
    public static final int THREADS = 1;

    public static final int MAX_LOAD = 2;

    /** Tokens of the fullest domain / its active ranks, rounded up: no choice is below. */
    public static final int LOWER_BOUND = 3;

    /** Largest load without replicas. */
    public static final int IDENTITY = 4;

    /** Replicas, which are all weight copies. */
    public static final int REPLICAS = 5;

    /** Tokens of experts on inactive ranks. */
    public static final int UNCOVERED = 6;

    /** Steps of all growths. */
    public static final int STEPS = 7;

    public static final int HEADER = 8;

    private ReplicaOutput() {}

    public static int table() {
        return HEADER;
    }

    public static int rankLoad(int ranks, int slotsPerRank) {
        return HEADER + ranks * slotsPerRank;
    }

    public static int first(int ranks, int slotsPerRank) {
        return rankLoad(ranks, slotsPerRank) + ranks;
    }

    public static int slot(int ranks, int slotsPerRank, int experts) {
        return first(ranks, slotsPerRank) + experts + 1;
    }

    public static int quota(int ranks, int slotsPerRank, int experts, int spare) {
        return slot(ranks, slotsPerRank, experts) + experts + spare;
    }

    public static int copies(int ranks, int slotsPerRank, int experts, int spare) {
        return quota(ranks, slotsPerRank, experts, spare) + experts + spare;
    }

    /** Length of the output. */
    public static int length(int ranks, int slotsPerRank, int experts, int spare) {
        return copies(ranks, slotsPerRank, experts, spare) + 3 * spare;
    }
}
