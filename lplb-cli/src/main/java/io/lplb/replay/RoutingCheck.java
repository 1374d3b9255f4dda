// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.placement.ExpertPlacement;
import java.util.Objects;

/**
 * Routes the ids of a planned batch and checks what came out against the plan: every id at a copy of its own expert,
 * or nowhere if that has no active rank, and on every rank as many tokens as the plan says.
 *
 * <p>Not thread-safe.
 */
public final class RoutingCheck {
    private final LoadBalancer balancer;
    private long ids;
    private int batches;
    private String difference = "";

    /** Checks the plans of a balancer. */
    public RoutingCheck(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    /** Routes the ids that the balancer's last plan was made for. */
    public void route(int[] batch) {
        int[] slots = new int[batch.length];
        balancer.route(batch, slots);
        ExpertPlacement placement = balancer.placement();
        long[] loads = new long[placement.ranks()];
        long unrouted = 0;
        for (int k = 0; k < batch.length; k++) {
            if (slots[k] < 0) {
                unrouted++;
                continue;
            }
            if (placement.expertIn(slots[k]) != batch[k]) {
                note("id " + batch[k] + " went to slot " + slots[k] + " of expert " + placement.expertIn(slots[k]));
            }
            loads[placement.rankOf(slots[k])]++;
        }
        PlanReport plan = plan();
        if (unrouted != plan.uncoveredTokens()) {
            note(unrouted + " ids went nowhere, planned " + plan.uncoveredTokens());
        }
        for (int r = 0; r < loads.length; r++) {
            if (loads[r] != plan.rankLoad(r)) {
                note("rank " + r + " got " + loads[r] + " tokens, planned " + plan.rankLoad(r));
            }
        }
        ids += batch.length;
        batches++;
    }

    /** Returns the balancer's last plan, which lasts longer than the balancer. */
    public PlanReport plan() {
        return Objects.requireNonNull(balancer.lastPlan(), "no plan");
    }

    private void note(String what) {
        if (difference.isEmpty()) {
            difference = "batch " + batches + ": " + what;
        }
    }

    /** Returns the number of ids routed so far. */
    public long ids() {
        return ids;
    }

    /** Returns the first difference between plan and routing; empty if there is none. */
    public String difference() {
        return difference;
    }
}
