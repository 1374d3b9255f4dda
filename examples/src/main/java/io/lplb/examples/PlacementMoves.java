// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementChange;
import io.lplb.placement.PlacementPlanner;
import io.lplb.placement.PlacementUpdate;
import java.util.List;

/** A placement made for the exact split, and its change for later loads with few weights copied. */
public final class PlacementMoves {
    private PlacementMoves() {}

    /** Places a layer of 256 experts, and changes the placement for another history. */
    public static void main(String[] args) {
        double[] history = new Gate(256, 1).history();
        double[] later = new Gate(256, 2).history();
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(256)
                .ranks(32)
                .slotsPerRank(10)
                .build();
        ExpertPlacement placement = planner.place(history);
        PlacementUpdate update = planner.update(placement, later, MoveLimits.ifItPays());
        List<PlacementChange.Step> copies = update.change().steps();
        System.out.printf(
                "survives any %d ranks; imbalance %.4f -> %.4f, %d copies, %d of them over the network%n",
                placement.coverage().ranks(),
                update.imbalanceBefore(),
                update.imbalance(),
                copies.size(),
                update.change().networkCopies());
    }
}
