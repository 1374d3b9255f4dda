// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.TopologyMetrics;
import io.lplb.topology.TopologyText;
import java.util.Arrays;

/** A topology of one's own: six ranks in a ring, with a second set of replicas across it. */
public final class CustomTopology {
    private CustomTopology() {}

    /** Draws the topology, says how far load can spread in it, and plans a batch with one hot rank. */
    public static void main(String[] args) {
        // Row r: the ranks whose experts rank r holds copies of. Every column is a permutation.
        int[][] replicaToOriginal = {{1, 3}, {2, 4}, {3, 5}, {4, 0}, {5, 1}, {0, 2}};
        ReplicaTopology topology = ReplicaTopology.of("ring and diagonals", replicaToOriginal);
        System.out.println(TopologyText.of(topology));
        System.out.println("diameter " + TopologyMetrics.of(topology).diameter().orElseThrow());

        int[] counts = new int[24];
        Arrays.fill(counts, 100);
        Arrays.fill(counts, 0, 4, 200); // the four experts of rank 0
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(24)
                .ranks(6)
                .topology(topology)
                .replicas(4)
                .build()) {
            System.out.println("imbalance " + balancer.plan(counts).imbalance());
        }
    }
}
