// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

/**
 * How one strategy did over all batches.
 *
 * @param strategy name of the strategy
 * @param placement which placement it divided the tokens on
 * @param batches number of batches
 * @param imbalance load of the busiest rank over the mean load; 1 is perfect
 * @param gap load of the busiest rank above the fewest whole tokens possible on this placement, over the mean load
 * @param optimalBatches on how many batches the busiest rank had exactly the fewest whole tokens possible
 * @param rejectedSolves how often the strategy's solver rejected its own answer
 * @param planNanos time from counts to rank loads, in nanoseconds
 */
public record StrategyResult(
        String strategy,
        String placement,
        int batches,
        Summary imbalance,
        Summary gap,
        int optimalBatches,
        int rejectedSolves,
        Summary planNanos) {}
