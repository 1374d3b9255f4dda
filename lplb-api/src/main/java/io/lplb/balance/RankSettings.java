// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.cost.ExpertCost;
import io.lplb.exchange.GroupIdentity;
import io.lplb.placement.ExpertPlacement;
import io.lplb.quota.SecondObjective;

/**
 * Hashes and words for what must be equal on all ranks. The hash is 64-bit FNV-1a (Fowler, Noll, Vo), taken over whole
 * numbers and finished by the mixer of SplitMix64 (Steele, Lea, Flood 2014): the same on every machine.
 */
final class RankSettings {
    private static final long OFFSET = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private RankSettings() {}

    static GroupIdentity identity(BalancerSettings settings, ExpertPlacement placement) {
        String solver = settings.solver(placement.groupSize());
        String description = placement.experts() + " experts on " + placement.ranks() + " ranks by "
                + settings.placing.placedBy() + ", " + placement.slotsPerRank() + " slots a rank, "
                + settings.placing.ranksPerNode()
                + " ranks a node, " + solver + " on " + settings.backend + " to " + settings.tolerance(solver)
                + (settings.speeds == null ? "" : ", speeds")
                + (settings.replicaLimit == null ? "" : ", at most " + settings.replicaLimit + " tokens a replica")
                + (settings.rankLimits == null ? "" : ", limits of ranks")
                + (settings.localFirst ? "" : ", spread")
                + (settings.secondObjective == SecondObjective.NONE ? "" : ", then " + settings.secondObjective)
                + (settings.deadAfter == 1 ? "" : ", dead after " + settings.deadAfter + " missed rounds")
                + (settings.layers == 1 ? "" : ", " + settings.layers + " layers")
                + (settings.cost == null || settings.cost.countsTokens() ? "" : ", cost " + settings.cost.name())
                + (settings.checkPlans ? ", plans compared" : "");
        return new GroupIdentity(
                placement.ranks(), placement.experts(), fingerprint(settings, placement, description), description);
    }

    /** Hash of everything that decides a plan for given counts. */
    static long fingerprint(BalancerSettings settings, ExpertPlacement placement, String description) {
        long hash = OFFSET;
        for (int k = 0; k < description.length(); k++) {
            hash = add(hash, description.charAt(k));
        }
        hash = add(hash, placement.groupSize());
        for (int e = 0; e < placement.experts(); e++) {
            hash = add(hash, placement.replicaCount(e));
            for (int k = 0; k < placement.replicaCount(e); k++) {
                hash = add(hash, placement.slotOf(e, k));
            }
        }
        ExpertCost cost = settings.cost;
        if (cost != null && !cost.countsTokens()) {
            hash = add(hash, cost.fingerprint());
        }
        double[] speeds = settings.speeds;
        if (speeds != null) {
            for (double speed : speeds) {
                hash = add(hash, Double.doubleToLongBits(speed));
            }
        }
        long[] rankLimits = settings.rankLimits;
        if (rankLimits != null) {
            for (long limit : rankLimits) {
                hash = add(hash, limit);
            }
        }
        return mix(hash);
    }

    /** Hash of the hashes of all layers. */
    static long fingerprint(long[] layers) {
        long hash = OFFSET;
        for (long layer : layers) {
            hash = add(hash, layer);
        }
        return mix(hash);
    }

    /** A word of 31 bits for one expert's part of a plan. */
    static int word(long[] quota, int from, int to) {
        long hash = OFFSET;
        for (int k = from; k < to; k++) {
            hash = add(hash, quota[k]);
        }
        return (int) (mix(hash) >>> 33);
    }

    /** A hash of a whole plan. */
    static long hash(long[] quota) {
        long hash = OFFSET;
        for (long part : quota) {
            hash = add(hash, part);
        }
        return mix(hash);
    }

    private static long add(long hash, long value) {
        return (hash ^ value) * PRIME;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
