// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.reference.ReferencePipeline;
import io.lplb.reference.SamplePlacements;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.program.SolverStep;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The pipeline's kernels against the classes of the CPU, token by token. */
class TokenPipelineTest {
    private static final long SEED = 20260301;

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of("torus 8x4", SamplePlacements.torus(3), 1021, 2.0),
                Arguments.of("torus 8x4, a block and one", SamplePlacements.torus(2), 257, 1.0),
                Arguments.of("two groups of 4, random", SamplePlacements.random(8, 4, 7, 5, SEED), 499, 1.5),
                Arguments.of("7 ranks, up to many replicas", SamplePlacements.random(7, 7, 23, 9, SEED), 1499, 3.0),
                Arguments.of("items of several experts", SamplePlacements.mirrored(5, 3), 613, 2.0),
                Arguments.of("no replicas", SamplePlacements.random(3, 3, 9, 3, SEED), 101, 1.0),
                Arguments.of(
                        "1,024 experts, 1,280 replicas", SamplePlacements.random(16, 16, 1024, 80, SEED), 523, 1.0),
                Arguments.of("one expert on one rank", SamplePlacements.random(1, 1, 1, 1, SEED), 1, 1.0));
    }

    @ParameterizedTest(name = "{0}, {2} tokens, seed " + SEED)
    @MethodSource("cases")
    void roundsAndRoutesAsTheCpuDoes(String name, ExpertPlacement placement, int tokens, double skew) {
        double[] speed = new double[placement.ranks()];
        Arrays.fill(speed, 2);
        PlacementProblem problem = PlacementProblem.of(placement, speed);
        WeightedStage stage = new WeightedStage(problem.problem(), problem.groups(), SEED);
        int[] ids = SamplePlacements.ids(tokens, placement.experts(), skew, SEED);
        int[] physical = new int[tokens];
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, tokens + 37, stage.step(), false)) {
            assertEquals(0, pipeline.route(ids, physical), name);
            ReferencePipeline cpu = new ReferencePipeline(placement, problem, ids);
            long[] quota = cpu.rounded(stage.shares(cpu.fixed(), cpu.load()));
            assertArrayEquals(cpu.route(cpu.replicas(quota)), physical, name);
            assertEquals(0, pipeline.repairRounds(0));
        }
    }

    @ParameterizedTest(name = "{0}, {2} tokens, seed " + SEED)
    @MethodSource("cases")
    void repairsToTheOptimumAndRoutesByItsQuotas(String name, ExpertPlacement placement, int tokens, double skew) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), problem.groups(), SEED + 1);
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, tokens, stage.step(), true)) {
            for (int run = 0; run < 3; run++) {
                // The later batches are smaller than the pipeline, and empty.
                int[] ids = SamplePlacements.ids(
                        run == 2 ? 0 : tokens - run * tokens / 3, placement.experts(), skew, SEED + run);
                int[] physical = new int[ids.length];
                assertEquals(0, pipeline.route(ids, physical), name);
                ReferencePipeline cpu = new ReferencePipeline(placement, problem, ids);
                assertArrayEquals(cpu.route(cpu.replicasOf(physical)), physical, name);
                long[] quota = cpu.rounded(stage.shares(cpu.fixed(), cpu.load()));
                for (int g = 0; g < problem.groups(); g++) {
                    QuotaRounder rounder = cpu.repair(quota, g);
                    assertEquals(rounder.maxLoad(), pipeline.maxLoad(g), name + ", run " + run + ", group " + g);
                    assertEquals(rounder.maxLoad(), pipeline.level(g), name + ", run " + run + ", group " + g);
                    assertEquals(cpu.largestRank(physical, g), pipeline.maxLoad(g), name);
                    assertArrayEquals(cpu.rankLoads(physical, g), loads(pipeline, g, problem), name);
                    assertEquals(1, pipeline.solverStatus(g));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}, {2} tokens, seed " + SEED)
    @MethodSource("cases")
    void withTheSolversKernelsThePlanIsOptimal(String name, ExpertPlacement placement, int tokens, double skew) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        assumeTrue(problem.problem().items() > 0, "skipped: nothing to solve");
        for (String solver : List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME)) {
            SolverStep stage = TokenPipeline.solver(solver, problem.problem(), problem.groups(), 1e-4);
            try (TokenPipeline pipeline = new TokenPipeline(placement, problem, tokens, stage, true)) {
                int[] ids = SamplePlacements.ids(tokens, placement.experts(), skew, SEED);
                int[] physical = new int[tokens];
                pipeline.route(ids, physical);
                ReferencePipeline cpu = new ReferencePipeline(placement, problem, ids);
                assertArrayEquals(cpu.route(cpu.replicasOf(physical)), physical, solver);
                long[] quota = cpu.rounded(
                        new WeightedStage(problem.problem(), problem.groups(), SEED).shares(cpu.fixed(), cpu.load()));
                for (int g = 0; g < problem.groups(); g++) {
                    assertEquals(cpu.repair(quota, g).maxLoad(), pipeline.maxLoad(g), solver + ", group " + g);
                    assertEquals(cpu.largestRank(physical, g), pipeline.maxLoad(g), solver + ", group " + g);
                    assertTrue(pipeline.solverStatus(g) >= 1, solver + ", status " + pipeline.solverStatus(g));
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> TokenPipeline.solver("simplex", problem.problem(), 1, 1e-4));
    }

    /** Tiles of every expert as tokens: the level must be the best for them, and every replica ends at a tile. */
    @ParameterizedTest(name = "{0}, {2} tokens, seed " + SEED)
    @MethodSource("cases")
    void plansInWholeTiles(String name, ExpertPlacement placement, int tokens, double skew) {
        int tile = 16;
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), problem.groups(), SEED);
        int[] ids = SamplePlacements.ids(tokens, placement.experts(), skew, SEED);
        int[] physical = new int[tokens];
        int[] counts = new int[placement.experts()];
        Arrays.stream(ids).filter(id -> id >= 0).forEach(id -> counts[id]++);
        int[] units =
                new int[Arrays.stream(counts).map(n -> (n + tile - 1) / tile).sum()];
        int at = 0;
        for (int e = 0; e < counts.length; e++) {
            int end = at + (counts[e] + tile - 1) / tile;
            Arrays.fill(units, at, end, e);
            at = end;
        }
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, tokens, stage.step(), false)) {
            pipeline.planInTiles(tile);
            assertEquals(0, pipeline.route(ids, physical), name);
            ReferencePipeline cpu = new ReferencePipeline(placement, problem, units);
            long[] quota = cpu.rounded(stage.shares(cpu.fixed(), cpu.load()));
            for (int g = 0; g < problem.groups(); g++) {
                assertEquals(cpu.repair(quota, g).maxLoad(), pipeline.maxLoad(g), name);
            }
            int[] perSlot = new int[placement.physicalExperts()];
            for (int k = 0; k < tokens; k++) {
                assertEquals(ids[k], ids[k] < 0 ? physical[k] : placement.expertIn(physical[k]));
                if (ids[k] >= 0) {
                    perSlot[physical[k]]++;
                }
            }
            long[] tiles = new long[placement.ranks()];
            for (int e = 0; e < counts.length; e++) {
                int broken = 0;
                for (int k = 0; k < placement.replicaCount(e); k++) {
                    int slot = placement.slotOf(e, k);
                    broken += perSlot[slot] % tile == 0 ? 0 : 1;
                    tiles[placement.rankOf(slot)] += (perSlot[slot] + tile - 1) / tile;
                }
                assertTrue(broken <= 1, name + ", expert " + e);
            }
            int ranks = problem.problem().ranks();
            for (int r = 0; r < tiles.length; r++) {
                assertEquals(pipeline.load(r / ranks, r % ranks), tiles[r], name + ", rank " + r);
            }
            pipeline.planInTiles(1);
            pipeline.route(ids, physical);
            ReferencePipeline whole = new ReferencePipeline(placement, problem, ids);
            assertArrayEquals(whole.route(whole.replicasOf(physical)), physical, name);
            assertThrows(IllegalArgumentException.class, () -> pipeline.planInTiles(0));
        }
    }

    private static long[] loads(TokenPipeline pipeline, int group, PlacementProblem problem) {
        long[] loads = new long[problem.problem().ranks()];
        Arrays.setAll(loads, r -> pipeline.load(group, r));
        return loads;
    }

    @Test
    void idsOf64BitsAreRoutedAsThoseOf32() {
        ExpertPlacement placement = SamplePlacements.torus(2);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), 1, SEED);
        int[] ids = SamplePlacements.ids(300, placement.experts(), 1, SEED);
        ids[7] = -1;
        ids[8] = placement.experts();
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        // Lower words that name an expert, and -1.
        wide[8] = (1L << 32) | ids[9];
        int[] physical = new int[300];
        long[] widePhysical = new long[300];
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, 300, stage.step(), false)) {
            assertEquals(1, pipeline.route(ids, physical));
        }
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, 300, stage.step(), false, null, true)) {
            assertEquals(1, pipeline.route(wide, widePhysical));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(ids, physical));
        }
        assertArrayEquals(Arrays.stream(physical).asLongStream().toArray(), widePhysical);
    }

    @Test
    void idsOutOfRangeAreCountedAndRoutedNowhere() {
        ExpertPlacement placement = SamplePlacements.torus(2);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), 1, SEED);
        int[] ids = SamplePlacements.ids(300, placement.experts(), 1, SEED);
        int[] clean = ids.clone();
        int[] bad = {0, 100, 299};
        int[] values = {placement.experts(), Integer.MIN_VALUE, Integer.MAX_VALUE};
        for (int k = 0; k < bad.length; k++) {
            ids[bad[k]] = values[k];
            clean[bad[k]] = -1;
        }
        int[] physical = new int[300];
        int[] expected = new int[300];
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, 300, stage.step(), false)) {
            assertEquals(3, pipeline.route(ids, physical));
            assertEquals(0, pipeline.route(clean, expected));
        }
        assertArrayEquals(expected, physical);
        assertEquals(-1, physical[100]);
    }

    @Test
    void countsThat499DividesAreSpreadToo() {
        ExpertPlacement placement = SamplePlacements.random(2, 2, 1, 2, SEED);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), 1, SEED);
        int[] physical = new int[998];
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, 998, stage.step(), false)) {
            pipeline.route(new int[998], physical);
        }
        int changes = 0;
        for (int k = 1; k < 998; k++) {
            changes += physical[k] == physical[k - 1] ? 0 : 1;
        }
        assertTrue(changes > 300, "got " + changes + " changes of replica, expected hundreds");
    }

    @Test
    void wrongSizesAreRefused() {
        ExpertPlacement placement = SamplePlacements.torus(2);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), 1, SEED);
        assertThrows(
                IllegalArgumentException.class, () -> new TokenPipeline(placement, problem, 0, stage.step(), false));
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, 8, stage.step(), false)) {
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[9], new int[9]));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[8], new int[7]));
            assertThrows(IndexOutOfBoundsException.class, () -> pipeline.maxLoad(1));
            assertThrows(IndexOutOfBoundsException.class, () -> pipeline.load(0, 32));
        }
    }
}
