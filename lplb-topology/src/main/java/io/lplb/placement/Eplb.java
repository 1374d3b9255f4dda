// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * DeepSeek's expert-parallel load balancer (EPLB, {@code eplb.py}): from the experts' past loads, how many replicas
 * each gets and on which GPU they live.
 *
 * <p>Hierarchical, if the expert groups are a multiple of the nodes:
 *
 * <ol>
 *   <li>groups of consecutive experts are packed to the nodes by weight;
 *   <li>the experts are replicated inside each node;
 *   <li>the physical experts are packed to the node's GPUs, each weighing its expert's weight over its replicas.
 * </ol>
 *
 * <p>Global otherwise: the same with one group and one node. Each layer is placed on its own. Two replicas of an expert
 * may come to lie on one GPU, as in the original.
 *
 * <p>The tables equal the original's entry by entry: weights are rounded to float and added in its order
 * ({@link FloatSum}), and equal weights follow the order of its sort ({@link FallingOrder}).
 */
public final class Eplb {
    private final int experts;
    private final int groups;
    private final int nodes;
    private final int gpus;
    private final int physicalPerNode;

    private Eplb(int experts, int physical, int groups, int nodes, int gpus) {
        boolean hierarchical = groups % nodes == 0;
        this.experts = experts;
        this.groups = hierarchical ? groups : 1;
        this.nodes = hierarchical ? nodes : 1;
        this.gpus = gpus;
        this.physicalPerNode = physical / this.nodes;
        if (gpus % this.nodes != 0) {
            throw new IllegalArgumentException(
                    "gpus: got " + gpus + ", expected a multiple of the " + nodes + " nodes");
        }
    }

    /**
     * Places the experts of one or more layers.
     *
     * @param weight {@code [layers][experts]}, past loads in any one unit; finite, not negative
     * @param replicas number of physical experts a layer: a multiple of {@code gpus}, at least the number of experts
     * @param groups number of groups of consecutive experts; divides the number of experts
     * @param nodes number of nodes
     * @param gpus number of GPUs; where {@code nodes} divides {@code groups}, a multiple of {@code nodes}
     * @return a placement per layer
     * @throws IllegalArgumentException if a weight or a size is not as said
     */
    public static EplbPlacement place(double[][] weight, int replicas, int groups, int nodes, int gpus) {
        Objects.requireNonNull(weight, "weight");
        if (weight.length == 0) {
            throw new IllegalArgumentException("weight: got no layer, expected at least one");
        }
        int experts = Objects.requireNonNull(weight[0], "weight[0]").length;
        for (int layer = 0; layer < weight.length; layer++) {
            Sizes.requireWeights("weight[" + layer + "]", weight[layer], experts);
        }
        Sizes.requirePositive("experts", experts);
        Sizes.requirePositive("groups", groups);
        Sizes.requirePositive("nodes", nodes);
        Sizes.requirePositive("gpus", gpus);
        if (experts % groups != 0) {
            throw new IllegalArgumentException(
                    "groups: got " + groups + ", expected a divisor of the " + experts + " experts");
        }
        if (replicas < experts || replicas % gpus != 0) {
            throw new IllegalArgumentException("replicas: got " + replicas + ", expected a multiple of the " + gpus
                    + " gpus, at least the " + experts + " experts");
        }
        Eplb eplb = new Eplb(experts, replicas, groups, nodes, gpus);
        List<ExpertPlacement> layers = new ArrayList<>(weight.length);
        for (double[] layer : weight) {
            layers.add(eplb.layer(floats(layer)));
        }
        return new EplbPlacement(layers);
    }

    private static float[] floats(double[] weight) {
        float[] rounded = new float[weight.length];
        for (int e = 0; e < rounded.length; e++) {
            rounded[e] = (float) weight[e];
        }
        return rounded;
    }

    private ExpertPlacement layer(float[] weight) {
        int[] byNode = expertsByNode(weight);
        int expertsPerNode = experts / nodes;
        int[] phy2log = new int[nodes * physicalPerNode];
        int[][] log2phy = new int[experts][];
        float[] local = new float[expertsPerNode];
        for (int node = 0; node < nodes; node++) {
            int first = node * expertsPerNode;
            for (int k = 0; k < expertsPerNode; k++) {
                local[k] = weight[byNode[first + k]];
            }
            Replication replication = Replication.of(local, physicalPerNode);
            for (int k = 0; k < expertsPerNode; k++) {
                log2phy[byNode[first + k]] = new int[replication.count()[k]];
            }
            int[] places = BalancedPacking.places(replication.shares(local), gpus / nodes);
            for (int p = 0; p < physicalPerNode; p++) {
                int expert = byNode[first + replication.expert()[p]];
                int slot = node * physicalPerNode + places[p];
                phy2log[slot] = expert;
                log2phy[expert][replication.replica()[p]] = slot;
            }
        }
        return ExpertPlacement.of(gpus, gpus, phy2log, log2phy);
    }

    /** The experts in the order of the nodes their groups are packed to. */
    private int[] expertsByNode(float[] weight) {
        int groupSize = experts / groups;
        float[] groupWeight = new float[groups];
        for (int g = 0; g < groups; g++) {
            groupWeight[g] = FloatSum.of(weight, g * groupSize, groupSize);
        }
        int[] places = BalancedPacking.places(groupWeight, nodes);
        int[] byNode = new int[experts];
        for (int e = 0; e < experts; e++) {
            byNode[places[e / groupSize] * groupSize + e % groupSize] = e;
        }
        return byNode;
    }
}
