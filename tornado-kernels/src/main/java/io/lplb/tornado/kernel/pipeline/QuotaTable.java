// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

/**
 * Where the parts of the quota kernel's table begin. All groups share the first part, which the kernel copies to local
 * memory; the second has a record a group.
 *
 * <pre>
 *   offset       [items + 1]           the item's entries, see MinMaxProblem
 *   host         [entries]             rank of the entry
 *   itemOf       [entries]             item of the entry
 *   rankFrom     [ranks + 1]           the rank's part of rankEntry
 *   rankEntry    [entries]             the entries on a rank
 *   expertsFrom  [groups][items], then [groups], 1 more: part of expert
 *   expert       [experts]             the experts of every item of every group, then those of every group that are
 *                                      not split
 *   firstReplica [experts + 1]         the expert's replicas, see ReplicaQuotas
 *   entryOf      [replicas]            entry in its group, or -1
 *   ----------------------------------------------------------------------------------------------------------------
 *   shareAt      [groups][entries]     where the solver's output has the share
 *   tailAt       [groups][3]           where it has the lower bound, the status and the number of threads
 * </pre>
 */
public final class QuotaTable {
    /** Elements of a record of tailAt. */
    public static final int TAIL = 3;

    private QuotaTable() {}

    /** Returns the place of {@code host}. */
    public static int host(int items) {
        return items + 1;
    }

    /** Returns the place of {@code itemOf}. */
    public static int itemOf(int items, int entries) {
        return host(items) + entries;
    }

    /** Returns the place of {@code rankFrom}. */
    public static int rankFrom(int items, int entries) {
        return itemOf(items, entries) + entries;
    }

    /** Returns the place of {@code rankEntry}. */
    public static int rankEntry(int items, int entries, int ranks) {
        return rankFrom(items, entries) + ranks + 1;
    }

    /** Returns the place of {@code expertsFrom}. */
    public static int expertsFrom(int items, int entries, int ranks) {
        return rankEntry(items, entries, ranks) + entries;
    }

    /** Returns the place of {@code expert}. */
    public static int expert(int items, int entries, int ranks, int groups) {
        return expertsFrom(items, entries, ranks) + groups * items + groups + 1;
    }

    /** Returns the place of {@code firstReplica}. */
    public static int firstReplica(int items, int entries, int ranks, int groups, int experts) {
        return expert(items, entries, ranks, groups) + experts;
    }

    /** Returns the place of {@code entryOf}. */
    public static int entryOf(int items, int entries, int ranks, int groups, int experts) {
        return firstReplica(items, entries, ranks, groups, experts) + experts + 1;
    }

    /** Returns the number of elements of the part that all groups share, where {@code shareAt} begins. */
    public static int sharedSize(int items, int entries, int ranks, int groups, int experts, int replicas) {
        return entryOf(items, entries, ranks, groups, experts) + replicas;
    }
}
