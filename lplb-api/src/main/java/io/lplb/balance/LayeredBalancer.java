// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.balance.state.RankStates;
import io.lplb.placement.ExpertPlacement;
import java.util.ArrayList;
import java.util.List;

/**
 * Balancer of all MoE layers of a model, each with a placement of its own. Speeds and inactive ranks are those of the ranks,
 * hence the same in all layers.
 *
 * <pre>
 *   try (LayeredBalancer balancer = LoadBalancer.builder()
 *           .experts(256).ranks(32).topology(Topologies.torus(8, 4)).replicas(2).layers(58).buildLayers()) {
 *       balancer.updatePlacement(histories);                  // now and then: [layers][experts]
 *       balancer.layer(layer).plan(counts);                   // every batch, layer by layer
 *       balancer.layer(layer).route(ids, physicalIds);
 *       balancer.plan(allCounts);                             // or all layers in one call
 *   }
 * </pre>
 *
 * <p>Thread-safety is that of {@link LoadBalancer}, for each layer: different threads may plan different layers at the same
 * time, and any thread may change ranks at any time. Planning allocates nothing.
 */
public final class LayeredBalancer implements AutoCloseable {
    private final String prefix;
    private final RankStates states;
    private final LoadBalancer[] layers;

    LayeredBalancer(BalancerSettings settings, List<ExpertPlacement> placements, RankStates states) {
        this.prefix = settings.prefix();
        this.states = states;
        layers = new LoadBalancer[settings.layers];
        try {
            for (int l = 0; l < layers.length; l++) {
                layers[l] = new LoadBalancer(settings.ofLayer(l), placements.get(l), states);
            }
        } catch (RuntimeException | Error e) {
            Layers.closeQuietly(layers, e);
            throw e;
        }
    }

    /** {@return the number of layers} */
    public int layers() {
        return layers.length;
    }

    /**
     * {@return the balancer of a layer, which this one closes}
     *
     * @param layer from 0 to {@code layers - 1}
     */
    public LoadBalancer layer(int layer) {
        return layers[layer];
    }

    /**
     * Places the experts of all layers anew, see {@link LoadBalancer#updatePlacement(double[])}.
     *
     * @param histories {@code [layers][experts]}, past load of each expert in any unit, not negative
     * @throws IllegalArgumentException if a length is wrong or a load is not valid; nothing has changed then
     * @throws IllegalStateException as there
     */
    public void updatePlacement(double[][] histories) {
        Layers.requireLayers(prefix, "histories", histories.length, layers.length);
        List<ExpertPlacement> next = new ArrayList<>();
        for (int l = 0; l < layers.length; l++) {
            next.add(layers[l].next(histories[l]));
        }
        for (int l = 0; l < layers.length; l++) {
            layers[l].updatePlacement(next.get(l));
        }
    }

    /**
     * Plans a batch of every layer; {@link LoadBalancer#lastPlan} of a layer says what its plan achieves.
     *
     * @param counts {@code [layers][experts]}, tokens routed to each expert, not negative
     * @throws IllegalArgumentException if a length is wrong or a count is negative; nothing has changed then
     * @throws io.lplb.solver.BackendException as {@link LoadBalancer#plan}; layers before the one that failed are planned
     * @throws IllegalStateException if the balancer is closed
     */
    public void plan(int[][] counts) {
        Layers.requireLayers(prefix, "counts", counts.length, layers.length);
        for (int l = 0; l < layers.length; l++) {
            layers[l].requireCounts(counts[l]);
        }
        for (int l = 0; l < layers.length; l++) {
            layers[l].plan(counts[l]);
        }
    }

    /**
     * Routes the tokens of every layer by its last plan, see {@link LoadBalancer#route(int[], int[])}.
     *
     * @param ids {@code [layers][tokens of the layer]}, logical expert of every token; -1 stays -1
     * @param out {@code [layers][tokens of the layer]}, physical slot of every token; may be {@code ids}
     * @throws IllegalArgumentException if a number of layers is wrong, or as there; nothing has been written then
     * @throws IllegalStateException as there
     */
    public void route(int[][] ids, int[][] out) {
        Layers.requireLayers(prefix, "ids", ids.length, layers.length);
        Layers.requireLayers(prefix, "out", out.length, layers.length);
        for (int l = 0; l < layers.length; l++) {
            layers[l].requireRoutable(ids[l], out[l]);
        }
        for (int l = 0; l < layers.length; l++) {
            layers[l].route(ids[l], out[l]);
        }
    }

    /**
     * Sets a rank active or inactive in all layers, from the next plan on, see {@link LoadBalancer#setActive(int, boolean)}.
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param active false for a rank that must not get tokens
     */
    public void setActive(int rank, boolean active) {
        states.setActive(rank, active);
    }

    /**
     * Sets all ranks active or inactive in all layers, see {@link LoadBalancer#setActive(boolean[])}.
     *
     * @param active {@code [ranks]}, false for a rank that must not get tokens
     */
    public void setActive(boolean[] active) {
        states.setActive(active);
    }

    /**
     * Sets the speeds of the ranks in all layers, see {@link LoadBalancer#updateSpeeds}.
     *
     * @param speeds {@code [ranks]}, 0 for a rank that must not get tokens
     */
    public void updateSpeeds(double... speeds) {
        states.updateSpeeds(speeds);
    }

    /**
     * Adds a listener to every layer; reports carry their layer.
     *
     * @param listener called after every plan, on the thread that plans
     */
    public void addListener(PlanListener listener) {
        for (LoadBalancer layer : layers) {
            layer.addListener(listener);
        }
    }

    /**
     * Closes all layers. Closing twice is harmless.
     *
     * @throws IllegalStateException if another thread is in a call of a layer; the others are closed then
     */
    @Override
    public void close() {
        Layers.close(layers);
    }
}
