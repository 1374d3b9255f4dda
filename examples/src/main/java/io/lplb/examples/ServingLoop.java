// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LayeredBalancer;
import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.count.TokenCounter;
import io.lplb.topology.Topologies;

/**
 * The expert-parallel part of a serving loop: a balancer per layer, several micro-batches, and buffers that are made
 * once. A step allocates nothing.
 *
 * <p>Not thread-safe: one thread runs the loop.
 */
public final class ServingLoop implements AutoCloseable {
    private static final int EXPERTS = 64;
    private static final int RANKS = 8;

    private final LayeredBalancer layers;
    private final TokenCounter counter = new TokenCounter(EXPERTS);
    private final int[] counts = new int[EXPERTS];

    /** Makes the balancer of all layers. */
    public ServingLoop(int layerCount) {
        layers = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .topology(Topologies.cube())
                .replicas(2)
                .solver("relaxation")
                .name("decode")
                .layers(layerCount)
                .buildLayers();
    }

    /** Moves the replicas of a layer to where its past load wants them; between requests, with the weights. */
    public void updatePlacement(int layer, double[] history) {
        layers.layer(layer).updatePlacement(history);
    }

    /**
     * One micro-batch through one layer.
     *
     * @param ids expert of every routed token, as the gate chose
     * @param physicalIds the slot that computes it; the dispatch kernel's input
     * @return what the plan achieves; the layer's next step overwrites it
     */
    public PlanReport step(int layer, int[] ids, int[] physicalIds) {
        LoadBalancer balancer = layers.layer(layer);
        counter.count(ids, counts);
        PlanReport report = balancer.plan(counts);
        balancer.route(ids, physicalIds);
        return report;
    }

    @Override
    public void close() {
        layers.close();
    }

    /** Runs four micro-batches through three layers. */
    public static void main(String[] args) {
        int[] ids = new int[1024];
        int[] physicalIds = new int[ids.length];
        try (ServingLoop loop = new ServingLoop(3)) {
            for (int layer = 0; layer < 3; layer++) {
                Gate gate = new Gate(EXPERTS, layer);
                loop.updatePlacement(layer, gate.history());
                double worst = 0;
                for (int microBatch = 0; microBatch < 4; microBatch++) {
                    gate.choose(ids);
                    worst = Math.max(worst, loop.step(layer, ids, physicalIds).imbalance());
                }
                System.out.println("layer " + layer + ": worst imbalance " + worst);
            }
        }
    }
}
