// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.PlanReport;
import io.lplb.solver.Backend;
import io.lplb.topology.Topologies;

/**
 * A balancer that solves on the GPU, and what a program can do where there is none. {@code lplb-tornado-kernels} must be
 * on the class path.
 */
public final class OnTheGpu {
    private OnTheGpu() {}

    /** Plans one batch on the GPU, or says why it was the CPU. */
    public static void main(String[] args) {
        LoadBalancerBuilder builder =
                LoadBalancer.builder().experts(64).ranks(8).topology(Topologies.cube());
        try (LoadBalancer balancer = onTheGpuOrElseTheCpu(builder)) {
            int[] counts = new int[64];
            for (int e = 0; e < counts.length; e++) {
                counts[e] = 100 + e;
            }
            PlanReport report = balancer.plan(counts);
            System.out.println("largest load " + report.maxLoad() + ", lower bound " + report.lowerBound());
        }
    }

    private static LoadBalancer onTheGpuOrElseTheCpu(LoadBalancerBuilder builder) {
        try {
            return builder.backend(Backend.GPU).build();
        } catch (IllegalStateException noGpu) {
            System.out.println(noGpu.getMessage()); // the reason, and what to do about it
            return builder.backend(Backend.CPU).build();
        }
    }
}
