// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stages of the CPU agree with one another on sample placements. */
class ReferencePipelineTest {
    private static final List<ExpertPlacement> PLACEMENTS =
            List.of(SamplePlacements.torus(2), SamplePlacements.mirrored(5, 3), SamplePlacements.random(8, 4, 7, 5, 3));

    @Test
    void aRepairedPlanIsRoutedToTheLoadsThatItProves() {
        for (ExpertPlacement placement : PLACEMENTS) {
            PlacementProblem problem = PlacementProblem.of(placement, null);
            int[] ids = SamplePlacements.ids(700, placement.experts(), 2, 5);
            ReferencePipeline cpu = new ReferencePipeline(placement, problem, ids);
            long[] quota = cpu.rounded(toDoubles(cpu.anyQuotas()));
            assertArrayEquals(cpu.anyQuotas(), quota, "whole shares are their own rounding");
            long[] best = new long[problem.groups()];
            for (int g = 0; g < best.length; g++) {
                best[g] = (long) cpu.repair(quota, g).maxLoad();
            }
            int[] physical = cpu.route(cpu.replicas(quota));
            assertArrayEquals(cpu.replicas(quota), cpu.replicasOf(physical));
            for (int g = 0; g < best.length; g++) {
                long[] loads = cpu.rankLoads(physical, g);
                assertEquals(best[g], cpu.largestRank(physical, g));
                assertEquals(Arrays.stream(loads).max().orElseThrow(), cpu.largestRank(physical, g));
            }
            long fixed = Arrays.stream(cpu.fixed()).sum();
            long divided = Arrays.stream(cpu.load()).sum();
            assertEquals(Arrays.stream(ids).filter(id -> id >= 0).count(), fixed + divided);
        }
    }

    private static double[] toDoubles(long[] values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }

    @Test
    void sourcesDivideThePlanOfAll() {
        ExpertPlacement placement = SamplePlacements.torus(2);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        int[][] ids = {SamplePlacements.ids(400, 64, 2, 1), SamplePlacements.ids(90, 64, 1, 2)};
        int[] all = Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray();
        ReferencePipeline one = new ReferencePipeline(placement, problem, all);
        long[] quota = one.anyQuotas();
        one.repair(quota, 0);
        long[] plan = one.replicas(quota);
        ReferenceSources sources = new ReferenceSources(placement, problem, 1, ids);
        int[] first = sources.route(plan, 0);
        int[] second = sources.route(plan, 1);
        int[] both = Arrays.copyOf(first, all.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertArrayEquals(plan, sources.quotas(both));
        assertTrue(sources.isValid(ids[0], first));
        assertFalse(sources.isValid(ids[1], first.clone()));
        assertTrue(sources.isValid(ids[1], sources.routeByLastPlan(plan, 0, ids[1])));
    }
}
