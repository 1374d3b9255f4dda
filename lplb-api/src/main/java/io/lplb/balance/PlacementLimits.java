// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.balance.state.TokenLimits;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;

/**
 * Limits of a balancer as limits of ranks and entries of one placement's problem, and the ranks and items that do not fit.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class PlacementLimits {
    private final TokenLimits limits;
    private final MinMaxProblem problem;
    private final double[] ofRank;
    private final double[] ofEntry;
    private final int[] slotsOfEntry;
    private final boolean[] misfitRank;
    private final boolean[] misfitItem;
    private int version;

    PlacementLimits(TokenLimits limits, ExpertPlacement placement, PlacementProblem placementProblem) {
        this.limits = limits;
        problem = placementProblem.problem();
        int groups = placementProblem.groups();
        ofRank = new double[placement.ranks()];
        ofEntry = new double[limits.limitsReplicas() ? groups * problem.entries() : 0];
        slotsOfEntry = slotsOfEntry(placement, placementProblem, ofEntry.length);
        misfitRank = new boolean[placement.ranks()];
        misfitItem = new boolean[groups * problem.items()];
    }

    /** Returns how many slots an item's only expert has on the host of each entry. */
    private static int[] slotsOfEntry(ExpertPlacement placement, PlacementProblem problem, int entries) {
        int[] slots = new int[entries];
        MinMaxProblem of = problem.problem();
        for (int e = 0; entries > 0 && e < placement.experts(); e++) {
            int group = problem.groupOf(e);
            for (int k = 0; k < placement.replicaCount(e); k++) {
                int rank = placement.rankOf(placement.slotOf(e, k)) - group * of.ranks();
                int entry = of.firstEntry(problem.itemOf(e));
                while (of.host(entry) != rank) {
                    entry++;
                }
                slots[group * of.entries() + entry]++;
            }
        }
        return slots;
    }

    /** Writes the limits to a batch if they have changed since the last call. */
    void apply(MinMaxBatch batch) {
        if (limits.version() == version) {
            return;
        }
        // A change after this line is taken by the next call once more.
        version = limits.version();
        double most = limits.copyTo(ofRank);
        for (int e = 0; e < ofEntry.length; e++) {
            // An entry without a slot belongs to an item that the group does not have.
            ofEntry[e] = slotsOfEntry[e] > 0 ? most * slotsOfEntry[e] : Double.POSITIVE_INFINITY;
        }
        for (int g = 0; g < batch.groups(); g++) {
            batch.limits().setRanks(g, ofRank, g * problem.ranks());
            if (ofEntry.length > 0) {
                batch.limits().setEntries(g, ofEntry, g * problem.entries());
            }
        }
    }

    /** Takes the ranks and items of a group that the last solve of a rounder has no room for; returns their tokens. */
    long takeMisfits(QuotaRounder rounder, int group) {
        return rounder.copyMisfit(misfitRank, group * problem.ranks(), misfitItem, group * problem.items());
    }

    /** Returns whether a rank's tokens exceed its limit. */
    boolean misfitsRank(int rank) {
        return misfitRank[rank];
    }

    /** Returns whether an item, counted over all groups, has tokens without room. */
    boolean misfitsItem(int item) {
        return misfitItem[item];
    }
}
