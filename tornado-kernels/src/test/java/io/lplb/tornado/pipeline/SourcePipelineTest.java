// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.ReferenceSources;
import io.lplb.reference.SamplePlacements;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import io.lplb.tornado.program.RunSizes;
import io.lplb.tornado.program.SourceGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Several sources, each with kernels of its own, against one pipeline that sees all tokens and the CPU's classes. */
class SourcePipelineTest {
    private static final long SEED = 20260302;

    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of("torus 8x4 by two GPUs", SamplePlacements.torus(3), new SourceGroup(2, 0, 2), 700, 2.0),
                Arguments.of(
                        "torus 8x4, a source a rank", SamplePlacements.torus(2), new SourceGroup(32, 0, 8), 60, 1.0),
                Arguments.of("torus 8x4, nodes of 3", SamplePlacements.torus(2), new SourceGroup(8, 0, 3), 90, 1.0),
                Arguments.of(
                        "two groups", SamplePlacements.random(8, 4, 7, 5, SEED), new SourceGroup(4, 0, 2), 260, 1.5),
                Arguments.of(
                        "up to many replicas",
                        SamplePlacements.random(6, 6, 20, 9, SEED),
                        new SourceGroup(6, 0, 2),
                        301,
                        3.0),
                Arguments.of(
                        "many replicas by three",
                        SamplePlacements.random(6, 6, 20, 9, SEED),
                        new SourceGroup(3, 0, 1),
                        301,
                        3.0),
                Arguments.of(
                        "items of several experts",
                        SamplePlacements.mirrored(6, 3),
                        new SourceGroup(2, 0, 1),
                        333,
                        2.0),
                Arguments.of(
                        "no replicas", SamplePlacements.random(3, 3, 9, 3, SEED), new SourceGroup(3, 0, 3), 101, 1.0),
                Arguments.of("alone", SamplePlacements.torus(2), new SourceGroup(1, 0, 1), 300, 1.0));
    }

    /** Placements with any number of replicas, divided among any number of sources and nodes. */
    static Stream<Arguments> randomCases() {
        return IntStream.range(0, 8).mapToObj(seed -> {
            Random random = new Random(SEED + seed);
            int perSource = 1 + random.nextInt(3);
            int sources = 1 + random.nextInt(5);
            int ranks = perSource * sources;
            int slots = 2 + random.nextInt(5);
            int experts = 1 + random.nextInt(ranks * slots);
            return Arguments.of(
                    "random " + seed,
                    SamplePlacements.random(ranks, ranks, experts, slots, random.nextLong()),
                    new SourceGroup(sources, 0, 1 + random.nextInt(sources)),
                    1 + random.nextInt(400),
                    1 + 2 * random.nextDouble());
        });
    }

    private static SourceGroup withSelf(SourceGroup group, int self) {
        return new SourceGroup(group.sources(), self, group.perNode());
    }

    private static int[] counts(ExpertPlacement placement, int[] ids) {
        int[] counts = new int[placement.experts()];
        new TokenCounter(counts.length).count(ids, counts);
        return counts;
    }

    private static int[] concatenated(int[][] parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    /** The sources of a group with the same kinds of ids, one batch after the other. */
    private static final class Sources implements AutoCloseable {
        private final ExpertPlacement placement;
        private final List<TokenPipeline> pipelines = new ArrayList<>();

        Sources(ExpertPlacement placement, PlacementProblem problem, SourceGroup group, int tokens) {
            this.placement = placement;
            for (int s = 0; s < group.sources(); s++) {
                WeightedStage stage = new WeightedStage(problem.problem(), problem.groups(), SEED);
                pipelines.add(new TokenPipeline(placement, problem, tokens, stage.step(), true, withSelf(group, s)));
            }
        }

        /** Routes every source's ids; the rows of a source that is late are those of the round before. */
        int[][] route(int[][] ids, int late) {
            int[][] physical = new int[ids.length][];
            for (int s = 0; s < ids.length; s++) {
                TokenPipeline pipeline = pipelines.get(s);
                for (int other = 0; other < ids.length; other++) {
                    if (other != late) {
                        pipeline.gathered(other, counts(placement, ids[other]));
                    }
                }
                physical[s] = new int[ids[s].length];
                assertEquals(0, pipeline.route(ids[s], physical[s]));
            }
            return physical;
        }

        int signal(int source, int at) {
            return pipelines.get(source).signal(at);
        }

        @Override
        public void close() {
            pipelines.forEach(TokenPipeline::close);
        }
    }

    private static int[][] batch(ExpertPlacement placement, int sources, int tokens, double skew, long seed) {
        Random random = new Random(seed);
        int[][] ids = new int[sources][];
        for (int s = 0; s < sources; s++) {
            // One source has all tokens, one may have none.
            int own = s == 0 ? tokens : random.nextInt(tokens + 1) * random.nextInt(2);
            ids[s] = SamplePlacements.ids(own, placement.experts(), skew, random.nextLong());
        }
        return ids;
    }

    @ParameterizedTest(name = "{0}, seed " + SEED)
    @MethodSource({"cases", "randomCases"})
    void sourcesTogetherGiveEveryReplicaTheQuotaOfThePlanOfOne(
            String name, ExpertPlacement placement, SourceGroup group, int tokens, double skew) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        WeightedStage stage = new WeightedStage(problem.problem(), problem.groups(), SEED);
        int all = group.sources() * tokens;
        try (TokenPipeline one = new TokenPipeline(placement, problem, all, stage.step(), false);
                Sources sources = new Sources(placement, problem, group, tokens)) {
            for (int round = 1; round < 3; round++) {
                int[][] ids = batch(placement, group.sources(), tokens, skew, SEED + round);
                int[] together = concatenated(ids);
                int[] expected = new int[together.length];
                one.route(together, expected);
                int[][] physical = sources.route(ids, -1);
                ReferenceSources cpu = new ReferenceSources(placement, problem, group.perNode(), ids);
                long[] quotas = cpu.quotas(expected);
                assertArrayEquals(quotas, cpu.quotas(concatenated(physical)), name + ": quotas");
                for (int s = 0; s < ids.length; s++) {
                    assertArrayEquals(cpu.route(quotas, s), physical[s], name + ", source " + s + ", round " + round);
                    assertEquals(one.maxLoad(0), sources.pipelines.get(s).maxLoad(0), name);
                    assertEquals(round, sources.signal(s, SourceLayout.AGREED_ROUND), name);
                    assertEquals(round, sources.signal(s, SourceLayout.BEGUN), name);
                    assertEquals(round, sources.signal(s, SourceLayout.ENDED), name);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}, seed " + SEED)
    @MethodSource("cases")
    void aRoundThatMissesASourceIsRoutedByTheLastPlan(
            String name, ExpertPlacement placement, SourceGroup group, int tokens, double skew) {
        if (group.sources() == 1) {
            return;
        }
        PlacementProblem problem = PlacementProblem.of(placement, null);
        int late = group.sources() - 1;
        try (Sources sources = new Sources(placement, problem, group, tokens)) {
            int[][] first = batch(placement, group.sources(), tokens, skew, SEED);
            int[][] physical = sources.route(first, late);
            // The last source's own row is there: it alone cannot know that the others lack it.
            int judged = group.sources() - 1;
            for (int s = 0; s < judged; s++) {
                for (int k = 0; k < first[s].length; k++) {
                    int original = first[s][k] < 0 ? -1 : placement.slotOf(first[s][k], 0);
                    assertEquals(original, physical[s][k], name + ": before the first plan, token " + k);
                }
                assertEquals(1, sources.signal(s, SourceLayout.MISSED_ROUNDS));
                assertEquals(0, sources.signal(s, SourceLayout.AGREED_ROUND));
                assertEquals(1, sources.signal(s, SourceLayout.ENDED));
            }
            int[][] second = batch(placement, group.sources(), tokens, skew, SEED + 1);
            long[] quotas = new ReferenceSources(placement, problem, group.perNode(), second)
                    .quotas(concatenated(sources.route(second, -1)));
            int[][] third = batch(placement, group.sources(), tokens, skew, SEED + 2);
            physical = sources.route(third, late);
            ReferenceSources plan = new ReferenceSources(placement, problem, group.perNode(), second);
            for (int s = 0; s < judged; s++) {
                assertArrayEquals(plan.routeByLastPlan(quotas, s, third[s]), physical[s], name + ", source " + s);
                assertEquals(2, sources.signal(s, SourceLayout.MISSED_ROUNDS));
                assertEquals(2, sources.signal(s, SourceLayout.AGREED_ROUND));
            }
        }
    }

    @Test
    void wrongGroupsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new SourceGroup(0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new SourceGroup(2, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> new SourceGroup(2, 0, 0));
        IllegalArgumentException odd =
                assertThrows(IllegalArgumentException.class, () -> new SourceGroup(3, 0, 1).ranksPerSource(32));
        assertEquals("sources: got 3, expected a divisor of the placement's 32 ranks", odd.getMessage());
        int[] sizes = new int[PipelineSizes.COUNT];
        sizes[1] = 1 << 23;
        RunSizes.addSources(sizes, new SourceGroup(2, 1, 2));
        assertArrayEquals(new int[] {2, 1, 2}, Arrays.copyOfRange(sizes, 12, 15));
        assertThrows(IllegalArgumentException.class, () -> RunSizes.addSources(sizes, new SourceGroup(3, 0, 1)));
        assertTrue(IntStream.of(sizes).sum() > 0);
    }
}
