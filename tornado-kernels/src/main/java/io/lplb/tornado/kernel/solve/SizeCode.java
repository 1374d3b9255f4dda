// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

/**
 * Sizes that a solver's kernel is compiled for, as one number: a task of TornadoVM takes at most 15 arguments. TornadoVM makes the
 * number a constant of the compiled kernel, and so everything that is computed from it.
 *
 * <pre>
 *   bits   0..8 ranks | 9..19 items | 20..31 entries | 32..40 most hosts of an item | 41 items differ in hosts
 *          42 all ranks have the same number of entries | 43..53 colours | 54 all speeds are 1
 * </pre>
 */
public final class SizeCode {
    private static final int RANK_BITS = 9;
    private static final int ITEM_BITS = 11;
    private static final int ENTRY_BITS = 12;
    private static final int ITEMS_AT = 9;
    private static final int ENTRIES_AT = 20;
    private static final int HOSTS_AT = 32;
    private static final int DIFFER_AT = 41;
    private static final int REGULAR_AT = 42;
    private static final int COLOURS_AT = 43;
    private static final int UNIT_AT = 54;

    private SizeCode() {}

    /**
     * Returns the code of sizes.
     *
     * @param hosts hosts of every item; if they differ, minus the most
     * @param degree entries of every rank, 0 if they differ
     * @throws IllegalArgumentException if a size is beyond its bits, which local memory holds in no case
     */
    public static long of(int ranks, int items, int entries, int hosts, int degree, int colours, boolean unitSpeeds) {
        return bits("ranks", ranks, RANK_BITS, 0)
                | bits("items", items, ITEM_BITS, ITEMS_AT)
                | bits("entries", entries, ENTRY_BITS, ENTRIES_AT)
                | bits("hosts", Math.abs(hosts), RANK_BITS, HOSTS_AT)
                | bits("differ", hosts < 0 ? 1 : 0, 1, DIFFER_AT)
                | bits("regular", degree > 0 ? 1 : 0, 1, REGULAR_AT)
                | bits("colours", colours, ITEM_BITS, COLOURS_AT)
                | bits("unitSpeeds", unitSpeeds ? 1 : 0, 1, UNIT_AT);
    }

    private static long bits(String what, int value, int bits, int at) {
        if (value < 0 || value >= 1 << bits) {
            throw new IllegalArgumentException(
                    what + " of a kernel: got " + value + ", expected 0.." + ((1 << bits) - 1));
        }
        return (long) value << at;
    }

    private static int part(long code, int bits, int at) {
        return (int) (code >>> at) & ((1 << bits) - 1);
    }

    /** {@return the ranks} */
    public static int ranks(long code) {
        return part(code, RANK_BITS, 0);
    }

    /** {@return the items} */
    public static int items(long code) {
        return part(code, ITEM_BITS, ITEMS_AT);
    }

    /** {@return the entries} */
    public static int entries(long code) {
        return part(code, ENTRY_BITS, ENTRIES_AT);
    }

    /** {@return hosts of every item; if they differ, minus the most} */
    public static int hosts(long code) {
        int most = part(code, RANK_BITS, HOSTS_AT);
        return part(code, 1, DIFFER_AT) == 1 ? -most : most;
    }

    /** {@return entries of every rank, 0 if they differ} */
    public static int degree(long code) {
        return part(code, 1, REGULAR_AT) == 1 ? entries(code) / ranks(code) : 0;
    }

    /** {@return the colours} */
    public static int colours(long code) {
        return part(code, ITEM_BITS, COLOURS_AT);
    }

    /** {@return whether all speeds are 1} */
    public static boolean unitSpeeds(long code) {
        return part(code, 1, UNIT_AT) == 1;
    }
}
