// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.RoundStatus;
import io.lplb.topology.Topologies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What one rank of eight reports and routes where the counts are few enough to follow. Expert 16 is the first of rank 2,
 * which is this rank; its replica lies on one other rank.
 */
class RankReportTest {
    private static final int RANKS = 8;
    private static final int EXPERTS = 64;
    private static final int EXPERT = 16;
    private static final int SELF = 2;

    private final ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .ranksPerNode(4)
                .topology(Topologies.cube())
                .replicas(2);
    }

    private static int[] counts(int tokens) {
        int[] counts = new int[EXPERTS];
        counts[EXPERT] = tokens;
        return counts;
    }

    /** Routes tokens of the expert and returns where they went, slot by slot. */
    private static int[] route(RankBalancer balancer, int tokens) {
        int[] slots = new int[tokens];
        Arrays.fill(slots, EXPERT);
        balancer.route(slots, slots);
        return slots;
    }

    private static long onRank(RankBalancer balancer, int[] slots, int rank) {
        return Arrays.stream(slots)
                .filter(slot -> balancer.placement().rankOf(slot) == rank)
                .count();
    }

    /**
     * 400 tokens, 100 of this rank's own and 300 of rank 7 on the other node: 200 for either replica. Those of this rank
     * stay; of the others 100 come here, the rest goes to the replica.
     */
    @Test
    void tokensThatStayAreCounted() {
        exchange.others[7 * EXPERTS + EXPERT] = 300;
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            int replica = balancer.placement().rankOf(balancer.placement().slotOf(EXPERT, 1));
            RankReport report = balancer.plan(counts(100));
            assertEquals(RoundOutcome.AGREED, report.outcome());
            assertEquals(400, report.plan().tokens());
            assertEquals(200, report.plan().maxLoad());
            assertEquals(100, report.tokensOnOwnRank());
            int far = replica < 4 ? 300 : 100; // what cannot stay on its node
            assertEquals(400 - far, report.tokensOnOwnNode());
            double spread = replica < 4 ? 300 : 0.5 * 100 + 0.5 * 300;
            assertEquals(spread, report.tokensOffNodeIfSpread(), 1e-9);
            assertEquals(Math.round(spread - far), report.savedOffNode());
            balancer.plan(counts(100));
            assertEquals(2 * Math.round(spread - far), balancer.lastReport().savedOffNode());
            assertEquals(100, onRank(balancer, route(balancer, 100), SELF));
            assertTrue(
                    report.toString()
                            .startsWith("RankReport[round=1, outcome=AGREED, agreed=2, partial=0, byLastPlan=0,"
                                    + " byOriginals=0, skippedRounds=0, differingPlans=0, missingRanks=0, activeRanks=8,"
                                    + " uncoveredTokens=0, plan=PlanReport[tokens=400"),
                    report.toString());
        }
    }

    /** Own tokens all stayed in the last plan, so they do in the batch that has none, though the quotas say half. */
    @Test
    void aMissedRoundFollowsThisRanksOwnPart() {
        exchange.others[7 * EXPERTS + EXPERT] = 300;
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            balancer.plan(counts(100));
            exchange.status = RoundStatus.MISSED;
            for (int batch = 0; batch < 2; batch++) {
                assertEquals(RoundOutcome.LAST_PLAN, balancer.plan(counts(50)).outcome());
                assertEquals(50, onRank(balancer, route(balancer, 50), SELF));
            }
        }
    }

    /** With tokens spread, a batch without a plan follows everybody's quotas, from the beginning each time. */
    @Test
    void aMissedRoundFollowsAllQuotasWhereTokensAreSpread() {
        exchange.others[EXPERT] = 300;
        try (RankBalancer balancer = cube().localFirst(false).buildRank(exchange)) {
            RankReport report = balancer.plan(counts(100));
            assertEquals(0, report.tokensOnOwnRank());
            assertEquals(0, report.tokensOnOwnNode());
            assertEquals(0, report.savedOffNode());
            exchange.status = RoundStatus.MISSED;
            balancer.plan(counts(100));
            int[] first = route(balancer, 100);
            assertTrue(Math.abs(50 - onRank(balancer, first, SELF)) <= 1, Arrays.toString(first));
            balancer.plan(counts(100));
            int[] again = route(balancer, 100);
            assertEquals(Arrays.toString(first), Arrays.toString(again));
            exchange.status = RoundStatus.COMPLETE;
            Arrays.fill(exchange.others, 0);
            exchange.others[7 * EXPERTS + EXPERT] = 300;
            balancer.plan(counts(100));
            assertEquals(
                    Arrays.toString(first),
                    Arrays.toString(route(balancer, 100)),
                    "nobody of a lower number has tokens, as if none were before ours");
        }
    }

    @Test
    void aRoundWithTheLargestSumIsPlanned() {
        exchange.others[EXPERT] = Integer.MAX_VALUE - 100;
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            assertEquals(RoundOutcome.AGREED, balancer.plan(counts(100)).outcome());
            assertEquals(RoundOutcome.LAST_PLAN, balancer.plan(counts(101)).outcome());
        }
    }

    @Test
    void roundsLeftOutAreCountedFromTheFirst() {
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            assertEquals(-1, balancer.lastReport().round());
            balancer.plan(0, counts(1));
            balancer.plan(3, counts(1));
            assertEquals(2, balancer.lastReport().skippedRounds());
        }
    }

    @Test
    void timesLieInsideTheCall() {
        try (RankBalancer balancer = cube().buildRank(exchange)) {
            long before = System.nanoTime();
            RankReport report = balancer.plan(counts(100));
            long all = System.nanoTime() - before;
            assertTrue(report.exchangeNanos() > 0 && report.planNanos() > 0, report.toString());
            assertTrue(report.exchangeNanos() + report.planNanos() <= all, report.toString());
        }
    }

    @Test
    void theListenerHearsOfPlansOnly() {
        List<Long> heard = new ArrayList<>();
        try (RankBalancer balancer =
                cube().listener(plan -> heard.add(plan.tokens())).buildRank(exchange)) {
            balancer.plan(counts(100));
            exchange.status = RoundStatus.MISSED;
            balancer.plan(counts(50));
        }
        assertEquals(List.of(100L), heard);
    }

    /** Rank 5 divides expert 9 otherwise; everything else is equal, also in the round before. */
    @Test
    void theFirstDifferenceIsNamedAndKept() {
        exchange.echo = true;
        try (RankBalancer balancer = cube().checkPlans(true).buildRank(exchange)) {
            RankReport report = balancer.plan(counts(100));
            assertEquals(1, report.comparedPlans());
            assertEquals(0, report.differingPlans());
            assertEquals("", report.firstDifference());
            exchange.others[5 * EXPERTS + 9] = 1;
            balancer.plan(counts(100));
            String first = report.firstDifference();
            assertTrue(
                    first.startsWith(
                            "round 1: expert 9 is the first whose tokens rank 5 divides otherwise than rank 2"),
                    first);
            assertTrue(first.endsWith("]"), first);
            balancer.plan(counts(100));
            assertEquals(2, report.differingPlans());
            assertEquals(first, report.firstDifference());
        }
    }

    @Test
    void aDifferenceInAPartialRoundSaysSo() {
        exchange.echo = true;
        exchange.others[9] = 1;
        exchange.status = RoundStatus.PARTIAL;
        try (RankBalancer balancer = cube().checkPlans(true).buildRank(exchange)) {
            String first = balancer.plan(counts(100)).firstDifference();
            assertTrue(first.endsWith("] without the counts of all ranks"), first);
        }
    }

    @Test
    void anExchangeOfOtherExpertsIsRefused() {
        ScriptedExchange other = new ScriptedExchange(RANKS, 3);
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> cube().buildRank(other))
                .getMessage());
        assertEquals("exchange: got 3 experts, expected 64 as the placement has", message);
    }

    @Test
    void aClosedBalancerSaysSo() {
        RankBalancer closed = cube().buildRank(exchange);
        closed.close();
        for (int k = 0; k < 2; k++) {
            String message = String.valueOf(assertThrows(IllegalStateException.class, () -> closed.plan(counts(1)))
                    .getMessage());
            assertEquals("plan: got a closed balancer, expected an open one", message);
        }
    }
}
