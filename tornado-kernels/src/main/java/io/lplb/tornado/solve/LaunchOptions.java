// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

/**
 * Options of launching a solver's kernel and waiting for it. {@link #of} chooses by measurements on an H100
 * (docs/measurements/driver.md).
 *
 * @param transfer how groups reach the kernel and answers come back
 * @param graphs whether a number of groups that comes twice is recorded as a CUDA graph
 * @param stamps whether to wait for the stamps in the answers, and not for the end of the kernel
 * @param pieces in how many pieces at most the device packs and certifies a batch, of which the host then only copies arrays; 0
 *     where the host packs and certifies it
 * @param together whether the device does so in one kernel, where there is one
 */
record LaunchOptions(Transfer transfer, boolean graphs, boolean stamps, int pieces, boolean together) {
    /** Number that hides most of the copying of 16,384 groups of a cube; 8 pieces gain no more. */
    private static final int PIECES = 4;

    /** From launches of so many groups on, packing and certifying take the device less time than the host. */
    private static final int CERTIFIED_GROUPS = 9;

    LaunchOptions {
        if (stamps && transfer != Transfer.MAPPED) {
            throw new IllegalArgumentException("stamps: got " + transfer + " answers, expected mapped ones");
        }
    }

    /** Whether the device certifies. */
    boolean certified() {
        return pieces > 0;
    }

    /** Says how to launch batches of up to so many groups. */
    @FunctionalInterface
    interface Choice {
        LaunchOptions of(String solver, int groups);
    }

    /** Returns options for launches of up to so many groups: a lone answer is awaited in memory. */
    static LaunchOptions of(String solver, int groups) {
        boolean certified = groups >= CERTIFIED_GROUPS;
        return new LaunchOptions(
                certified ? Transfer.MAPPED : Transfer.of(solver, groups),
                true,
                groups == 1 || certified,
                certified ? PIECES : 0,
                certified);
    }
}
