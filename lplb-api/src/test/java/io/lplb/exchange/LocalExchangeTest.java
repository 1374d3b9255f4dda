// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalExchangeTest {
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

    @Test
    void threadsGatherTheSameCountsRoundAfterRound() throws Exception {
        int ranks = 4;
        int experts = 5;
        int rounds = 200;
        List<LocalExchange> group = LocalExchange.group(ranks, experts);
        List<Callable<int[][]>> tasks = new ArrayList<>();
        for (LocalExchange exchange : group) {
            tasks.add(() -> {
                int[][] gathered = new int[rounds][ranks * experts];
                int[] own = new int[experts];
                for (int n = 0; n < rounds; n++) {
                    for (int e = 0; e < experts; e++) {
                        own[e] = n * 100 + exchange.self() * 10 + e;
                    }
                    assertEquals(RoundStatus.COMPLETE, exchange.gather(n, 1, own, gathered[n], PATIENCE));
                }
                return gathered;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks)) {
            List<Future<int[][]>> results = threads.invokeAll(tasks);
            for (Future<int[][]> result : results) {
                for (int n = 0; n < rounds; n++) {
                    assertArrayEquals(results.get(0).get()[n], result.get()[n]);
                    assertEquals(n * 100 + 32, result.get()[n][3 * experts + 2]);
                }
            }
        }
    }

    @Test
    void aRankThatDoesNotSendIsGivenUp() {
        List<LocalExchange> group = LocalExchange.group(2, 1);
        int[] all = new int[2];
        assertEquals(RoundStatus.MISSED, group.get(0).gather(0, 1, new int[] {7}, all, 1));
        assertArrayEquals(new int[] {7, 0}, all);
        assertEquals(RoundStatus.PARTIAL, group.get(0).gather(1, 1, new int[] {8}, all, PATIENCE));
        assertFalse(group.get(0).heard(1));
        assertEquals(RoundStatus.PARTIAL, group.get(1).gather(1, 1, new int[] {9}, all, PATIENCE));
        assertArrayEquals(new int[] {8, 9}, all);
    }

    @Test
    void oneRankIsAGroup() {
        WorkloadExchange exchange = WorkloadExchange.alone(3);
        int[] all = new int[3];
        assertEquals(RoundStatus.COMPLETE, exchange.gather(0, 1, new int[] {1, 2, 3}, all, 1));
        assertArrayEquals(new int[] {1, 2, 3}, all);
        assertEquals("none: one rank sees all tokens", exchange.transport());
        exchange.close();
        assertThrows(IllegalStateException.class, () -> exchange.gather(1, 1, new int[3], all, 1));
    }

    @Test
    void identitiesArePositive() {
        assertThrows(IllegalArgumentException.class, () -> new GroupIdentity(0, 1, 0, ""));
        assertThrows(IllegalArgumentException.class, () -> new GroupIdentity(1, 0, 0, ""));
    }

    @Test
    void countsThatWereSentAheadAreNotSentAgain() {
        List<LocalExchange> group = LocalExchange.group(2, 1);
        int[] all = new int[2];
        group.get(0).start(0, 0, 7, new int[] {3});
        assertThrows(IllegalArgumentException.class, () -> group.get(0).start(0, 0, 7, new int[] {3}));
        assertEquals(RoundStatus.COMPLETE, group.get(1).gather(0, 0, 7, new int[] {4}, all, Long.MAX_VALUE));
        assertArrayEquals(new int[] {3, 4}, all);
        assertEquals(RoundStatus.COMPLETE, group.get(0).gather(0, 0, 7, new int[] {3}, all, Long.MAX_VALUE));
        assertArrayEquals(new int[] {3, 4}, all);
    }

    /** The rank that did not come is expected as before: it was not waited for until the deadline. */
    @Test
    void interruptEndsTheWaitAtOnceAndIsKept() {
        List<LocalExchange> group = LocalExchange.group(2, 1);
        int[] all = new int[2];
        Thread.currentThread().interrupt();
        assertEquals(RoundStatus.MISSED, group.get(0).gather(0, 0, 7, new int[1], all, Long.MAX_VALUE));
        assertTrue(Thread.interrupted());
        assertEquals(RoundStatus.MISSED, group.get(0).gather(1, 0, 7, new int[1], all, 1));
        assertEquals(RoundStatus.PARTIAL, group.get(0).gather(2, 0, 7, new int[1], all, Long.MAX_VALUE));
    }

    @Test
    void rankThatIsAheadIsNotAway() {
        List<LocalExchange> group = LocalExchange.group(3, 1);
        int[] all = new int[3];
        for (long round = 0; round < 3; round++) {
            group.get(1).gather(round, 0, 7, new int[1], all, 1);
        }
        group.get(0).gather(0, 0, 7, new int[1], all, 1);
        assertTrue(group.get(0).heard(1));
        group.get(0).gather(1, 0, 8, new int[1], all, 1);
        assertFalse(group.get(0).heard(1), "its counts are for another placement");
        assertTrue(group.get(0).isAway(1));
        assertTrue(group.get(0).isAway(2));
        assertFalse(group.get(0).isAway(0));
        for (long round = 3; round < 30; round++) {
            group.get(1).gather(round, 0, 7, new int[1], all, 1);
        }
        group.get(0).gather(2, 0, 7, new int[1], all, 1);
        assertFalse(group.get(0).heard(1), "only its last rounds are kept");
        assertFalse(group.get(0).isAway(1));
        assertTrue(group.get(0).isAway(2));
    }
}
