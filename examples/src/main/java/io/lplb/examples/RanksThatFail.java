// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.topology.Topologies;
import java.util.Arrays;

/** A rank that fails, one that slows down, and both back again: the balancer stays, its plans follow. */
public final class RanksThatFail {
    private RanksThatFail() {}

    /** Plans the same batch in three states of the ranks. */
    public static void main(String[] args) {
        int[] counts = new int[64];
        Arrays.fill(counts, 100);
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(8)
                .build()) {
            print("rank 3 fails", planWithoutRank(balancer, counts));
            balancer.setActive(3, true); // back, with its weights
            balancer.updateSpeeds(1, 1, 1, 1, 1, 0.5, 1, 1); // rank 5 throttles
            print("rank 5 at half speed", balancer.plan(counts));
            balancer.updateSpeeds(1, 1, 1, 1, 1, 1, 1, 1);
            print("all well", balancer.plan(counts));
        }
    }

    private static PlanReport planWithoutRank(LoadBalancer balancer, int[] counts) {
        balancer.setActive(3, false); // any thread may say so, at any time
        PlanReport report = balancer.plan(counts); // no token goes to rank 3
        if (report.uncoveredExperts() > 0) { // their tokens get the slot -1
            System.out.println("no active rank has experts " + Arrays.toString(report.uncovered()) + ": "
                    + report.uncoveredTokens() + " tokens");
        }
        return report;
    }

    private static void print(String state, PlanReport report) {
        System.out.println(state + ": " + Arrays.toString(report.rankLoads()) + ", imbalance " + report.imbalance());
    }
}
