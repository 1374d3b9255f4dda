// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

/**
 * What one strategy made of one batch.
 *
 * @param imbalance load of the busiest rank over the mean load
 * @param gap load of the busiest rank above the fewest whole tokens possible on this placement, over the mean load
 * @param planNanos time from counts to rank loads, in nanoseconds
 */
public record StrategyBatch(double imbalance, double gap, long planNanos) {}
