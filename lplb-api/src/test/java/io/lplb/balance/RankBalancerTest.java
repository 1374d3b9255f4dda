// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.count.TokenCounter;
import io.lplb.exchange.LocalExchange;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
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

class RankBalancerTest {
    private static final int RANKS = 8;
    private static final int EXPERTS = 64;

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .ranksPerNode(4)
                .topology(Topologies.cube())
                .replicas(2)
                .deadline(Duration.ofMinutes(1));
    }

    private static int[] ids(Random random, int tokens) {
        int[] ids = new int[tokens];
        for (int k = 0; k < tokens; k++) {
            int one = random.nextInt(EXPERTS);
            int other = random.nextInt(EXPERTS);
            ids[k] = random.nextInt(20) == 0 ? -1 : Math.min(one, other);
        }
        return ids;
    }

    /** What one rank sees of a run: the slots of its tokens, and what its balancer says. */
    private static final class Seen {
        private final long[] rankLoads;
        private final RankReport report;
        private final long saved;

        Seen(long[] rankLoads, RankReport report) {
            this.rankLoads = rankLoads;
            this.report = report;
            this.saved = report.savedOffNode();
        }
    }

    private static List<Seen> run(LoadBalancerBuilder settings, int rounds) throws Exception {
        List<LocalExchange> group = LocalExchange.group(RANKS, EXPERTS);
        List<Callable<Seen>> tasks = new ArrayList<>();
        for (LocalExchange exchange : group) {
            tasks.add(() -> {
                try (RankBalancer balancer = settings.buildRank(exchange)) {
                    return replay(balancer, exchange.self(), rounds);
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(RANKS)) {
            List<Seen> seen = new ArrayList<>();
            for (Future<Seen> result : threads.invokeAll(tasks)) {
                seen.add(result.get());
            }
            return seen;
        }
    }

    private static Seen replay(RankBalancer balancer, int rank, int rounds) {
        long[] loads = new long[rounds * RANKS];
        int[] counts = new int[EXPERTS];
        for (int n = 0; n < rounds; n++) {
            int[] ids = ids(new Random(100L * n + rank), 300 + 10 * rank);
            new TokenCounter(EXPERTS).count(ids, counts);
            assertEquals(RoundOutcome.AGREED, balancer.plan(counts).outcome(), "round " + n);
            int[] slots = new int[ids.length];
            balancer.route(ids, slots);
            for (int k = 0; k < ids.length; k++) {
                if (ids[k] < 0) {
                    assertEquals(-1, slots[k]);
                } else {
                    assertEquals(ids[k], balancer.placement().expertIn(slots[k]));
                    loads[n * RANKS + balancer.placement().rankOf(slots[k])]++;
                }
            }
        }
        return new Seen(loads, balancer.lastReport());
    }

    @Test
    void roundThatLeavesNoneToFollowIsRefusedAndChangesNothing() {
        for (boolean checkPlans : new boolean[] {false, true}) {
            ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
            exchange.echo = checkPlans;
            try (RankBalancer balancer = cube().checkPlans(checkPlans).buildRank(exchange)) {
                for (long round : new long[] {-1, 1L << 48, Long.MAX_VALUE / 2 + 1, Long.MAX_VALUE}) {
                    assertEquals(
                            "round: got " + round + ", expected one above -1 and at most 281474976710655",
                            assertThrows(IllegalArgumentException.class, () -> balancer.plan(round, new int[EXPERTS]))
                                    .getMessage());
                }
                assertEquals(0, balancer.nextRound());
                assertEquals(0, balancer.plan(new int[EXPERTS]).round());
                assertEquals(1L << 47, balancer.plan(1L << 47, new int[EXPERTS]).round());
                assertEquals((1L << 47) + 1, balancer.plan(new int[EXPERTS]).round());
            }
        }
    }

    @Test
    void deadlineMayBeAnyLength() {
        for (Duration deadline : new Duration[] {Duration.ofSeconds(Long.MAX_VALUE), Duration.ofDays(200_000)}) {
            try (RankBalancer balancer = cube().deadline(deadline).buildRank(new ScriptedExchange(RANKS, EXPERTS))) {
                assertEquals(
                        RoundOutcome.AGREED, balancer.plan(new int[EXPERTS]).outcome());
            }
        }
    }

    @ParameterizedTest(name = "local first {0}")
    @ValueSource(booleans = {true, false})
    void ranksTogetherMeetThePlanExactly(boolean localFirst) throws Exception {
        int rounds = 10;
        // The interior point divides items between nodes where it has a choice, so there is something to save.
        List<Seen> seen = run(
                cube().solver(InteriorPointSolver.NAME).localFirst(localFirst).checkPlans(true), rounds);
        long[] together = new long[rounds * RANKS];
        for (Seen rank : seen) {
            for (int k = 0; k < together.length; k++) {
                together[k] += rank.rankLoads[k];
            }
            assertArrayEquals(
                    seen.get(0).report.plan().rankLoads(), rank.report.plan().rankLoads());
            assertEquals(rounds, rank.report.rounds(RoundOutcome.AGREED));
            assertEquals(rounds, rank.report.comparedPlans());
            assertEquals(0, rank.report.differingPlans());
            assertEquals(0, rank.report.fellBack());
            assertEquals(0, rank.report.skippedRounds());
            assertEquals(seen.get(0).saved, rank.saved);
        }
        long[] last = new long[RANKS];
        System.arraycopy(together, (rounds - 1) * RANKS, last, 0, RANKS);
        assertArrayEquals(seen.get(0).report.plan().rankLoads(), last);
        assertEquals(localFirst, seen.get(0).saved > 0);
    }

    private static void route(RankBalancer balancer, int[] ids, long[] loads) {
        int[] slots = new int[ids.length];
        balancer.route(ids, slots);
        java.util.Arrays.fill(loads, 0);
        for (int k = 0; k < ids.length; k++) {
            if (ids[k] >= 0) {
                assertEquals(ids[k], balancer.placement().expertIn(slots[k]));
                loads[balancer.placement().rankOf(slots[k])]++;
            }
        }
    }

    @Test
    void withoutAPlanTokensGoToTheOriginalsAndLaterByTheLastPlan() {
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        int[] ids = ids(new Random(1), 4000);
        int[] counts = new int[EXPERTS];
        new TokenCounter(EXPERTS).count(ids, counts);
        long[] loads = new long[RANKS];
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            exchange.status = RoundStatus.MISSED;
            assertEquals(RoundOutcome.ORIGINALS, balancer.plan(counts).outcome());
            route(balancer, ids, loads);
            for (int r = 0; r < RANKS; r++) {
                int originals = 0;
                for (int e = 8 * r; e < 8 * r + 8; e++) {
                    originals += counts[e];
                }
                assertEquals(originals, loads[r]);
            }
            exchange.status = RoundStatus.PARTIAL;
            assertEquals(RoundOutcome.PARTIAL, balancer.plan(counts).outcome());
            route(balancer, ids, loads);
            long[] planned = balancer.lastReport().plan().rankLoads();
            assertArrayEquals(planned, loads, "this rank has all the tokens");
            exchange.status = RoundStatus.MISSED;
            assertEquals(RoundOutcome.LAST_PLAN, balancer.plan(counts).outcome());
            route(balancer, ids, loads);
            assertArrayEquals(planned, loads, "the same tokens by the last plan");
            balancer.updatePlacement(new Random(5).doubles(EXPERTS).toArray());
            assertEquals(
                    RoundOutcome.ORIGINALS, balancer.plan(counts).outcome(), "there is no plan for this placement");
            RankReport report = balancer.lastReport();
            assertEquals(3, report.fellBack());
            assertEquals(1, report.rounds(RoundOutcome.PARTIAL));
            assertEquals(0, report.planNanos());
        }
    }

    @Test
    void anExpertNewToThisRankFollowsEverybodysQuotas() {
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        int[] ids = new int[1000];
        int[] counts = new int[EXPERTS];
        exchange.others[0] = 100_000; // Rank 0 sends to expert 0; this rank does not.
        long[] loads = new long[RANKS];
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            balancer.plan(counts);
            exchange.status = RoundStatus.MISSED;
            balancer.plan(counts);
            route(balancer, ids, loads);
            assertEquals(500, (double) loads[0], 2);
        }
    }

    @Test
    void aDifferenceBetweenPlansIsReportedWithItsPlace() {
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        try (RankBalancer balancer = cube().checkPlans(true).buildRank(exchange)) {
            balancer.plan(new int[EXPERTS]);
            RankReport report = balancer.lastReport();
            assertEquals(1, report.comparedPlans());
            assertEquals(1, report.differingPlans());
            assertTrue(
                    report.firstDifference()
                            .startsWith(
                                    "round 0: expert 0 is the first whose tokens rank 0 divides otherwise than rank 2"),
                    report.firstDifference());
            assertEquals(1, balancer.nextRound(), "two rounds of the exchange are one of the balancer");
        }
    }

    @Test
    void countsBeyondTheRoutersRangeAreNotPlanned() {
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        exchange.others[3] = Integer.MAX_VALUE;
        int[] counts = new int[EXPERTS];
        counts[3] = 1;
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            assertEquals(RoundOutcome.ORIGINALS, balancer.plan(counts).outcome());
        }
    }

    @Test
    void skippedRoundsAreCounted() {
        try (RankBalancer balancer = cube().buildRank(new ScriptedExchange(RANKS, EXPERTS))) {
            balancer.plan(3, new int[EXPERTS]);
            assertEquals(0, balancer.lastReport().skippedRounds());
            balancer.plan(7, new int[EXPERTS]);
            assertEquals(3, balancer.lastReport().skippedRounds());
            assertEquals(7, balancer.lastReport().round());
        }
    }

    @Test
    void theIdentityTellsSettingsApartAndFollowsThePlacement() {
        long plain = cube().identity().fingerprint();
        assertEquals(plain, cube().identity().fingerprint());
        assertNotEquals(plain, cube().ranksPerNode(8).identity().fingerprint());
        assertNotEquals(plain, cube().solver("relaxation").identity().fingerprint());
        assertNotEquals(plain, cube().checkPlans(true).identity().fingerprint());
        assertNotEquals(plain, cube().localFirst(false).identity().fingerprint());
        assertNotEquals(plain, cube().speeds(1, 1, 1, 1, 1, 1, 1, 2).identity().fingerprint());
        ExpertPlacement own = ExpertPlacement.of(
                1, 1, EXPERTS, java.util.stream.IntStream.range(0, EXPERTS).toArray());
        assertEquals(1, LoadBalancer.builder().placement(own).identity().ranks());
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            balancer.plan(new int[EXPERTS]);
            assertEquals(plain, exchange.fingerprint);
            balancer.updatePlacement(new Random(5).doubles(EXPERTS).toArray());
            balancer.plan(new int[EXPERTS]);
            assertNotEquals(plain, exchange.fingerprint);
        }
    }

    @Test
    void misuseIsRefused() {
        try (WorkloadExchange small = WorkloadExchange.alone(EXPERTS)) {
            String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> cube().buildRank(small))
                    .getMessage());
            assertEquals("exchange: got 1 ranks, expected 8 as the placement has", message);
        }
        assertThrows(IllegalArgumentException.class, () -> cube().deadline(Duration.ZERO));
        RankBalancer closed = cube().buildRank(new ScriptedExchange(RANKS, EXPERTS));
        closed.close();
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.plan(new int[EXPERTS]));
        assertThrows(IllegalStateException.class, () -> closed.route(new int[1], new int[1]));
        assertThrows(IllegalStateException.class, () -> closed.updatePlacement(new double[EXPERTS]));
    }

    @Test
    void agreedPlansAreToldAndOthersOfTheSameCountsCounted() {
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            int[] counts = new int[EXPERTS];
            Arrays.fill(counts, 7);
            balancer.plan(counts);
            long hash = exchange.planned;
            balancer.plan(counts);
            assertEquals(hash, exchange.planned, "equal plans");
            counts[3] = 900;
            exchange.status = RoundStatus.PARTIAL;
            balancer.plan(counts);
            assertEquals(hash, exchange.planned, "nobody agreed on it");
            exchange.status = RoundStatus.COMPLETE;
            exchange.differing = 5;
            RankReport report = balancer.plan(counts);
            assertNotEquals(hash, exchange.planned);
            assertEquals(1, report.differingPlans());
            assertTrue(
                    report.firstDifference().startsWith("before round 3: rank 5 has made another plan than rank 2"),
                    report.firstDifference());
        }
    }
}
