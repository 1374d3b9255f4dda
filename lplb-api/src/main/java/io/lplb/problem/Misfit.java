// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import java.util.Arrays;

/**
 * What the limits of a batch have no room for ({@link LoadLimits}): a proof that no split keeps them.
 *
 * @param ranks the ranks that must take the load; empty if the hosts of one item may take less than its load
 * @param items the items whose load is forced into these ranks, or the one item
 * @param load what must be taken: fixed loads of the ranks, and of each item what other hosts may not take
 * @param room what the limits allow the ranks, or the one item's hosts, to take; less than {@code load}
 */
public record Misfit(int[] ranks, int[] items, double load, double room) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Misfit that
                && Arrays.equals(ranks, that.ranks)
                && Arrays.equals(items, that.items)
                && load == that.load
                && room == that.room;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ranks) + Arrays.hashCode(items);
    }

    @Override
    public String toString() {
        return ranks.length == 0
                ? "item " + items[0] + ": got a load of " + load + ", expected at most " + room
                        + " that its hosts may take"
                : "ranks " + Arrays.toString(ranks) + ": got a load of " + load + " of items " + Arrays.toString(items)
                        + " and fixed loads, expected at most " + room + " that the ranks may take";
    }
}
