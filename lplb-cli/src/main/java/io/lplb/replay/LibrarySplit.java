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
    public void place(ExpertPlacement placement) {
        // The balancer made the placement.
    }

    @Override
    public boolean divide(int[] counts, long[] rankLoads) {
        PlanReport report = balancer.plan(counts);
        for (int r = 0; r < rankLoads.length; r++) {
            rankLoads[r] = report.rankLoad(r);
        }
        lowerBound = report.lowerBound();
        return report.status() == SolveStatus.OPTIMAL;
    }

    /** Returns the proven lower bound on the busiest rank of the last batch, whoever divides it on this placement. */
    double lowerBound() {
        return lowerBound;
    }
}
