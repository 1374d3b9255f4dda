// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.policy.Dispatch;
import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.policy.SourceTokens;
import io.lplb.policy.Sources;
import io.lplb.topology.Topologies;
import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.workload.WorkloadKind;
import io.lplb.workload.WorkloadTrace;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {
    private static PolicySetup cube(Double... speeds) {
        return new PolicySetup(
                64, 8, 10, 80, 2, 1, Topologies.cube(), "exact", List.of(speeds), ExpertCost.tiles(128, 10, 20));
    }

    /** A trace of 64 experts and 8 ranks without noise of sampling. */
    private static Trace made(String name, int layers, int steps, int tokens, long seed) {
        return new WorkloadTrace(name, new WorkloadTrace.Sizes(layers, 64, 8, steps, tokens, 0), seed);
    }

    private static ReplayReport replay(PolicySetup setup, Trace trace, int updateEvery, int threads)
            throws IOException {
        List<Policies> policies = PolicyChoice.of(setup, null).policies();
        ReplayHistory history = ReplayHistory.of(trace, null, TraceOptions.DEFAULT);
        ReplayOptions options = new ReplayOptions(updateEvery, 150, threads, Sources.EVEN, "made", Map.of());
        try (Replay replay = new Replay(setup, policies, trace, history, options)) {
            return replay.run((step, layer, batch) -> {});
        }
    }

    @ParameterizedTest
    @EnumSource
    void thisLibraryIsAtTheProvenOptimumOfEveryBatch(WorkloadKind kind) throws IOException {
        Trace trace = made(kind.id(), 2, 8, 3000, 5);
        ReplayReport report = replay(cube(), trace, 0, 2);
        for (StrategyResult result : report.strategies()) {
            assertEquals(8, result.batches(), "4 measured steps of 2 layers");
            assertTrue(result.gap().count() == 0 || result.gap().mean() >= 0, result.label());
            assertTrue(result.anyGap().mean() >= -1e-12, kind + ": " + result.label() + " is below a bound");
        }
        for (String id : List.of("topology", "eplb-exact", "own")) {
            StrategyResult library = report.named(id);
            assertEquals(8, library.optimalBatches(), kind + ": " + id);
            assertEquals(0, library.gap().max(), kind + ": " + id);
        }
        assertTrue(report.named("own").timeWithCopies() > 0);
    }

    /** Times apart, results do not depend on the number of threads. */
    @Test
    void threadsChangeNoResult() throws IOException {
        ReplayReport one = replay(cube(), made("layer", 3, 6, 3000, 5), 2, 1);
        ReplayReport three = replay(cube(), made("layer", 3, 6, 3000, 5), 2, 3);
        for (int k = 0; k < one.strategies().size(); k++) {
            StrategyResult a = one.strategies().get(k);
            StrategyResult b = three.strategies().get(k);
            assertEquals(a.imbalance(), b.imbalance(), a.label());
            assertEquals(a.time(), b.time(), a.label());
            assertEquals(a.movesPerUpdate(), b.movesPerUpdate(), a.label());
        }
    }

    /** The history is close to the loads, so that an update hardly pays. */
    @Test
    void updatesMoveWeightsAndThisLibraryMovesFew() throws IOException {
        ReplayReport report = replay(cube(), made("layer", 2, 24, 6000, 9), 4, 2);
        StrategyResult eplb = report.named("eplb");
        StrategyResult vllm = report.named("vllm");
        StrategyResult own = report.named("own");
        assertEquals(2 * 2, eplb.updates(), "two updates of two layers");
        assertTrue(eplb.movesPerUpdate() > 20, eplb.toString());
        assertEquals(eplb.movesPerUpdate(), vllm.movesPerUpdate());
        assertEquals(eplb.imbalance().mean(), vllm.imbalance().mean(), 1e-3, "only odd tokens differ");
        assertTrue(vllm.sameRankMovesPerUpdate() < eplb.sameRankMovesPerUpdate(), vllm.toString());
        assertTrue(own.movesPerUpdate() < 0.2 * eplb.movesPerUpdate(), own.toString());
        assertTrue(own.imbalance().mean() <= eplb.imbalance().mean(), own.toString());
        assertTrue(eplb.timeWithCopies() > eplb.time().mean(), "copies take time");
    }

    @Test
    void inactiveRanksGetNothingAndUncoveredTokensAreCounted() throws IOException {
        Double[] speeds = new Double[8];
        Arrays.fill(speeds, 1.0);
        speeds[3] = 0.0;
        ReplayReport report = replay(cube(speeds), made("normal", 1, 4, 6400, 1), 0, 1);
        assertEquals(report.strategies().size(), report.uncoveredTokens().size());
        StrategyResult asIs = report.named("as-is");
        assertTrue(asIs.uncoveredTokens() > 0, "experts of rank 3 have no other rank");
        assertTrue(report.named("own").uncoveredTokens() < asIs.uncoveredTokens());
        assertEquals(0, report.named("own").gap().max(), 1e-9);
    }

    @Test
    void policiesThatDoNotFitAreLeftOutWithTheReasonUnlessAskedFor() {
        PolicySetup odd =
                new PolicySetup(30, 4, 9, 36, 1, 1, Topologies.ring(4), "exact", List.of(), ExpertCost.tokens());
        PolicyChoice choice = PolicyChoice.of(odd, null);
        assertTrue(choice.policies().contains(Policies.OWN), choice.toString());
        assertTrue(choice.policies().contains(Policies.EPLB), choice.toString());
        assertTrue(
                String.valueOf(choice.leftOut().get("topology"))
                        .startsWith("experts: got 30, expected a positive multiple"),
                choice.toString());
        assertEquals("the cost counts tokens", choice.leftOut().get("time"));
        assertThrows(IllegalArgumentException.class, () -> PolicyChoice.of(odd, List.of("topology")));
        PolicySetup large =
                new PolicySetup(256, 128, 4, 512, 1, 1, Topologies.cube(), "exact", List.of(), ExpertCost.tokens());
        assertEquals(
                "slow above 64 ranks", PolicyChoice.of(large, null).leftOut().get("lplb"));
        assertEquals(
                List.of(Policies.LPLB), PolicyChoice.of(large, List.of("lplb")).policies());
    }

    @Test
    void aHistoryIsAPartOfTheStepsOrNothing() throws IOException {
        Trace trace = made("layer", 1, 8, 640, 1);
        ReplayHistory half = ReplayHistory.of(trace, null, TraceOptions.DEFAULT);
        assertEquals(4, half.steps());
        assertEquals(4 * 640, Arrays.stream(half.of(0)).sum());
        assertEquals("steps 0..3 of 8", half.origin());
        ReplayHistory none = ReplayHistory.of(trace, "none", TraceOptions.DEFAULT);
        assertEquals(0, none.steps());
        Trace single = made("layer", 1, 1, 640, 1);
        assertEquals(0, ReplayHistory.of(single, null, TraceOptions.DEFAULT).steps());
        var e = assertThrows(
                IllegalArgumentException.class, () -> ReplayHistory.of(trace, "1.5", TraceOptions.DEFAULT));
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("history: got 1.5 of a trace of 8 steps"),
                String.valueOf(e.getMessage()));
    }

    /** Tokens that cross nodes: expert 0 on node 0 only, expert 1 on both nodes. */
    @Test
    void tokensCrossNodesByHand() {
        PolicySetup setup =
                new PolicySetup(2, 2, 2, 4, 2, 1, Topologies.ring(2), "exact", List.of(), ExpertCost.tokens());
        var placement = ExpertPlacement.of(2, 2, 2, new int[] {0, 1, 1, -1});
        Dispatch dispatch = new Dispatch();
        dispatch.add(0, 0, 10);
        dispatch.add(1, 0, 2);
        dispatch.add(1, 1, 8);
        BatchMeter.Held held = new BatchMeter.Held(placement);
        BatchMeter meter = new BatchMeter(setup, new SourceTokens(setup, Sources.EVEN));
        meter.measure(new long[] {10, 10}, dispatch, held);
        assertEquals(5 + 3, meter.crossNode(), "half of expert 0's tokens, and three of expert 1's");
        assertEquals(12, meter.max());
        assertEquals(0, meter.copies());
        BatchMeter local = new BatchMeter(setup, new SourceTokens(setup, Sources.parse("node-local:3")));
        local.measure(new long[] {10, 10}, dispatch, held);
        assertEquals(2.5 + 0.5, local.crossNode(), 1e-9, "a quarter of each expert's tokens is from the other node");
        SourceTokens recorded = new SourceTokens(setup, Sources.RECORDED);
        recorded.take(new long[] {1, 9, 9, 1}, 2);
        BatchMeter told = new BatchMeter(setup, recorded);
        told.measure(new long[] {10, 10}, dispatch, held);
        assertEquals(9 + 7, told.crossNode(), "node 1 sends 9 tokens of expert 0, node 0 sends 9 of expert 1");
        dispatch.add(0, 1, 4);
        meter.measure(new long[] {14, 10}, dispatch, held);
        assertEquals(1, meter.copies(), "rank 1 does not hold expert 0");
        assertEquals(1, meter.mostReceived());
    }

    /** More sources than ranks: consecutive ones are one rank's. Fewer: each is several ranks in equal parts. */
    @Test
    void sourcesBecomeRanks() {
        PolicySetup setup =
                new PolicySetup(1, 4, 1, 4, 2, 1, Topologies.ring(4), "exact", List.of(), ExpertCost.tokens());
        SourceTokens sources = new SourceTokens(setup, Sources.RECORDED);
        sources.take(new long[] {1, 2, 3, 4, 5, 6, 7, 8}, 8);
        assertEquals(List.of(3L, 7L, 11L, 15L), ranks(sources));
        assertEquals(26, sources.ofNode(0, 1, 36));
        sources.take(new long[] {5, 10}, 2);
        assertEquals(List.of(3L, 2L, 5L, 5L), ranks(sources));
        assertEquals(5, sources.ofNode(0, 0, 15));
    }

    private static List<Long> ranks(SourceTokens sources) {
        return IntStream.range(0, 4).mapToObj(r -> sources.ofRank(0, r)).toList();
    }

    @Test
    void sourcesThatWereAskedForMustBeThere() {
        assertEquals(Sources.EVEN, Sources.of(null, 1, 8));
        assertEquals(Sources.RECORDED, Sources.of(null, 4, 8));
        assertEquals(Sources.EVEN, Sources.of(null, 3, 8), "3 sources cannot be 8 ranks");
        assertEquals(9, Sources.of("node-local:9", 1, 8).factor());
        for (String wrong : List.of("recorded", "near", "node-local:0", "node-local:x", "node-local:Infinity")) {
            var e = assertThrows(IllegalArgumentException.class, () -> Sources.of(wrong, 1, 8), wrong);
            assertTrue(String.valueOf(e.getMessage()).startsWith("sources: got "), String.valueOf(e.getMessage()));
        }
    }
}
