// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.count.TokenCounter;
import io.lplb.placement.Eplb;
import io.lplb.placement.EplbPlacement;
import io.lplb.placement.ExpertPlacement;

/** Layers placed by EPLB, where an expert may have any number of replicas on any ranks. */
public final class EplbLayers {
    private static final int LAYERS = 2;
    private static final int EXPERTS = 32;
    private static final int RANKS = 8;

    private EplbLayers() {}

    /** Places two layers by their history and plans a batch of each. */
    public static void main(String[] args) {
        double[][] history = new double[LAYERS][];
        for (int layer = 0; layer < LAYERS; layer++) {
            history[layer] = new Gate(EXPERTS, layer).history();
        }
        // 32 experts and 16 replicas, 6 slots a rank; one group of experts, one node.
        EplbPlacement placed = Eplb.place(history, EXPERTS + 2 * RANKS, 1, 1, RANKS);
        int[] ids = new int[2048];
        int[] counts = new int[EXPERTS];
        for (int layer = 0; layer < LAYERS; layer++) {
            ExpertPlacement placement = placed.layers().get(layer);
            try (LoadBalancer balancer =
                    LoadBalancer.builder().placement(placement).build()) {
                count(new Gate(EXPERTS, layer), ids, counts);
                System.out.println("layer " + layer + ": at most " + mostReplicas(placement)
                        + " replicas of an expert, imbalance "
                        + balancer.plan(counts).imbalance());
            }
        }
    }

    private static int mostReplicas(ExpertPlacement placement) {
        int most = 0;
        for (int e = 0; e < placement.experts(); e++) {
            most = Math.max(most, placement.replicaCount(e));
        }
        return most;
    }

    private static void count(Gate gate, int[] ids, int[] counts) {
        gate.choose(ids);
        new TokenCounter(EXPERTS).count(ids, counts);
    }
}
