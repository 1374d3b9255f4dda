// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.SolveStatus;
import org.junit.jupiter.api.Test;

/** Reports of plans small enough to make by hand. */
class PlanReportTest {
    /** A pair of ranks: the first holds experts 0 and 1, the second 2 and a replica of 0. */
    private static final ExpertPlacement PAIR = ExpertPlacement.of(2, 2, 3, new int[] {0, 1, 2, 0});

    /** Two such pairs. */
    private static final ExpertPlacement PAIRS = ExpertPlacement.of(4, 2, 6, new int[] {0, 1, 2, 0, 3, 4, 5, 3});

    private static PlanReport plan(LoadBalancerBuilder builder, int... counts) {
        try (LoadBalancer balancer = builder.build()) {
            return balancer.plan(counts).copy();
        }
    }

    private static LoadBalancerBuilder on(ExpertPlacement placement) {
        return LoadBalancer.builder().placement(placement);
    }

    /** 15 tokens on two ranks: 8 and 7, and in fractions 7.5; 11 where nothing moves. */
    @Test
    void oneGroup() {
        PlanReport report = plan(on(PAIR).solver(InteriorPointSolver.NAME), 10, 1, 4);
        assertEquals(15, report.tokens());
        assertEquals(7.5, report.meanLoad());
        assertEquals(8, report.maxLoad());
        assertEquals(8 / 7.5, report.imbalance());
        assertEquals(11, report.identityMaxLoad());
        assertEquals(7.5, report.lowerBound(), 1e-7);
        assertEquals(7.5, report.splitMaxLoad(), 1e-7);
        assertEquals(report.splitMaxLoad() - report.lowerBound(), report.splitGap());
        assertEquals(report.maxLoad() - report.lowerBound(), report.gap());
        assertEquals(1, report.groups());
        assertTrue(report.iterations() > 0);
        assertEquals(0, report.groupsNotOptimal());
        assertEquals(SolveStatus.OPTIMAL, report.status());
        assertEquals("cpu", report.backend());
        assertEquals(15, report.rankLoad(0) + report.rankLoad(1));
        assertEquals(
                "PlanReport[tokens=15, maxLoad=8.0, meanLoad=7.5, identityMaxLoad=11.0, lowerBound="
                        + report.lowerBound() + ", status=OPTIMAL, rankLoads=[" + report.rankLoad(0) + ", "
                        + report.rankLoad(1) + "]]",
                report.toString());
    }

    /** The default on the CPU solves in whole tokens, so its split is the plan. */
    @Test
    void theExactSolverSplitsWholeTokens() {
        PlanReport report = plan(on(PAIR), 10, 1, 4);
        assertEquals(8, report.maxLoad());
        assertEquals(8, report.splitMaxLoad());
        assertEquals(7.5, report.lowerBound());
        assertEquals(SolveStatus.OPTIMAL, report.status());
    }

    /** A solver that stops early leaves a gap, and the plan in whole tokens is the best all the same. */
    @Test
    void theGapIsThatOfTheSplit() {
        PlanReport report = plan(on(PAIR).tolerance(0.5), 10, 1, 4);
        assertTrue(report.splitGap() > 0, report.toString());
        assertEquals(report.splitMaxLoad() - report.lowerBound(), report.splitGap());
        assertEquals(report.maxLoad() - report.lowerBound(), report.gap());
        assertEquals(8, report.maxLoad());
    }

    /** The second group has 120 tokens, 60 on each rank; its expert 3 alone has 100. */
    @Test
    void severalGroupsAddUp() {
        PlanReport report = plan(on(PAIRS), 10, 1, 3, 100, 0, 20);
        assertEquals(134, report.tokens());
        assertEquals(134 / 4.0, report.meanLoad());
        assertEquals(60, report.maxLoad());
        assertEquals(100, report.identityMaxLoad());
        assertEquals(60, report.lowerBound(), 1e-6);
        assertEquals(60, report.splitMaxLoad(), 1e-6);
        assertEquals(2, report.groups());
        assertArrayEquals(new long[] {7, 7, 60, 60}, report.rankLoads());
        assertEquals(
                plan(on(PAIR), 10, 1, 3).iterations()
                        + plan(on(PAIR), 100, 0, 20).iterations(),
                report.iterations());
    }

    /** The second rank of each pair is three times as fast: 14 tokens are 3 and 11 / 3, 120 are 30 and 90 / 3. */
    @Test
    void speedsCountInEveryGroup() {
        PlanReport report = plan(on(PAIRS).speeds(1, 3, 1, 3), 10, 1, 3, 100, 0, 20);
        assertEquals(134 / 8.0, report.meanLoad());
        assertEquals(30, report.maxLoad());
        assertEquals(100, report.identityMaxLoad());
        assertArrayEquals(new long[] {3, 11, 30, 90}, report.rankLoads());
    }

    @Test
    void groupsThatAreNotOptimalAreCountedAndTheFirstNamesTheStatus() {
        LoadBalancerBuilder builder = on(PAIRS).rankLimits(100, 100, 60, 40);
        PlanReport report = plan(builder, 0, 0, 0, 99, 1, 1);
        assertEquals(1, report.groupsNotOptimal(), report.toString());
        assertEquals(SolveStatus.INFEASIBLE, report.status());
        assertEquals(0, plan(builder, new int[6]).groupsNotOptimal());
    }

    @Test
    void aCopyStaysAndTheReportDoesNot() {
        try (LoadBalancer balancer = on(PAIR).solver(InteriorPointSolver.NAME).build()) {
            PlanReport report = balancer.plan(new int[] {10, 1, 4});
            PlanReport copy = report.copy();
            String text = copy.toString();
            balancer.plan(new int[] {2, 0, 0});
            assertEquals(2, report.tokens());
            assertEquals(1, report.maxLoad());
            assertEquals(text, copy.toString());
            assertEquals(7.5, copy.splitMaxLoad(), 1e-7);
            assertEquals("cpu", copy.backend());
        }
    }

    /** Times are differences of one clock: solve and quotas lie inside the call. */
    @Test
    void timesLieInsideTheCall() {
        try (LoadBalancer balancer = on(PAIR).build()) {
            long before = System.nanoTime();
            PlanReport report = balancer.plan(new int[] {10, 1, 4});
            long all = System.nanoTime() - before;
            assertTrue(report.solveNanos() > 0 && report.quotaNanos() > 0, report.toString());
            assertTrue(report.solveNanos() + report.quotaNanos() <= all, report.toString());
        }
    }
}
