// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.LocalExchange;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.StandIn;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Counts of host arrays over a stand-in for NCCL whose sources are threads: what is gathered, what fails, and the way back.
 */
@Timeout(200)
class NcclWorkloadExchangeTest {
    private static final int EXPERTS = 12;
    private static final long FINGERPRINT = 0x1234_5678_9abc_def0L;
    private static final long DEADLINE = Duration.ofMillis(60).toNanos();
    private static final long LONG = Duration.ofSeconds(60).toNanos();

    /** For rounds that a rank may miss: above any pause of a busy machine. */
    private static final long PATIENT = Duration.ofSeconds(3).toNanos();

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    private static StandIn standIn;

    @BeforeAll
    static void compileStandIn() throws Exception {
        standIn = StandIn.compile(folder);
    }

    @BeforeEach
    void reset() {
        standIn.reset();
        standIn.together(true);
    }

    @AfterEach
    void nothingIsLeft() {
        standIn.awaitNothingLive(LONG);
        assertEquals(0, standIn.live(), "what is not given back");
    }

    private static NcclSettings settings(int ranks, int self, @Nullable WorkloadExchange fallback) {
        GroupIdentity identity = new GroupIdentity(ranks, EXPERTS, FINGERPRINT, "a test");
        return new NcclSettings(identity, self, 0, Duration.ofSeconds(20), fallback);
    }

    private static NcclWorkloadExchange connect(NcclSettings settings, Bootstrap carrier) {
        try {
            return NcclWorkloadExchange.connect(
                    standIn.driver(), Nccl.load(List.of(standIn.file().toString())), settings, carrier);
        } catch (CudaUnavailableException | NcclUnavailableException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NcclWorkloadExchange over(NcclSettings settings, WorkloadExchange fallback) {
        return connect(settings, Bootstrap.over(fallback, Duration.ofSeconds(20)));
    }

    private static int[] counts(int rank, long round) {
        int[] own = new int[EXPERTS];
        Arrays.setAll(own, e -> (int) (1000 * round) + 100 * rank + e);
        return own;
    }

    private static int[] allCounts(int ranks, long round, boolean... absent) {
        int[] all = new int[ranks * EXPERTS];
        for (int r = 0; r < ranks; r++) {
            if (r >= absent.length || !absent[r]) {
                System.arraycopy(counts(r, round), 0, all, r * EXPERTS, EXPERTS);
            }
        }
        return all;
    }

    /** Gathers a round and checks that what is there is of this round. */
    private static RoundStatus round(NcclWorkloadExchange exchange, long timeout) {
        int[] all = new int[exchange.ranks() * EXPERTS];
        long round = exchange.nextRound();
        RoundStatus status = exchange.gather(round, FINGERPRINT, counts(exchange.self(), round), all, timeout);
        boolean[] absent = new boolean[exchange.ranks()];
        for (int r = 0; r < absent.length; r++) {
            absent[r] = !exchange.heard(r);
        }
        if (status != RoundStatus.MISSED) {
            assertArrayEquals(allCounts(exchange.ranks(), round, absent), all, "round " + round);
        }
        return status;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void allCountsComeToAllRanks(int ranks) {
        List<LocalExchange> group = LocalExchange.group(ranks, EXPERTS);
        EverySource.run(ranks, self -> {
            try (NcclWorkloadExchange exchange = over(settings(ranks, self, null), group.get(self))) {
                assertEquals(0, exchange.nextRound());
                for (int round = 0; round < 200; round++) {
                    assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
                }
                assertEquals(200, exchange.nextRound());
                assertEquals(self, exchange.self());
                assertEquals(ranks, exchange.ranks());
                assertEquals(EXPERTS, exchange.experts());
                assertTrue(exchange.isAlive());
                assertEquals(
                        "NCCL 2.27.3: " + ranks + " ranks with a GPU each, this one on Stand-in", exchange.transport());
            }
        });
        assertEquals(0, standIn.aborts());
    }

    @Test
    void countsForAnotherPlacementAreLeftOut() {
        List<LocalExchange> group = LocalExchange.group(2, EXPERTS);
        EverySource.run(2, self -> {
            try (NcclWorkloadExchange exchange = over(settings(2, self, null), group.get(self))) {
                int[] all = new int[2 * EXPERTS];
                RoundStatus[] expected = {
                    RoundStatus.COMPLETE, RoundStatus.MISSED, RoundStatus.PARTIAL, RoundStatus.COMPLETE
                };
                for (int round = 0; round < expected.length; round++) {
                    boolean differs = round == 1 || round == 2;
                    long fingerprint = differs ? FINGERPRINT + self : FINGERPRINT;
                    assertEquals(expected[round], exchange.gather(round, fingerprint, counts(self, round), all, LONG));
                    boolean[] absent = {differs && self != 0, differs && self != 1};
                    assertArrayEquals(allCounts(2, round, absent), all);
                    assertEquals(!differs, exchange.heard(1 - self));
                    assertTrue(exchange.heard(self));
                }
            }
        });
    }

    @Test
    void ranksThatNumberRoundsOtherwiseMeetInALaterOne() {
        List<LocalExchange> group = LocalExchange.group(2, EXPERTS);
        EverySource.run(2, self -> {
            try (NcclWorkloadExchange exchange = over(settings(2, self, null), group.get(self))) {
                int[] all = new int[2 * EXPERTS];
                long first = self == 0 ? 3 : 40;
                assertEquals(RoundStatus.MISSED, exchange.gather(first, FINGERPRINT, counts(self, first), all, LONG));
                assertEquals(41, exchange.nextRound());
                assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
            }
        });
    }

    @Test
    void withoutAFallbackEveryLaterRoundIsMissedAtOnce() {
        List<LocalExchange> group = LocalExchange.group(2, EXPERTS);
        EverySource.run(2, self -> {
            try (NcclWorkloadExchange exchange = over(settings(2, self, null), group.get(self))) {
                assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
                if (self == 1) {
                    return;
                }
                long start = System.nanoTime();
                assertEquals(RoundStatus.MISSED, round(exchange, DEADLINE));
                assertTrue(System.nanoTime() - start >= DEADLINE);
                assertFalse(exchange.isAlive());
                int[] all = new int[2 * EXPERTS];
                Arrays.fill(all, -1);
                assertEquals(RoundStatus.MISSED, exchange.gather(7, FINGERPRINT, counts(0, 7), all, Long.MAX_VALUE));
                assertArrayEquals(allCounts(2, 7, false, true), all);
                assertFalse(exchange.heard(1));
                assertTrue(
                        exchange.transport()
                                .startsWith(
                                        "nothing: the last plan stays, as NCCL has ended: round 1 got no counts of all"
                                                + " ranks within 60 ms"),
                        exchange.transport());
            }
        });
        assertEquals(1, standIn.aborts());
    }

    /** A rank stops for longer than the deadline, or is started anew; all come back to NCCL in one and the same round. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterAnAbortAllComeBackToNccl(boolean startedAnew) {
        int ranks = 3;
        List<LocalExchange> group = LocalExchange.group(ranks, EXPERTS);
        long[] back = new long[ranks];
        CountDownLatch missed = new CountDownLatch(ranks - 1);
        EverySource.run(ranks, self -> {
            NcclWorkloadExchange exchange = over(settings(ranks, self, group.get(self)), group.get(self));
            try {
                for (int round = 0; round < 5; round++) {
                    assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
                }
                if (self == 2) {
                    if (startedAnew) {
                        exchange.close();
                    }
                    missed.await();
                    if (startedAnew) {
                        WorkloadExchange late = new LateExchange(group.get(self));
                        exchange = over(settings(ranks, self, late), late);
                        assertFalse(exchange.isAlive());
                        assertTrue(exchange.joinedLate());
                        assertTrue(
                                exchange.transport().contains("as this source has come to a group at work"),
                                exchange.transport());
                    }
                } else {
                    assertEquals(RoundStatus.MISSED, round(exchange, DEADLINE));
                    missed.countDown();
                    assertTrue(exchange.transport().startsWith("memory: 3 ranks"), exchange.transport());
                }
                boolean lost = false;
                long start = System.nanoTime();
                while (System.nanoTime() - start < LONG
                        && (back[self] == 0 || exchange.nextRound() < back[self] + 50)) {
                    round(exchange, PATIENT);
                    // Who is late may find the counts of the round that the others have given up.
                    lost |= !exchange.isAlive();
                    if (back[self] == 0 && lost && exchange.isAlive()) {
                        back[self] = exchange.nextRound() - 1;
                    }
                    Thread.sleep(1);
                }
                assertTrue(exchange.isAlive(), exchange.transport());
                assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
            } finally {
                exchange.close();
            }
        });
        assertTrue(back[0] > 5, Arrays.toString(back));
        assertEquals(back[0], back[1]);
        assertEquals(back[0], back[2]);
    }

    @Test
    void aRoundAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<LocalExchange> group = LocalExchange.group(1, EXPERTS);
        try (NcclWorkloadExchange exchange = over(settings(1, 0, group.get(0)), group.get(0))) {
            long id = Thread.currentThread().threadId();
            int[] own = new int[EXPERTS];
            int[] all = new int[EXPERTS];
            long round = exchange.nextRound();
            long least = Long.MAX_VALUE;
            for (int batch = 0; batch < 20 && least > 0; batch++) {
                long before = threads.getThreadAllocatedBytes(id);
                for (int k = 0; k < 1000; k++) {
                    exchange.gather(round++, FINGERPRINT, own, all, LONG);
                }
                least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
            }
            assertTrue(least < 1000, "bytes of 1000 rounds: " + least);
            assertTrue(exchange.isAlive());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuStreamCreate",
                "cuMemAlloc_v2",
                "cuMemHostAlloc",
                "ncclCommInitRank",
                "ncclAllGather",
                "ncclGetVersion",
                "cuDevicePrimaryCtxRetain"
            })
    void anErrorWhenConnectingIsNamedAndLeavesNothing(String function) {
        standIn.fail(function, 2);
        List<LocalExchange> group = LocalExchange.group(1, EXPERTS);
        RuntimeException failure = assertThrows(RuntimeException.class, () -> over(settings(1, 0, null), group.get(0)));
        assertTrue(StandIn.message(failure).startsWith(function + ": "), failure.toString());
        standIn.fail("", 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ncclAllGather", "cuMemcpyHtoDAsync_v2", "cuStreamQuery"})
    void anErrorInARoundIsTakenOverByTheFallback(String function) {
        List<LocalExchange> group = LocalExchange.group(1, EXPERTS);
        try (NcclWorkloadExchange exchange = over(settings(1, 0, group.get(0)), group.get(0))) {
            assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
            standIn.fail(function, 2);
            // What was on its way when it failed is missed; what could not be launched goes by the host.
            assertEquals(
                    function.equals("cuStreamQuery") ? RoundStatus.MISSED : RoundStatus.COMPLETE,
                    round(exchange, LONG));
            assertFalse(exchange.isAlive());
            assertTrue(exchange.transport().contains("NCCL has ended: " + function), exchange.transport());
            assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
            standIn.fail("", 0);
            while (!exchange.isAlive()) {
                assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
            }
            assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
        }
    }

    @Test
    void anErrorOfTheCommunicatorEndsIt() {
        List<LocalExchange> group = LocalExchange.group(2, EXPERTS);
        EverySource.run(2, self -> {
            try (NcclWorkloadExchange exchange = over(settings(2, self, group.get(self)), group.get(self))) {
                assertEquals(RoundStatus.COMPLETE, round(exchange, LONG));
                if (self == 0) {
                    standIn.asyncError(6);
                    assertEquals(RoundStatus.MISSED, round(exchange, LONG));
                    assertTrue(exchange.transport().contains("remote process exited"), exchange.transport());
                }
            }
        });
    }

    @Test
    void wrongArgumentsAreRefusedAndChangeNothing() {
        List<LocalExchange> group = LocalExchange.group(1, EXPERTS);
        NcclWorkloadExchange exchange = over(settings(1, 0, null), group.get(0));
        int[] own = counts(0, 0);
        int[] all = new int[EXPERTS];
        assertThrows(IllegalArgumentException.class, () -> exchange.gather(0, 1, new int[3], all, LONG));
        assertThrows(IllegalArgumentException.class, () -> exchange.gather(0, 1, own, new int[3], LONG));
        int[] negative = own.clone();
        negative[4] = -1;
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> exchange.gather(0, 1, negative, all, LONG));
        assertEquals("own[4]: got -1, expected at least 0 tokens", wrong.getMessage());
        assertEquals(RoundStatus.COMPLETE, exchange.gather(0, 1, own, all, LONG));
        assertThrows(IllegalArgumentException.class, () -> exchange.gather(0, 1, own, all, LONG));
        exchange.close();
        exchange.close();
        assertThrows(IllegalStateException.class, () -> exchange.gather(1, 1, own, all, LONG));
    }

    @Test
    void wrongSettingsAreRefused() {
        GroupIdentity identity = new GroupIdentity(2, EXPERTS, 1, "a test");
        Duration second = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> new NcclSettings(identity, 2, 0, second, null));
        assertThrows(IllegalArgumentException.class, () -> new NcclSettings(identity, 0, -1, second, null));
        assertThrows(IllegalArgumentException.class, () -> new NcclSettings(identity, 0, 0, Duration.ZERO, null));
        LocalExchange other = LocalExchange.group(3, EXPERTS).get(0);
        assertThrows(IllegalArgumentException.class, () -> new NcclSettings(identity, 0, 0, second, other));
        assertThrows(
                IllegalArgumentException.class,
                () -> NcclWorkloadExchange.connect(new NcclSettings(identity, 0, 0, second, null)));
    }

    @Test
    void aRankOfAnotherGroupIsRefused() {
        List<LocalExchange> group = LocalExchange.group(2, EXPERTS);
        EverySource.run(2, self -> {
            GroupIdentity identity = new GroupIdentity(2, EXPERTS, self, "a test");
            NcclSettings settings = new NcclSettings(identity, self, 0, Duration.ofSeconds(20), null);
            IllegalArgumentException other =
                    assertThrows(IllegalArgumentException.class, () -> over(settings, group.get(self)));
            assertTrue(StandIn.message(other).startsWith("fingerprint: got "), other.toString());
        });
    }
}
