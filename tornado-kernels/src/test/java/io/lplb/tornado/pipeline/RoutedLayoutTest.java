// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lplb.dispatch.DispatchLayout;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.SamplePlacements;
import io.lplb.route.TokenRouter;
import io.lplb.tornado.kernel.pipeline.SpreadCount;
import io.lplb.tornado.program.LayoutProgram;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layouts that the routing kernel makes, against those that the host makes of the same physical ids. */
class RoutedLayoutTest {
    private static final long SEED = 20261201;

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(
                        "torus 8x4, top 8", SamplePlacements.torus(3), 128, new LayoutProgram.Shape(8, 8, 16), 2.0),
                Arguments.of(
                        "torus 8x4, all on few experts",
                        SamplePlacements.torus(2),
                        90,
                        new LayoutProgram.Shape(6, 5, 1),
                        40.0),
                Arguments.of(
                        "two groups, top 3",
                        SamplePlacements.random(8, 4, 7, 5, SEED),
                        171,
                        new LayoutProgram.Shape(3, 4, 7),
                        1.5),
                Arguments.of(
                        "many replicas",
                        SamplePlacements.random(7, 7, 23, 9, SEED),
                        300,
                        new LayoutProgram.Shape(5, 2, 128),
                        3.0),
                Arguments.of("mirrored", SamplePlacements.mirrored(5, 3), 613, new LayoutProgram.Shape(1, 1, 8), 2.0),
                Arguments.of(
                        "no replicas",
                        SamplePlacements.random(3, 3, 9, 3, SEED),
                        40,
                        new LayoutProgram.Shape(2, 8, 16),
                        1.0),
                Arguments.of(
                        "1,024 slots",
                        SamplePlacements.random(64, 64, 960, 16, SEED),
                        9,
                        new LayoutProgram.Shape(64, 8, 4),
                        1.0),
                Arguments.of(
                        "one slot",
                        SamplePlacements.random(1, 1, 1, 1, SEED),
                        1,
                        new LayoutProgram.Shape(1, 1, 1),
                        1.0));
    }

    @ParameterizedTest(name = "{0}, {2} tokens, seed " + SEED)
    @MethodSource("cases")
    void equalTheHosts(String name, ExpertPlacement placement, int tokens, LayoutProgram.Shape shape, double skew) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), problem.groups(), SEED);
        int most = tokens * shape.topK();
        try (TokenPipeline plain = new TokenPipeline(placement, problem, most, stage.step(), false);
                TokenPipeline pipeline =
                        new TokenPipeline(placement, problem, most, stage.step(), false, null, false, shape)) {
            for (int run = 0; run < 3; run++) {
                int count = run == 2 ? 0 : tokens - run * (tokens / 3);
                int[] ids = SamplePlacements.ids(count * shape.topK(), placement.experts(), skew, SEED + run);
                if (run == 0 && ids.length > 9) {
                    ids[2] = -1;
                    ids[ids.length / 2] = placement.experts();
                }
                plain.planInTiles(run == 1 ? 16 : 1);
                pipeline.planInTiles(run == 1 ? 16 : 1);
                int[] expected = new int[ids.length];
                int[] physical = new int[ids.length];
                assertEquals(plain.route(ids, expected), pipeline.route(ids, physical), name);
                assertArrayEquals(expected, physical, name);
                compare(name + ", run " + run, placement, shape, physical, pipeline);
            }
        }
    }

    private static void compare(
            String name, ExpertPlacement placement, LayoutProgram.Shape shape, int[] physical, TokenPipeline pipeline) {
        int ranks = placement.ranks();
        int slots = placement.physicalExperts();
        int topK = shape.topK();
        DispatchLayout host = new DispatchLayout(
                ranks,
                Math.min(ranks, shape.ranksPerNode()),
                placement.slotsPerRank(),
                topK,
                Math.max(1, physical.length / topK),
                shape.tile());
        host.compute(physical);
        int[] sums = pipeline.layout(LayoutProgram.Buffers::tokens).toArray(JAVA_INT);
        assertArrayEquals(host.tokensPerSlot(), Arrays.copyOf(sums, slots), name);
        assertArrayEquals(host.tokensPerRank(), Arrays.copyOfRange(sums, slots, slots + ranks), name);
        assertArrayEquals(host.tokensPerNode(), Arrays.copyOfRange(sums, slots + ranks, sums.length), name);
        int[] offsets = pipeline.layout(LayoutProgram.Buffers::offsets).toArray(JAVA_INT);
        assertArrayEquals(host.offsets(), Arrays.copyOf(offsets, slots + 1), name);
        assertArrayEquals(host.alignedOffsets(), Arrays.copyOfRange(offsets, slots + 1, 2 * (slots + 1)), name);
        int[] order = pipeline.layout(LayoutProgram.Buffers::order).toArray(JAVA_INT);
        assertArrayEquals(Arrays.copyOf(host.order(), host.rows()), Arrays.copyOf(order, host.rows()), name);
        int[] aligned = pipeline.layout(LayoutProgram.Buffers::alignedRow).toArray(JAVA_INT);
        assertArrayEquals(
                Arrays.copyOf(host.alignedRow(), physical.length), Arrays.copyOf(aligned, physical.length), name);
        int[] bits = pipeline.layout(LayoutProgram.Buffers::rankBits).toArray(JAVA_INT);
        for (int k = 0; k < physical.length / topK * ranks; k++) {
            int r = k % ranks;
            boolean bit = (bits[2 * (k / ranks) + r / 32] >>> (r % 32) & 1) == 1;
            assertEquals(host.tokenInRank()[k], bit, name + ", token " + k / ranks + ", rank " + r);
        }
    }

    @Test
    void wrongUseIsRefused() {
        ExpertPlacement placement = SamplePlacements.torus(2);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), 1, SEED);
        LayoutProgram.Shape four = new LayoutProgram.Shape(4, 8, 16);
        try (TokenPipeline pipeline =
                new TokenPipeline(placement, problem, 40, stage.step(), false, null, false, four)) {
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[6], new int[6]));
        }
        try (TokenPipeline pipeline = new TokenPipeline(placement, problem, 40, stage.step(), false)) {
            assertThrows(IllegalStateException.class, () -> pipeline.layout(LayoutProgram.Buffers::order));
        }
        LayoutProgram.Shape large = new LayoutProgram.Shape(65, 8, 16);
        assertThrows(
                IllegalArgumentException.class,
                () -> new TokenPipeline(placement, problem, 650, stage.step(), false, null, false, large));
        assertThrows(IllegalArgumentException.class, () -> new LayoutProgram.Shape(0, 8, 16));
        assertThrows(IllegalArgumentException.class, () -> new LayoutProgram.Shape(1, 0, 16));
        assertThrows(IllegalArgumentException.class, () -> new LayoutProgram.Shape(1, 1, 0));
    }

    /** Every prefix of small experts, and some prefixes of large ones, against a walk. */
    @Test
    void spreadTokensAreCountedAsByWalking() {
        Random random = new Random(SEED);
        for (int k = 0; k < 400; k++) {
            int n = k < 300 ? k : k < 397 ? 1 + random.nextInt(20_000) : (1 << 20) - random.nextInt(3);
            int stride = TokenRouter.stride(n);
            int bound = random.nextInt(n + 1);
            int step = 1 + n / 300;
            int below = 0;
            for (int c = 0; c <= n; c++) {
                if (c % step == 0) {
                    assertEquals(below, SpreadCount.below(c, stride, n, bound), n + " tokens, bound " + bound);
                }
                below += c < n && (long) c * stride % n < bound ? 1 : 0;
            }
        }
    }
}
