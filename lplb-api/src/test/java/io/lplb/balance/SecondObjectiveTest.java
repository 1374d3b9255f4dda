// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ExpertCost;
import io.lplb.exchange.LocalExchange;
import io.lplb.quota.SecondObjective;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.topology.Topologies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecondObjectiveTest {
    private static final int RANKS = 8;
    private static final int EXPERTS = 64;
    private static final int ROUNDS = 6;

    private static LoadBalancerBuilder cube(SecondObjective second) {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .ranksPerNode(4)
                .topology(Topologies.cube())
                .replicas(2)
                .secondObjective(second)
                .deadline(Duration.ofMinutes(1));
    }

    private static int[] counts(int round, int rank) {
        Random random = new Random(97L * round + rank);
        int[] counts = new int[EXPERTS];
        // Ranks prefer the experts that are at home on their own node.
        Arrays.setAll(counts, e -> random.nextInt(e / (EXPERTS / 2) == rank / 4 ? 90 : 10));
        counts[round] += 400;
        return counts;
    }

    /** The reports of every rank, round after round. */
    private static List<List<Seen>> run(LoadBalancerBuilder settings, int inactive) throws Exception {
        List<Callable<List<Seen>>> tasks = new ArrayList<>();
        for (LocalExchange exchange : LocalExchange.group(RANKS, EXPERTS)) {
            tasks.add(() -> {
                try (RankBalancer balancer = settings.buildRank(exchange)) {
                    if (inactive >= 0) {
                        balancer.setActive(inactive, false);
                    }
                    List<Seen> seen = new ArrayList<>();
                    for (int n = 0; n < ROUNDS; n++) {
                        seen.add(new Seen(balancer.plan(counts(n, exchange.self()))));
                    }
                    return seen;
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(RANKS)) {
            List<List<Seen>> all = new ArrayList<>();
            for (Future<List<Seen>> result : threads.invokeAll(tasks)) {
                all.add(result.get());
            }
            return all;
        }
    }

    private static final class Seen {
        private final PlanReport plan;
        private final long tokensOffNode;

        Seen(RankReport report) {
            assertEquals(RoundOutcome.AGREED, report.outcome());
            assertEquals(0, report.differingPlans());
            plan = report.plan().copy();
            tokensOffNode = report.tokensOffNode();
        }
    }

    @ParameterizedTest(name = "inactive rank {0}")
    @ValueSource(ints = {-1, 3})
    void localityKeepsTheMaximumAndSendsFewerTokensBetweenNodes(int inactive) throws Exception {
        List<List<Seen>> plain = run(cube(SecondObjective.NONE), inactive);
        List<List<Seen>> local = run(cube(SecondObjective.LOCALITY).checkPlans(true), inactive);
        long before = 0;
        long after = 0;
        for (int n = 0; n < ROUNDS; n++) {
            Seen base = plain.get(0).get(n);
            assertEquals(PlanReport.UNKNOWN, base.plan.tokensOffNode());
            assertEquals(0, base.plan.secondNanos());
            before += base.tokensOffNode;
            for (List<Seen> rank : local) {
                Seen seen = rank.get(n);
                assertEquals(base.plan.maxLoad(), seen.plan.maxLoad());
                assertEquals(base.plan.tokens(), seen.plan.tokens());
                assertEquals(seen.plan.maxLoad(), (double)
                        Arrays.stream(seen.plan.rankLoads()).max().orElseThrow());
                assertTrue(inactive < 0 || seen.plan.rankLoad(inactive) == 0);
                assertEquals(seen.tokensOffNode, seen.plan.tokensOffNode());
                assertTrue(seen.plan.tokensOffNodeUnbalanced() <= seen.tokensOffNode);
                assertTrue(seen.tokensOffNode <= base.tokensOffNode);
                assertTrue(seen.plan.secondNanos() > 0);
                assertArrayEquals(local.get(0).get(n).plan.rankLoads(), seen.plan.rankLoads());
            }
            after += local.get(0).get(n).tokensOffNode;
        }
        assertTrue(after < 0.95 * before, after + " tokens between nodes, without locality " + before);
    }

    @Test
    void levelLowersLoadsBelowTheMaximum() {
        int better = 0;
        // The interior point leaves ranks below the maximum as they happen to be.
        String solver = InteriorPointSolver.NAME;
        try (LoadBalancer plain = cube(SecondObjective.NONE).solver(solver).build();
                LoadBalancer level = cube(SecondObjective.LEVEL).solver(solver).build()) {
            for (int n = 0; n < 200; n++) {
                Random random = new Random(n);
                int[] counts = new int[EXPERTS];
                Arrays.setAll(counts, e -> random.nextInt(8) == 0 ? random.nextInt(300) : random.nextInt(3));
                PlanReport plainPlan = plain.plan(counts);
                PlanReport levelPlan = level.plan(counts);
                assertEquals(plainPlan.maxLoad(), levelPlan.maxLoad());
                long[] before = sorted(plainPlan);
                long[] after = sorted(levelPlan);
                int first = Arrays.mismatch(after, before);
                assertTrue(first < 0 || after[first] < before[first]);
                better += first < 0 ? 0 : 1;
                int[] ids = new int[counts[0]];
                level.route(ids, ids);
            }
        }
        assertTrue(better > 20, better + " plans of 200 changed");
    }

    private static long[] sorted(PlanReport report) {
        return Arrays.stream(report.rankLoads())
                .map(l -> -l)
                .sorted()
                .map(l -> -l)
                .toArray();
    }

    @Test
    void localityNeedsSourcesThatKeepTheirTokens() {
        assertRefused(
                "secondObjective: got LOCALITY for build, where the sources of tokens are not known, expected NONE or "
                        + "LEVEL, or buildRank",
                () -> cube(SecondObjective.LOCALITY).build());
        assertRefused(
                "secondObjective: got LOCALITY for buildLayers, where the sources of tokens are not known, expected NONE "
                        + "or LEVEL, or buildRank",
                () -> cube(SecondObjective.LOCALITY).layers(2).buildLayers());
        LocalExchange exchange = LocalExchange.group(RANKS, EXPERTS).get(0);
        assertRefused(
                "secondObjective: got LOCALITY without localFirst, expected NONE, LEVEL or localFirst",
                () -> cube(SecondObjective.LOCALITY).localFirst(false).buildRank(exchange));
    }

    @Test
    void costAndSecondObjectiveExcludeEachOther() {
        ExpertCost cost = ExpertCost.shippedProfile("deepseek-v3-h200").fit();
        assertRefused(
                "secondObjective: got LEVEL beside a cost, by which plans minimise time, expected NONE",
                () -> cube(SecondObjective.LEVEL).cost(cost).build());
        cube(SecondObjective.LEVEL).cost(ExpertCost.tokens()).build().close();
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void ranksWithOtherObjectivesDoNotMeet() {
        assertNotEquals(
                cube(SecondObjective.NONE).identity().fingerprint(),
                cube(SecondObjective.LOCALITY).identity().fingerprint());
    }
}
