// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import java.util.List;

/**
 * Loads that do not fit the limits of a batch ({@link LoadLimits}): a proof that no split keeps them.
 *
 * @param ranks the ranks that must take the load; empty if the hosts of one item may take less than its load
 * @param items the items whose load is forced into these ranks, or the one item
 * @param load what must be taken: fixed loads of the ranks, and of each item what other hosts may not take
 * @param room what the limits allow the ranks, or the one item's hosts, to take; less than {@code load}
 */
public record Misfit(List<Integer> ranks, List<Integer> items, double load, double room) {
    /** Copies the lists. */
    public Misfit {
        ranks = List.copyOf(ranks);
        items = List.copyOf(items);
    }

    @Override
    public String toString() {
        return ranks.isEmpty()
                ? "item " + items.getFirst() + ": got a load of " + load + ", expected at most " + room
                        + " that its hosts may take"
                : "ranks " + ranks + ": got a load of " + load + " of items " + items
                        + " and fixed loads, expected at most " + room + " that the ranks may take";
    }
}
