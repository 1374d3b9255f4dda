// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.quota.SourceQuotas;
import java.util.Arrays;

/**
 * One rank's share of the plans of all ranks on one placement: sums counts over ranks, divides quotas among sources, and loads
 * the rank's router.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class OwnShare {
    private final RankGroup group;
    private final PlanStations stations;
    private final boolean localFirst;
    private final SourceQuotas sources;
    private final long[] row;
    private final long[] counts;
    private final long[] before;

    OwnShare(BalancerSettings settings, RankGroup group, PlacementInForce current) {
        this.group = group;
        stations = current.stations();
        localFirst = settings.localFirst;
        int experts = current.placement().experts();
        sources = new SourceQuotas(stations.replicas(), current.placement(), settings.placing.ranksPerNode());
        row = new long[stations.replicas().capacity()];
        counts = new long[experts];
        before = new long[experts];
    }

    /** Returns the tokens per expert of all ranks, {@code [experts]}, as summed last. */
    long[] counts() {
        return counts;
    }

    /** Sums the gathered counts over ranks; returns false if a sum is more than a router can count. */
    boolean sumOverRanks() {
        Arrays.fill(counts, 0);
        boolean countable = true;
        for (int r = 0; r < group.ranks(); r++) {
            if (r == group.self()) {
                System.arraycopy(counts, 0, before, 0, counts.length);
            }
            for (int e = 0; e < counts.length; e++) {
                counts[e] += group.allCounts[r * counts.length + e];
                countable &= counts[e] <= Integer.MAX_VALUE;
            }
        }
        return countable;
    }

    /** Loads the router with this rank's share of the plan, and reports where tokens go. */
    void load(RankReport report) {
        sources.share(group.allCounts, stations.quotas(), group.self(), row);
        report.tokensOffNodeIfSpread = sources.tokensOffNodeIfSpread();
        if (localFirst) {
            report.tokensOnOwnRank = sources.tokensOnOwnRank();
            report.tokensOnOwnNode = sources.tokensOnOwnNode();
            report.tokensOffNode = sources.tokensOffNode();
            report.savedOffNode += sources.tokensOffNodeIfSpread() - sources.tokensOffNode();
            Arrays.fill(before, 0);
            stations.router().load(row, before, stations.home());
        } else {
            stations.router().load(stations.quotas(), before, stations.home());
        }
    }

    /**
     * Loads the router with the last plan, in this rank's proportions or, for an expert that it had no token for, in those of
     * all ranks; with the originals if there is no plan.
     */
    void loadLast(boolean planned) {
        Arrays.fill(before, 0);
        stations.loadActive(localFirst ? row : stations.quotas(), planned, before);
    }

    /** Loads the router with the originals, or with the next active replica. */
    void loadHome() {
        Arrays.fill(before, 0);
        stations.router().load(row, before, stations.home());
    }
}
