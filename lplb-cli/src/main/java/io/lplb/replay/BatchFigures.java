// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

/**
 * Figures of one policy on one batch of one layer.
 *
 * @param imbalance load of the busiest rank over the mean load
 * @param gap load of the busiest rank above the proven least on the policy's placement, over the mean load; NaN if none is proven
 * @param anyGap load of the busiest rank above a proven bound for any placement, over the mean load
 * @param time predicted time of the slowest rank
 * @param copyTime time of copying weights for this batch and of the update before it
 * @param copies weights copied for this batch alone
 * @param crossNode part of the tokens that cross nodes
 * @param planNanos time from counts to dispatch in nanoseconds
 * @param accepted whether the policy's solver accepted its answer
 * @param uncovered tokens whose expert has no active rank
 */
public record BatchFigures(
        double imbalance,
        double gap,
        double anyGap,
        double time,
        double copyTime,
        int copies,
        double crossNode,
        long planNanos,
        boolean accepted,
        long uncovered) {}
