// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.SamplePlacements;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the pipeline's kernels are told of sizes, and what does not fit into them. */
class RunSizesTest {
    private static int[] sizes(ExpertPlacement placement, int tokens) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        return RunSizes.of(placement, problem, new PipelineTables(placement, problem).width(), tokens);
    }

    @Test
    void theSizesOfATorus() {
        int[] sizes = sizes(SamplePlacements.torus(8), 32_768);
        assertEquals(32_768, sizes[PipelineSizes.TOKENS]);
        assertEquals(256, sizes[PipelineSizes.EXPERTS]);
        assertEquals(32, sizes[PipelineSizes.RANKS]);
        assertEquals(64, sizes[PipelineSizes.ITEMS]);
        assertEquals(128, sizes[PipelineSizes.ENTRIES]);
        assertEquals(1, sizes[PipelineSizes.GROUPS]);
        assertEquals(3, sizes[PipelineSizes.WIDTH]);
        assertEquals(1, sizes[PipelineSizes.PART_BITS], "two threads an expert");
        assertEquals(5, sizes[PipelineSizes.LANE_BITS]);
    }

    @Test
    void withoutReplicasThereIsAFirstBoundNevertheless() {
        assertEquals(3, sizes(SamplePlacements.random(3, 3, 9, 3, 1), 5)[PipelineSizes.WIDTH]);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1025, 1025, 10, 'experts: got 1025, expected 1..1024'",
        "2, 2, 1000, 800, 10, 'replicas: got 1600, expected 1..1536'",
        "129, 129, 129, 1, 10, 'ranks of a group: got 129, expected 1..128'",
        "257, 1, 1, 1, 10, 'groups: got 257, expected 1..256'",
        "2, 2, 4, 2, 0, 'tokens: got 0, expected 1..16777216'"
    })
    void whatDoesNotFitIsNamed(int ranks, int groupSize, int experts, int slotsPerRank, int tokens, String message) {
        ExpertPlacement placement = SamplePlacements.random(ranks, groupSize, experts, slotsPerRank, 7);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> sizes(placement, tokens));
        assertEquals(message, String.valueOf(refused.getMessage()).substring(0, message.length()));
    }
}
