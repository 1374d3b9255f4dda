// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
        assertEquals(RoundStatus.COMPLETE, group.get(1).gather(1, 1, new int[] {9}, all, PATIENCE));
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
}
