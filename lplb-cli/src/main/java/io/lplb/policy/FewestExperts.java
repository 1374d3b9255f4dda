// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.function.Function;

/**
 * METRO, minimum expert token routing (Yu et al., arXiv 2512.09277): balances the number of active experts per rank instead of tokens, for
 * batches whose time is that of reading weights. All tokens of an expert go to one replica, so no expert is active twice; the replica is
 * the one on the rank with the fewest active experts so far.
 *
 * <p>Experts with fewer replicas choose first, equal ones by falling tokens; of equally active ranks the one with fewer tokens is taken. The
 * paper leaves ties open.
 */
final class FewestExperts implements Policy {
    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private final int[] active;
    private final long[] load;
    private int[][] ranksOf = {};

    FewestExperts(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
        this.active = new int[speeds.length];
        this.load = new long[speeds.length];
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        ranksOf = PolicySetup.activeRanks(placement, speeds);
        return placement;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        Arrays.fill(active, 0);
        Arrays.fill(load, 0);
        int most = Arrays.stream(ranksOf).mapToInt(r -> r.length).max().orElse(0);
        int[] order = LeastLoaded.fallingOrder(counts);
        for (int replicas = 1; replicas <= most; replicas++) {
            for (int e : order) {
                if (ranksOf[e].length == replicas && counts[e] > 0) {
                    int best = ranksOf[e][0];
                    for (int rank : ranksOf[e]) {
                        boolean less = active[rank] < active[best]
                                || (active[rank] == active[best] && load[rank] < load[best]);
                        best = less ? rank : best;
                    }
                    active[best]++;
                    load[best] += counts[e];
                    out.add(e, best, counts[e]);
                }
            }
        }
        return true;
    }
}
