// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.count.TokenCounter;
import io.lplb.topology.Topologies;

/** One batch of one layer on the CPU: place, count, plan, route. */
public final class QuickStart {
    private QuickStart() {}

    /** Balances one batch of 64 experts on 8 ranks. */
    public static void main(String[] args) {
        Gate gate = new Gate(64, 1);
        double[] history = gate.history();
        int[] ids = new int[512 * 6];
        gate.choose(ids);
        int[] counts = new int[64];
        int[] physicalIds = new int[ids.length];

        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2)
                .build()) {
            balancer.updatePlacement(history); // now and then: past load of each expert
            new TokenCounter(64).count(ids, counts); // every batch: ids of the experts the gate chose
            PlanReport report = balancer.plan(counts);
            balancer.route(ids, physicalIds); // each token to one replica, quotas met exactly
            System.out.println(report.imbalance() + ", at most " + report.gap() + " tokens from optimal");
        }
    }
}
