// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.micrometer.PlanMetrics;
import io.lplb.topology.Topologies;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Plans as Micrometer metrics; a registry for Prometheus, OTLP or another system takes the place of the simple one. */
public final class MicrometerMetrics {
    private MicrometerMetrics() {}

    /** Plans three batches and reads two meters. */
    public static void main(String[] args) {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .listener(new PlanMetrics(registry, Tags.of("layer", "3")))
                .build()) {
            int[] counts = new int[64];
            counts[0] = 300;
            for (int batch = 0; batch < 3; batch++) {
                balancer.plan(counts);
            }
        }
        System.out.println("tokens " + registry.get("lplb.tokens").counter().count());
        System.out.println(
                "mean imbalance " + registry.get("lplb.imbalance").summary().mean());
    }
}
