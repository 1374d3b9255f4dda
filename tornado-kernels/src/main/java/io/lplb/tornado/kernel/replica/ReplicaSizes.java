// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

/** Places of the numbers that describe a batch to {@link ReplicaKernels}, and the largest sizes. */
public final class ReplicaSizes {
    public static final int RANKS = 0;
    public static final int EXPERTS = 1;
    public static final int SOURCES = 2;
    public static final int HOME_SLOTS = 3;
    public static final int SPARE_SLOTS = 4;
    public static final int LEAST_TOKENS = 5;
    public static final int MAX_REPLICAS = 6;
    public static final int DOMAIN = 7;

    /** Tolerance in millionths of the lower bound. */
    public static final int TOLERANCE = 8;

    /** Home slots of a rank, rounded up to a multiple of 4. */
    public static final int PLACES = 9;

    /** Threads that add up the counts of one expert. */
    public static final int PARTS = 10;

    /** Number of sizes. */
    public static final int COUNT = 11;

    public static final int MAX_RANKS = 64;
    public static final int MAX_EXPERTS = 1024;
    public static final int MAX_SPARE_SLOTS = 4;
    static final int MAX_SLOTS = MAX_RANKS * MAX_SPARE_SLOTS;
    static final int MAX_PLACES = MAX_EXPERTS + 3 * MAX_RANKS;

    private ReplicaSizes() {}

    /** Returns the places of a rank with so many home slots. */
    public static int places(int homeSlots) {
        return (homeSlots + 3) / 4 * 4;
    }

    /** Returns the number of threads that add up the counts of one expert. */
    public static int parts(int experts) {
        return Math.max(1, ReplicaKernels.THREADS / experts);
    }
}
