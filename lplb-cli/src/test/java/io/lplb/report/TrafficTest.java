// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.balance.LoadBalancer;
import io.lplb.topology.Topologies;
import org.junit.jupiter.api.Test;

class TrafficTest {

    /**
     * Two ranks with two experts, each copying the other's heavier one. Expert 0 alone has tokens: half of its ten go
     * along the edge from its rank, in both of two batches; expert 2 then sends half of its six the other way.
     */
    @Test
    void tokensMovedByHand() {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(4)
                .ranks(2)
                .topology(Topologies.ring(2))
                .replicas(1)
                .build()) {
            Traffic traffic = new Traffic(Topologies.ring(2), 1);
            for (int[] counts : new int[][] {{10, 0, 0, 0}, {10, 0, 0, 0}, {0, 0, 6, 0}}) {
                balancer.plan(counts);
                traffic.add(balancer);
            }
            assertArrayEquals(new double[] {10 / 3.0, 1}, traffic.perBatch(3), 1e-12);
            assertEquals(13 / 26.0, traffic.fraction());
        }
    }

    /** With groups and several experts an edge, all that ranks compute beyond their originals has come along some edge. */
    @Test
    void whatCopiesComputeCameAlongAnEdge() {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(128)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(4)
                .build()) {
            int[] counts = new int[128];
            for (int e = 0; e < counts.length; e++) {
                counts[e] = e * e % 97;
            }
            Traffic traffic = new Traffic(Topologies.cube(), 4);
            balancer.plan(counts);
            traffic.add(balancer);
            long[] slots = new long[balancer.placement().physicalExperts()];
            balancer.copySlotLoads(slots);
            long copies = 0;
            for (int slot = 0; slot < slots.length; slot++) {
                int expert = balancer.placement().expertIn(slot);
                copies += slot == balancer.placement().slotOf(expert, 0) ? 0 : slots[slot];
            }
            double sum = 0;
            for (double tokens : traffic.perBatch(1)) {
                sum += tokens;
            }
            assertEquals((double) copies, sum);
        }
    }
}
