// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import io.lplb.cost.ExpertCost;
import io.lplb.replay.BatchSource;
import io.lplb.replay.ReplayTimes;
import io.lplb.topology.ReplicaTopology;
import java.util.LinkedHashMap;
import java.util.Map;

/** Predicted times of all batches of a source. */
public final class LayerTimes {
    private LayerTimes() {}

    /**
     * Plans every batch and averages the predicted times.
     *
     * @param source batches
     * @param topology topology of the replicas
     * @param ranks number of ranks
     * @param replicas replica slots on each rank
     * @param cost cost of a rank's tokens
     * @return the means
     */
    public static ReplayTimes of(
            BatchSource source, ReplicaTopology topology, int ranks, int replicas, ExpertCost cost) {
        Map<String, Double> sums = new LinkedHashMap<>();
        double bounds = 0;
        int worthIt = 0;
        int batches = 0;
        int[] counts = new int[source.experts()];
        for (int layer = 0; layer < source.layers(); layer++) {
            try (LayerStudy study = new LayerStudy(cost, topology, ranks, replicas, source.history(layer))) {
                for (int b = 0; b < source.batches(); b++) {
                    source.counts(layer, b, counts);
                    study.plan(counts).plans.forEach((name, plan) -> sums.merge(name, plan.predicted, Double::sum));
                    bounds += study.lowerBound();
                    worthIt += study.worthIt() ? 1 : 0;
                    batches++;
                }
            }
        }
        double all = Math.max(1, batches);
        sums.replaceAll((name, sum) -> sum / all);
        return new ReplayTimes(cost.name(), cost.unit(), batches, sums, bounds / all, worthIt);
    }
}
