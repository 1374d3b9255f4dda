// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.placement.ExpertPlacement;
import io.lplb.solver.SolveStatus;

/** This library: a plan of the balancer, whose placement is already the layer's. */
final class LibrarySplit implements Strategy {
    private LoadBalancer balancer;
    private double lowerBound;
    private double maxLoad;
    private long uncoveredTokens;

    LibrarySplit(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    /** Goes on with another balancer. */
    void use(LoadBalancer next) {
        balancer = next;
    }

    @Override
    public String name() {
        return "this library";
    }

    @Override
    public void place(ExpertPlacement placement, double[] speeds) {
        // The balancer made the placement and has the speeds.
    }

    @Override
    public boolean divide(int[] counts, long[] rankLoads) {
        PlanReport report = balancer.plan(counts);
        for (int r = 0; r < rankLoads.length; r++) {
            rankLoads[r] = report.rankLoad(r);
        }
        lowerBound = report.lowerBound();
        maxLoad = report.maxLoad();
        uncoveredTokens = report.uncoveredTokens();
        return report.status() == SolveStatus.OPTIMAL;
    }

    /** Returns the largest tokens / speed of the last batch, the least that whole tokens allow on this placement. */
    double maxLoad() {
        return maxLoad;
    }

    /** Returns the tokens of the last batch whose expert has no active rank. */
    long uncoveredTokens() {
        return uncoveredTokens;
    }

    /** Returns the proven lower bound on the busiest rank of the last batch, whoever divides it on this placement. */
    double lowerBound() {
        return lowerBound;
    }
}
