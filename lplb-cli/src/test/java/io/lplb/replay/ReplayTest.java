// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.workload.Workload;
import io.lplb.workload.WorkloadKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayTest {
    private static final ReplaySetup CUBE = new ReplaySetup(64, 8, Topologies.cube(), 2, "interior-point");

    private static ReplayReport replay(ReplaySetup setup, BatchSource source) {
        try (Replay replay = new Replay(setup, source)) {
            return replay.run(() -> {});
        }
    }

    /** Two ranks with two experts each that copy each other's heavier expert; expert 0 gets all tokens. */
    @Test
    void oneHotExpertByHand() {
        ReplicaTopology pair = Topologies.ring(2);
        long[][] counts = {{10, 0, 0, 0}, {0, 0, 0, 0}, {6, 2, 0, 0}};
        long[][] past = {{9, 3, 2, 1}, {9, 3, 2, 1}, {9, 3, 2, 1}};
        ReplayReport report = replay(
                new ReplaySetup(4, 2, pair, 1, "interior-point"),
                new CountBatches(counts, 4, History.ofCounts(past, 4, "by hand")));
        StrategyResult none = report.strategies().get(Replay.NONE);
        StrategyResult library = report.strategies().get(Replay.LIBRARY);
        assertEquals("none", none.strategy());
        assertEquals("this library", library.strategy());
        assertEquals("ring2", library.placement());
        assertEquals(2, none.batches(), "the layer without a token is left out");
        assertEquals(2, none.imbalance().max(), "ten tokens on one of two ranks");
        assertEquals(new Summary(2, 1, 1, 1, 1), library.imbalance());
        assertEquals(2, library.optimalBatches());
        assertEquals(0, library.gap().max());
    }

    @ParameterizedTest
    @EnumSource
    void thisLibraryIsOptimalOnEveryBatchAndNoOneIsBetter(WorkloadKind kind) {
        long seed = 5;
        WorkloadBatches source = new WorkloadBatches(new Workload(kind, 64, 8, seed), 12, 128, 6);
        ReplayReport report = replay(CUBE, source);
        StrategyResult library = report.strategies().get(Replay.LIBRARY);
        assertEquals(12, library.optimalBatches(), kind + ", seed " + seed);
        assertEquals(0, library.gap().max(), kind + ", seed " + seed);
        for (StrategyResult other : report.strategies()) {
            assertEquals(12, other.batches());
            assertTrue(other.gap().mean() >= 0, other + ", seed " + seed);
            if (other.placement().equals("cube")) {
                assertTrue(other.imbalance().mean() >= library.imbalance().mean(), other + ", seed " + seed);
            }
        }
        StrategyResult eplb = report.strategies().get(Replay.LIBRARY + 1);
        assertEquals("EPLB", eplb.placement());
        assertEquals(12, eplb.optimalBatches(), kind + ", seed " + seed);
    }

    @Test
    void severalGroupsAreSeveralProblems() {
        WorkloadBatches source = new WorkloadBatches(new Workload(WorkloadKind.LAYER, 128, 16, 3), 8, 256, 8);
        ReplayReport report = replay(new ReplaySetup(128, 16, Topologies.cube(), 2, "relaxation"), source);
        for (StrategyResult result : report.strategies()) {
            boolean library = result.strategy().equals("this library")
                    && !result.placement().equals("per batch");
            assertEquals(library ? 8 : result.optimalBatches(), result.optimalBatches(), result.toString());
        }
    }

    @Test
    void everyStrategyDividesAllTokens() {
        WorkloadBatches source = new WorkloadBatches(new Workload(WorkloadKind.ZIPF, 64, 8, 11), 3, 100, 4);
        try (Replay replay = new Replay(CUBE, source)) {
            replay.begin(0);
            replay.step(2);
            List<long[]> loads = replay.lastRankLoads();
            assertEquals(6, loads.size());
            for (long[] ranks : loads) {
                assertEquals(400, Arrays.stream(ranks).sum());
            }
        }
    }

    @Test
    void routingFollowsThePlan() {
        WorkloadBatches source = new WorkloadBatches(new Workload(WorkloadKind.LAYER, 64, 8, 1), 5, 300, 6);
        try (Replay replay = new Replay(CUBE, source)) {
            RoutingCheck check = new RoutingCheck(replay.balancer());
            replay.begin(0);
            for (int b = 0; b < 5; b++) {
                replay.step(b);
                check.route(source.ids(b));
            }
            assertEquals("", check.difference());
            assertEquals(5 * 300 * 6, check.ids());
        }
    }

    @Test
    void idsOfAnotherBatchAreNoticed() {
        WorkloadBatches source = new WorkloadBatches(new Workload(WorkloadKind.LAYER, 64, 8, 1), 5, 300, 6);
        try (Replay replay = new Replay(CUBE, source)) {
            RoutingCheck check = new RoutingCheck(replay.balancer());
            replay.begin(0);
            replay.step(0);
            check.route(source.ids(1));
            assertTrue(check.difference().startsWith("batch 0: rank "), check.difference());
        }
    }

    @Test
    void theJsonReportHasItsFields() throws IOException {
        WorkloadBatches source = new WorkloadBatches(new Workload(WorkloadKind.NORMAL, 64, 8, 1), 4, 64, 6);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        replay(CUBE, source).writeJson(out);
        JsonNode json = new ObjectMapper().readTree(out.toByteArray());
        assertEquals(
                Set.of(
                        "experts",
                        "ranks",
                        "topology",
                        "replicas",
                        "solver",
                        "layers",
                        "history",
                        "measured",
                        "strategies"),
                names(json));
        assertEquals(64, json.get("experts").asInt());
        assertEquals("cube", json.get("topology").asText());
        assertEquals(6, json.get("strategies").size());
        for (JsonNode strategy : json.get("strategies")) {
            assertEquals(
                    Set.of(
                            "strategy",
                            "placement",
                            "batches",
                            "imbalance",
                            "gap",
                            "optimalBatches",
                            "rejectedSolves",
                            "planNanos"),
                    names(strategy));
            for (String summary : List.of("imbalance", "gap", "planNanos")) {
                assertEquals(Set.of("count", "mean", "median", "p99", "max"), names(strategy.get(summary)));
                assertTrue(strategy.get(summary).get("p99").isNumber());
            }
            assertEquals(4, strategy.get("batches").asInt());
        }
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void setupsThatDoNotFitAreNamed() {
        ReplicaTopology cube = Topologies.cube();
        assertMessage(
                "ranks: got 12, expected a multiple of the 8 ranks of topology cube",
                () -> new ReplaySetup(48, 12, cube, 2, "ejml"));
        assertMessage(
                "experts: got 60, expected a positive multiple of the 8 ranks",
                () -> new ReplaySetup(60, 8, cube, 2, "ejml"));
        assertMessage(
                "replicas: got 3 a rank, expected a positive multiple of 2 as topology cube has",
                () -> new ReplaySetup(64, 8, cube, 3, "ejml"));
        assertMessage(
                "replicas: got 4 a rank, expected at most the 2 experts that live on a rank",
                () -> new ReplaySetup(16, 8, cube, 4, "ejml"));
        assertMessage(
                "source: got 32 experts, expected 64",
                () -> new Replay(CUBE, new WorkloadBatches(new Workload(WorkloadKind.NORMAL, 32, 8, 1), 1, 1, 1))
                        .close());
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
