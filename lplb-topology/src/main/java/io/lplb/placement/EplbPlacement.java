// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.List;

/**
 * Answer of {@link Eplb}: a placement for each layer, also in the form of EPLB's own tables.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class EplbPlacement {
    private final List<ExpertPlacement> layers;

    EplbPlacement(List<ExpertPlacement> layers) {
        this.layers = List.copyOf(layers);
    }

    /** {@return the placements of the layers, in order; all GPUs are one group of ranks} */
    public List<ExpertPlacement> layers() {
        return layers;
    }

    /** {@return the expert in each slot, {@code [layers][physical]}} */
    public int[][] phy2log() {
        return layers.stream().map(ExpertPlacement::phy2log).toArray(int[][]::new);
    }

    /**
     * {@return the slots of each expert, {@code [layers][experts][most replicas of any expert in any layer]}; -1 where
     * an expert has fewer}
     */
    public int[][][] log2phy() {
        int most = Arrays.stream(counts()).flatMapToInt(Arrays::stream).max().orElse(0);
        int[][][] padded = layers.stream().map(ExpertPlacement::log2phy).toArray(int[][][]::new);
        for (int[][] layer : padded) {
            for (int e = 0; e < layer.length; e++) {
                int replicas = layer[e].length;
                layer[e] = Arrays.copyOf(layer[e], most);
                Arrays.fill(layer[e], replicas, most, -1);
            }
        }
        return padded;
    }

    /** {@return the number of replicas of each expert, {@code [layers][experts]}} */
    public int[][] counts() {
        return layers.stream().map(ExpertPlacement::counts).toArray(int[][]::new);
    }

    @Override
    public String toString() {
        return "EplbPlacement[layers=" + layers.size() + ", each " + layers.get(0) + "]";
    }
}
