// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.placement.ExpertPlacement;
import java.util.ArrayList;
import java.util.List;

/**
 * Balancer of all MoE layers of a model for one rank of a group, over one exchange. Every layer has a placement of its own;
 * speeds and inactive ranks are those of the ranks, hence the same in all layers.
 *
 * <pre>
 *   round   0         1         2        ...  n - 1         n         n + 1
 *   layer   0         1         2        ...  n - 1         0         1
 * </pre>
 *
 * <p>All ranks plan layer after layer: round r belongs to layer r mod n, and counts carry their layer. A rank that has
 * stalled, or was started anew, comes back at a round of the layer that it plans next; it never meets another layer's
 * counts.
 *
 * <p>One round at a time is open, of whichever layer: {@link RankBalancer#start} it, do other work, then
 * {@link RankBalancer#await} its plan.
 *
 * <p>Thread-safety is that of {@link RankBalancer}: one thread at a time uses all layers.
 */
public final class LayeredRankBalancer implements AutoCloseable {
    private final String prefix;
    private final RankGroup group;
    private final RankBalancer[] layers;

    LayeredRankBalancer(BalancerSettings settings, List<ExpertPlacement> placements, RankGroup group) {
        this.prefix = settings.prefix();
        this.group = group;
        layers = new RankBalancer[settings.layers];
        try {
            for (int l = 0; l < layers.length; l++) {
                layers[l] = new RankBalancer(settings.ofLayer(l), placements.get(l), group, l);
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
    public RankBalancer layer(int layer) {
        return layers[layer];
    }

    /**
     * Places the experts of all layers anew, see {@link RankBalancer#updatePlacement(double[])}.
     *
     * @param histories {@code [layers][experts]}, past load of each expert in any unit, not negative
     * @throws IllegalArgumentException if a length is wrong or a load is not valid; nothing has changed then
     * @throws IllegalStateException as there
     */
    public void updatePlacement(double[][] histories) {
        Layers.requireLayers(prefix, "histories", histories.length, layers.length);
        List<ExpertPlacement> next = new ArrayList<>();
        for (int l = 0; l < layers.length; l++) {
            layers[l].requireNoRound("updatePlacement");
            next.add(layers[l].place(histories[l]));
        }
        for (int l = 0; l < layers.length; l++) {
            layers[l].install(next.get(l));
        }
    }

    /**
     * Plans a batch of every layer together with the other ranks, round after round; {@link RankBalancer#lastReport} of a
     * layer says what its round came to.
     *
     * @param ownCounts {@code [layers][experts]}, tokens that this rank routes to each expert, not negative
     * @throws IllegalArgumentException if a length is wrong or a count is negative; nothing has changed then
     * @throws io.lplb.solver.BackendException as {@link RankBalancer#plan(int[])}; layers before the one that failed are planned
     * @throws IllegalStateException if a round is open, or the balancer or its exchange is closed
     */
    public void plan(int[][] ownCounts) {
        Layers.requireLayers(prefix, "ownCounts", ownCounts.length, layers.length);
        for (int l = 0; l < layers.length; l++) {
            layers[l].requireCounts(ownCounts[l]);
        }
        for (int l = 0; l < layers.length; l++) {
            layers[l].plan(ownCounts[l]);
        }
    }

    /**
     * Sets a rank active or inactive in all layers, from the next plan on, see {@link RankBalancer#setActive(int, boolean)}.
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param active false for a rank that must not get tokens
     */
    public void setActive(int rank, boolean active) {
        group.states.setActive(rank, active);
    }

    /**
     * Sets all ranks active or inactive in all layers, see {@link RankBalancer#setActive(boolean[])}.
     *
     * @param active {@code [ranks]}, false for a rank that must not get tokens
     */
    public void setActive(boolean[] active) {
        group.states.setActive(active);
    }

    /**
     * Sets the speeds of the ranks in all layers, see {@link RankBalancer#updateSpeeds}.
     *
     * @param speeds {@code [ranks]}, 0 for a rank that must not get tokens
     */
    public void updateSpeeds(double... speeds) {
        group.states.updateSpeeds(speeds);
    }

    /**
     * Adds a listener to every layer; reports carry their layer.
     *
     * @param listener called after every plan and round, on the thread that plans
     */
    public void addListener(PlanListener listener) {
        for (RankBalancer layer : layers) {
            layer.addListener(listener);
        }
    }

    /** Closes all layers. The exchange is the caller's. Closing twice is harmless. */
    @Override
    public void close() {
        Layers.close(layers);
    }
}
