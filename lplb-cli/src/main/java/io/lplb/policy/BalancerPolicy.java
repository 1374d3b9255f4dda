// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.solver.SolveStatus;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** This library's {@link LoadBalancer} on a placement, planning for tokens or for time. */
final class BalancerPolicy implements Policy {
    private final PolicySetup setup;
    private final ExpertCost cost;
    private final Function<double[], ExpertPlacement> placing;
    private final int[] counts;
    private long[] slotLoads = {};
    private @Nullable LoadBalancer balancer;
    private double lowerBound = Double.NaN;

    BalancerPolicy(PolicySetup setup, ExpertCost cost, Function<double[], ExpertPlacement> placing) {
        this.setup = setup;
        this.cost = cost;
        this.placing = placing;
        this.counts = new int[setup.experts()];
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        close();
        balancer = LoadBalancer.builder()
                .placement(placement)
                .solver(setup.solver())
                .speeds(setup.speedArray())
                .cost(cost)
                .build();
        slotLoads = new long[placement.physicalExperts()];
        return placement;
    }

    @Override
    public boolean plan(long[] tokens, Dispatch out) {
        LoadBalancer planner = balancer;
        if (planner == null) {
            throw new IllegalStateException("this library: got a batch before a placement");
        }
        for (int e = 0; e < counts.length; e++) {
            if (tokens[e] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("tokens of expert " + e + ": got " + tokens[e]
                        + " in a batch, expected at most " + Integer.MAX_VALUE);
            }
            counts[e] = (int) tokens[e];
        }
        PlanReport report = planner.plan(counts);
        planner.copySlotLoads(slotLoads);
        ExpertPlacement placement = planner.placement();
        for (int slot = 0; slot < slotLoads.length; slot++) {
            out.add(placement.expertIn(slot), placement.rankOf(slot), slotLoads[slot]);
        }
        lowerBound = report.lowerBound();
        // A plan in time has no optimum in tokens.
        return !cost.countsTokens() || report.status() == SolveStatus.OPTIMAL;
    }

    @Override
    public double lowerBound() {
        return lowerBound;
    }

    @Override
    public void close() {
        if (balancer != null) {
            balancer.close();
            balancer = null;
        }
    }
}
