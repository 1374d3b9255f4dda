// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

/**
 * Results of one policy over all batches of all layers; the components are fields of the JSON report.
 *
 * @param id name on the command line
 * @param strategy name in reports
 * @param placement placement that the policy works on
 * @param batches number of batches with a token
 * @param imbalance load of the busiest rank over the mean load; 1 is perfect
 * @param gap load of the busiest rank above the proven least on the placement, over the mean load; empty where none is proven
 * @param anyGap load of the busiest rank above a proven bound for any placement of these slots, over the mean load
 * @param optimalBatches on how many batches the busiest rank had exactly the fewest whole tokens possible on the placement
 * @param rejectedSolves how often the policy's solver rejected its own answer
 * @param time predicted time of the slowest rank in the unit of the cost
 * @param timeWithCopies mean predicted time with the copying of weights, for updates and for batches
 * @param updates placement updates of all layers
 * @param movesPerUpdate weights that an update of a layer moves over the network, mean
 * @param sameRankMovesPerUpdate weights that an update of a layer moves inside ranks, mean
 * @param copiesPerBatch weights copied for one batch alone, mean
 * @param crossNodeTokens part of the tokens that cross nodes
 * @param survivesRanks how many ranks may fail, whichever they are, with every expert still on another one
 * @param survivesNodes how many nodes may fail, whichever they are, with every expert still on another one
 * @param uncoveredTokens tokens whose expert has no active rank
 * @param planNanos time from counts to dispatch in nanoseconds
 */
public record StrategyResult(
        String id,
        String strategy,
        String placement,
        long batches,
        Spread imbalance,
        Spread gap,
        Spread anyGap,
        long optimalBatches,
        long rejectedSolves,
        Spread time,
        double timeWithCopies,
        long updates,
        double movesPerUpdate,
        double sameRankMovesPerUpdate,
        double copiesPerBatch,
        double crossNodeTokens,
        int survivesRanks,
        int survivesNodes,
        long uncoveredTokens,
        Spread planNanos) {

    /** Returns the name with the placement, which tells all rows apart. */
    public String label() {
        return strategy + " (" + placement + ")";
    }
}
