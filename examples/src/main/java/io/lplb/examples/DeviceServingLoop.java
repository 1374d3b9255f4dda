// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.provider.DriverProvider;
import java.util.Arrays;

/**
 * The expert-parallel part of a serving loop whose tokens are on the GPU: the gate's kernel writes ids of logical experts,
 * the dispatch kernel reads physical ids, and between the two nothing leaves the device. Addresses and stream are those of
 * the serving engine, {@link Engine} here.
 *
 * <p>Not thread-safe: one thread runs the loop.
 */
public final class DeviceServingLoop implements AutoCloseable {
    private static final int EXPERTS = 64;
    private static final int RANKS = 8;
    private static final int TOKENS = 1024;
    private static final int LAYERS = 3;

    private final long stream;
    private final int maxTokens;
    private final GpuPipeline[] layers;

    /**
     * Makes the pipelines of the layers, with every expert at its natural place.
     *
     * @param stream the engine's CUstream, which is also a cudaStream_t; it must live longer than this loop
     * @param maxTokens the most ids of a micro-batch
     * @throws CudaUnavailableException if there is no driver or no device
     */
    public DeviceServingLoop(long stream, int layerCount, int maxTokens) throws CudaUnavailableException {
        this.stream = stream;
        this.maxTokens = maxTokens;
        layers = new GpuPipeline[layerCount];
        double[] even = new double[EXPERTS];
        Arrays.fill(even, 1);
        for (int layer = 0; layer < layerCount; layer++) {
            layers[layer] = open(even);
        }
    }

    private GpuPipeline open(double[] history) throws CudaUnavailableException {
        ExpertPlacement placement = new LplbPlacement(Topologies.cube(), RANKS, EXPERTS, 2).reordered(history, RANKS);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        return GpuPipeline.openOn(stream, RelaxationSolver.NAME, placement, problem, 1e-4, maxTokens, 0);
    }

    /** Moves the replicas of a layer to where its past load wants them; between requests, with the weights. */
    public void updatePlacement(int layer, double[] history) throws CudaUnavailableException {
        GpuPipeline next = open(history);
        layers[layer].close();
        layers[layer] = next;
    }

    /**
     * Puts one micro-batch through one layer on the stream and does not wait for it.
     *
     * @param ids device address of {@code tokens} 32-bit integers: experts as the gate chose, -1 for none
     * @param physicalIds device address of as many: the slots that compute them, the dispatch kernel's input
     */
    public void step(int layer, long ids, long physicalIds, int tokens) {
        layers[layer].route(ids, physicalIds, tokens);
    }

    /** Waits for the stream and says how even the last micro-batch of a layer is; not for every step. */
    public String report(int layer) {
        GpuPipeline pipeline = layers[layer];
        pipeline.fetch();
        return "layer " + layer + ": " + pipeline.maxLoad(0) + " tokens on the busiest rank, no plan is below "
                + pipeline.lowerBound(0);
    }

    @Override
    public void close() {
        for (GpuPipeline layer : layers) {
            layer.close();
        }
    }

    /** Runs four micro-batches through three layers, or says why there is no GPU for them. */
    public static void main(String[] args) throws CudaUnavailableException {
        Availability gpu = DriverProvider.probe();
        if (!gpu.available()) {
            System.out.println(gpu.reason() + " " + gpu.remedy());
            return;
        }
        try (Engine engine = new Engine(TOKENS);
                DeviceServingLoop loop = new DeviceServingLoop(engine.stream(), LAYERS, TOKENS)) {
            for (int layer = 0; layer < LAYERS; layer++) {
                Gate gate = new Gate(EXPERTS, layer);
                loop.updatePlacement(layer, gate.history());
                for (int microBatch = 0; microBatch < 4; microBatch++) {
                    engine.gate(gate);
                    loop.step(layer, engine.ids(), engine.physicalIds(), TOKENS);
                }
                System.out.println(loop.report(layer));
            }
        }
    }
}
