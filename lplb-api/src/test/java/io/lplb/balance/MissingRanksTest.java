// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.count.TokenCounter;
import io.lplb.exchange.LocalExchange;
import io.lplb.placement.ExpertPlacement;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks of a group that fall silent and come back: no token goes to them meanwhile. */
@Timeout(120)
class MissingRanksTest {
    /** Time that a round waits for a silent rank. It only passes: counts of all others have come before. */
    private static final Duration SHORT = Duration.ofMillis(20);

    private static final Duration LONG = Duration.ofMinutes(1);

    /** Four ranks, twelve experts, each on two ranks. */
    private static final ExpertPlacement PAIRS = ExpertPlacement.of(
            4, 4, 12, new int[] {0, 1, 2, 9, 10, 11, 3, 4, 5, 0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11, 6, 7, 8});

    private static LoadBalancerBuilder pairs() {
        return LoadBalancer.builder().placement(PAIRS).deadline(LONG);
    }

    /** Makes balancers of a group, each with a deadline of its own. */
    private static List<RankBalancer> group(LoadBalancerBuilder settings, Duration deadline) {
        List<RankBalancer> group = new ArrayList<>();
        int ranks = settings.identity().ranks();
        for (LocalExchange exchange :
                LocalExchange.group(ranks, settings.identity().experts())) {
            group.add(settings.deadline(deadline).buildRank(exchange));
        }
        return group;
    }

    /** One batch of every rank that takes part, each on a thread of its own; returns the slots of its tokens. */
    private static List<int[]> round(List<RankBalancer> group, int[][] ids, int... silent) throws Exception {
        List<Callable<int[]>> tasks = new ArrayList<>();
        for (int r = 0; r < group.size(); r++) {
            int rank = r;
            boolean takesPart = Arrays.stream(silent).noneMatch(s -> s == rank);
            tasks.add(() -> takesPart ? batch(group.get(rank), ids[rank]) : new int[0]);
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(group.size())) {
            List<int[]> slots = new ArrayList<>();
            for (Future<int[]> result : threads.invokeAll(tasks)) {
                slots.add(result.get());
            }
            return slots;
        }
    }

    private static int[] batch(RankBalancer balancer, int[] ids) {
        int[] counts = new int[balancer.placement().experts()];
        new TokenCounter(counts.length).count(ids, counts);
        balancer.plan(counts);
        int[] slots = new int[ids.length];
        balancer.route(ids, slots);
        return slots;
    }

    /** Checks that each token is at its expert on an active rank, or nowhere if there is none; returns loads of ranks. */
    private static long[] loads(List<RankBalancer> group, int[][] ids, List<int[]> slots) {
        ExpertPlacement placement = group.get(0).placement();
        long[] loads = new long[placement.ranks()];
        for (int r = 0; r < slots.size(); r++) {
            RankReport report = group.get(r).lastReport();
            int[] uncovered = report.uncovered();
            long nowhere = 0;
            for (int k = 0; k < slots.get(r).length; k++) {
                int slot = slots.get(r)[k];
                if (slot < 0) {
                    assertTrue(Arrays.binarySearch(uncovered, ids[r][k]) >= 0);
                    nowhere++;
                } else {
                    assertEquals(ids[r][k], placement.expertIn(slot));
                    assertTrue(report.isActive(placement.rankOf(slot)));
                    loads[placement.rankOf(slot)]++;
                }
            }
            if (slots.get(r).length > 0) {
                assertEquals(nowhere, report.uncoveredTokens());
            }
        }
        return loads;
    }

    private static int[][] ids(Random random, int ranks, int tokens, int experts) {
        int[][] ids = new int[ranks][];
        Arrays.setAll(ids, r -> random.ints(tokens, 0, experts).toArray());
        return ids;
    }

    /**
     * The input: every expert is on two ranks, rank 2 is silent. None of the 120 tokens of the others goes there: not
     * in the round that misses it, whatever that is routed by, and not in the partial rounds that follow.
     */
    @ParameterizedTest(name = "local first {0}, after a plan {1}")
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void silentRankGetsNoToken(boolean localFirst, boolean afterAPlan) throws Exception {
        List<RankBalancer> group = group(pairs().localFirst(localFirst), SHORT);
        Random random = new Random(2);
        if (afterAPlan) {
            // Counts are sent ahead, so that all are there whatever the threads do.
            long[] loads = withoutWaiting(group, ids(random, 4, 40, 12));
            assertTrue(loads[2] > 0);
        }
        RoundOutcome first = afterAPlan ? RoundOutcome.LAST_PLAN : RoundOutcome.ORIGINALS;
        for (int n = 0; n < 3; n++) {
            int[][] ids = ids(random, 4, 40, 12);
            long[] loads = withoutWaiting(group, ids, 2);
            assertEquals(0, loads[2], "round " + n);
            assertEquals(120, Arrays.stream(loads).sum(), "round " + n);
            RankReport report = group.get(0).lastReport();
            assertEquals(n == 0 ? first : RoundOutcome.PARTIAL, report.outcome());
            assertEquals(1, report.missingRanks());
            assertFalse(report.heard(2));
            assertFalse(report.isActive(2));
            if (n > 0) {
                assertArrayEquals(report.plan().rankLoads(), loads);
                assertEquals(3, report.plan().activeRanks());
                assertEquals(
                        Math.ceil(report.plan().lowerBound() - 1e-6),
                        report.plan().maxLoad());
            }
        }
        // It comes back, without a restart of the others, and gets tokens in the first round that has its counts.
        int[][] ids = ids(random, 4, 40, 12);
        long[] loads = withoutWaiting(group, ids);
        assertTrue(loads[2] > 0);
        assertArrayEquals(group.get(0).lastReport().plan().rankLoads(), loads);
        assertEquals(4, group.get(1).lastReport().activeRanks());
    }

    /** All ranks start the round, then all end it, on this thread. */
    private static long[] withoutWaiting(List<RankBalancer> group, int[][] ids, int... silent) {
        List<int[]> slots = new ArrayList<>();
        int experts = group.get(0).placement().experts();
        for (int r = 0; r < group.size(); r++) {
            if (!contains(silent, r)) {
                int[] counts = new int[experts];
                new TokenCounter(experts).count(ids[r], counts);
                group.get(r).start(group.get(0).lastReport().round() + 1, counts);
            }
        }
        for (int r = 0; r < group.size(); r++) {
            int[] out = new int[contains(silent, r) ? 0 : ids[r].length];
            if (!contains(silent, r)) {
                group.get(r).await();
                group.get(r).route(ids[r], out);
            }
            slots.add(out);
        }
        return loads(group, ids, slots);
    }

    private static boolean contains(int[] ranks, int rank) {
        return Arrays.stream(ranks).anyMatch(r -> r == rank);
    }

    /** A cube whose experts have no replica but for the heaviest: those of the silent rank go nowhere, named and counted. */
    @Test
    void expertsOfASilentRankAreUncovered() {
        List<RankBalancer> group = group(
                LoadBalancer.builder()
                        .experts(64)
                        .ranks(8)
                        .topology(Topologies.cube())
                        .replicas(2),
                SHORT);
        Random random = new Random(5);
        withoutWaiting(group, ids(random, 8, 1_000, 64));
        for (int n = 0; n < 3; n++) {
            int[][] ids = ids(random, 8, 1_000, 64);
            long[] loads = withoutWaiting(group, ids, 3);
            RankReport report = group.get(0).lastReport();
            assertEquals(0, loads[3], "round " + n);
            int[] uncovered = report.uncovered();
            ExpertPlacement placement = group.get(0).placement();
            assertArrayEquals(
                    IntStream.range(0, 64)
                            .filter(e -> IntStream.range(0, placement.replicaCount(e))
                                    .allMatch(k -> placement.rankOf(placement.slotOf(e, k)) == 3))
                            .toArray(),
                    uncovered);
            assertTrue(uncovered.length > 0);
            long lost = IntStream.range(0, 8)
                    .filter(r -> r != 3)
                    .mapToLong(r -> group.get(r).lastReport().uncoveredTokens())
                    .sum();
            assertEquals(7_000, lost + Arrays.stream(loads).sum());
            assertTrue(lost > 0);
            if (n > 0) {
                assertEquals(lost, report.plan().uncoveredTokens());
                assertArrayEquals(uncovered, report.plan().uncovered());
            }
        }
    }

    /** A rank is given up after as many rounds in a row as the option says; meanwhile it gets tokens. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, Integer.MAX_VALUE})
    void ranksAreGivenUpAfterSoManyRounds(int deadAfter) {
        List<RankBalancer> group = group(pairs().deadAfter(deadAfter), SHORT);
        Random random = new Random(6);
        withoutWaiting(group, ids(random, 4, 40, 12));
        for (int gap = 0; gap < 2; gap++) {
            for (int n = 1; n <= 4; n++) {
                long[] loads = withoutWaiting(group, ids(random, 4, 40, 12), 1);
                assertEquals(n < deadAfter, loads[1] > 0, "silent for " + n + " rounds");
            }
            assertTrue(withoutWaiting(group, ids(random, 4, 40, 12))[1] > 0);
        }
    }

    /** Ranks that the operator takes out still send counts; their tokens go to the others. */
    @Test
    void inactiveRankSendsTokensButGetsNone() throws Exception {
        List<RankBalancer> group = group(pairs().checkPlans(true), LONG);
        Random random = new Random(7);
        for (RankBalancer balancer : group) {
            balancer.setActive(1, false);
            balancer.updateSpeeds(1, 1, 2, 1);
        }
        int[][] ids = ids(random, 4, 400, 12);
        long[] loads = loads(group, ids, round(group, ids));
        assertEquals(0, loads[1]);
        assertEquals(1_600, Arrays.stream(loads).sum());
        assertArrayEquals(group.get(3).lastReport().plan().rankLoads(), loads);
        assertEquals(RoundOutcome.AGREED, group.get(1).lastReport().outcome());
        for (RankBalancer balancer : group) {
            assertEquals(0, balancer.lastReport().differingPlans());
            balancer.setActive(new boolean[] {true, true, true, true});
        }
        assertTrue(loads(group, ids, round(group, ids))[1] > 0);
    }

    /** An interrupt cuts a round short; that says nothing about ranks that have not been waited for. */
    @Test
    void interruptEndsTheWaitAndGivesNoRankUp() {
        List<RankBalancer> group = group(pairs(), LONG);
        Random random = new Random(8);
        withoutWaiting(group, ids(random, 4, 40, 12));
        int[] ids = ids(random, 4, 40, 12)[0];
        Thread.currentThread().interrupt();
        batch(group.get(0), ids);
        assertTrue(Thread.interrupted());
        RankReport report = group.get(0).lastReport();
        assertEquals(RoundOutcome.LAST_PLAN, report.outcome());
        assertEquals(4, report.activeRanks());
        assertEquals(3, report.missingRanks());
    }

    /** A rank that is behind finds that the others are ahead of it, not away. */
    @Test
    void rankThatIsBehindGivesNoRankUp() {
        List<RankBalancer> group = group(pairs(), SHORT);
        Random random = new Random(9);
        withoutWaiting(group, ids(random, 4, 40, 12));
        for (int n = 0; n < 20; n++) {
            withoutWaiting(group, ids(random, 4, 40, 12), 3);
        }
        int[] counts = new int[12];
        counts[7] = 5;
        RankReport report = group.get(3).plan(1, counts);
        assertEquals(RoundOutcome.LAST_PLAN, report.outcome());
        assertEquals(3, report.missingRanks());
        assertEquals(4, report.activeRanks());
    }

    @Test
    void startAndAwaitTakeTurns() {
        List<RankBalancer> group = group(pairs(), SHORT);
        RankBalancer balancer = group.get(0);
        int[] counts = new int[12];
        assertState("await: got no round that is open, expected start first", balancer::await);
        assertThrows(IllegalArgumentException.class, () -> balancer.start(new int[11]));
        counts[3] = -1;
        assertThrows(IllegalArgumentException.class, () -> balancer.start(counts));
        counts[3] = 1;
        balancer.start(counts);
        assertState(
                "start: got a round while that of layer 0 is open, expected await first", () -> balancer.start(counts));
        assertNotEquals(0, balancer.await().exchangeNanos());
        assertThrows(IllegalArgumentException.class, () -> balancer.start(0, counts));
        assertThrows(IllegalArgumentException.class, () -> pairs().deadAfter(0));
    }

    private static void assertState(String expected, org.junit.jupiter.api.function.Executable call) {
        assertEquals(expected, assertThrows(IllegalStateException.class, call).getMessage());
    }
}
