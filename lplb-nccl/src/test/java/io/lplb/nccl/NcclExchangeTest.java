// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.balance.RoundOutcome;
import io.lplb.exchange.LocalExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.pipeline.GpuPipeline;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The exchange by NCCL over stand-ins for driver and NCCL: connecting, rounds, and everything that fails. What the kernels
 * compute is in SourcePipelineTest, and on GPUs in NcclFigures.
 */
@Timeout(200)
class NcclExchangeTest {
    private static final int TOKENS = 300;
    /** Above any pause of a busy machine; a round that must hang waits for it. */
    private static final Duration DEADLINE = Duration.ofSeconds(3);

    private static final ExpertPlacement CUBE = new LplbPlacement(Topologies.parse("cube"), 16, 32, 2).natural();
    private static final PlacementProblem PROBLEM = PlacementProblem.of(CUBE, null);

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
        standIn.answer(PROBLEM.problem().entries(), 32);
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(0, standIn.live(), "what is not given back");
    }

    private static NcclExchangeBuilder builder(int self) {
        return NcclExchange.builder(CUBE, PROBLEM)
                .sources(2)
                .self(self)
                .sourcesPerNode(2)
                .maxTokens(TOKENS)
                .deadline(DEADLINE)
                .connectTimeout(Duration.ofSeconds(20));
    }

    private static NcclExchange connect(NcclExchangeBuilder builder) throws Exception {
        return builder.connect(
                standIn.driver(), Nccl.load(List.of(standIn.file().toString())), (self, own) -> own);
    }

    private static NcclExchange connect() throws Exception {
        return connect(builder(0));
    }

    private static void route(GpuPipeline pipeline, int tokens) {
        int[] ids = new int[tokens];
        Arrays.setAll(ids, k -> k % 32);
        int[] physical = new int[tokens];
        pipeline.route(ids, physical);
        Arrays.setAll(ids, k -> ids[k] + 1000);
        assertArrayEquals(ids, physical);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void roundsGatherInTheStreamAndInGraphs(boolean whole) throws Exception {
        try (NcclExchange exchange = connect(builder(0).wholeGraphs(whole));
                GpuPipeline pipeline = exchange.openPipeline()) {
            assertEquals(RoundOutcome.ORIGINALS, exchange.lastOutcome());
            for (int round = 1; round <= 5; round++) {
                route(pipeline, 200);
                assertEquals(round, exchange.rounds());
                assertEquals(RoundOutcome.AGREED, exchange.lastOutcome());
            }
            assertEquals(6, standIn.gathers(), "one more than rounds, when it connected");
            assertEquals(whole ? 4 : 8, standIn.graphLaunches());
            assertEquals(0, exchange.missedRounds());
            assertTrue(exchange.isAlive());
            assertEquals("NCCL 2.27.3: 2 sources with a GPU each, this one on Stand-in", exchange.transport());
            assertThrows(IllegalStateException.class, exchange::openPipeline);
            assertEquals(DEADLINE, exchange.deadline());
        }
        assertEquals(0, standIn.aborts());
    }

    @Test
    void aRoundWithoutTheOthersCountsIsMissed() throws Exception {
        try (NcclExchange exchange = connect();
                GpuPipeline pipeline = exchange.openPipelineOn(77)) {
            standIn.answer(0, 0);
            standIn.late(true);
            route(pipeline, 20);
            assertEquals(RoundOutcome.ORIGINALS, exchange.lastOutcome());
            standIn.late(false);
            standIn.answer(PROBLEM.problem().entries(), 32);
            route(pipeline, 20);
            assertEquals(RoundOutcome.AGREED, exchange.lastOutcome());
            standIn.late(true);
            route(pipeline, 20);
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            assertEquals(2, exchange.missedRounds());
            assertEquals(3, exchange.rounds());
            assertEquals(77, standIn.lastStream());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGatherThatHangsIsAborted(boolean inGraph) throws Exception {
        try (NcclExchange exchange = connect(builder(0).wholeGraphs(inGraph));
                GpuPipeline pipeline = exchange.openPipeline()) {
            for (int round = 0; round < (inGraph ? 3 : 1); round++) {
                route(pipeline, 200);
            }
            standIn.hang(true);
            long start = System.nanoTime();
            route(pipeline, inGraph ? 200 : 100);
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertTrue(millis >= DEADLINE.toMillis(), "ended after " + millis + " ms");
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            assertFalse(exchange.isAlive());
            for (int round = 0; round < 3; round++) {
                route(pipeline, 200);
                assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            }
            assertEquals(4, exchange.missedRounds());
            String dead = exchange.transport();
            assertTrue(dead.startsWith("nothing: the last plan stays, as NCCL has ended: round "), dead);
            assertTrue(dead.endsWith("got no counts of all sources within 3000 ms"), dead);
        }
        assertEquals(1, standIn.aborts());
    }

    @Test
    void anErrorOfTheCommunicatorEndsIt() throws Exception {
        try (NcclExchange exchange = connect(builder(0).deadline(Duration.ofHours(1)));
                GpuPipeline pipeline = exchange.openPipeline()) {
            route(pipeline, 20);
            standIn.hang(true);
            standIn.asyncError(6);
            // The watch looks 20 times a second with so long a deadline.
            route(pipeline, 20);
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            assertTrue(
                    exchange.transport().contains("ncclCommGetAsyncError: remote process exited"),
                    exchange.transport());
        }
        assertEquals(1, standIn.aborts());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGatherThatIsRefusedEndsIt(boolean inGraph) throws Exception {
        try (NcclExchange exchange = connect(builder(0).wholeGraphs(inGraph));
                GpuPipeline pipeline = exchange.openPipeline()) {
            route(pipeline, 20);
            standIn.fail("ncclAllGather", 2);
            route(pipeline, inGraph ? 20 : 21);
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            assertTrue(
                    exchange.transport().endsWith("ncclAllGather: unhandled system error (2)"), exchange.transport());
            standIn.fail("", 0);
            route(pipeline, 20);
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
        }
        assertEquals(1, standIn.aborts());
    }

    @Test
    void afterAnAbortTheHostGathers() throws Exception {
        List<LocalExchange> group = LocalExchange.group(2, 32);
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            int[] own = new int[32];
            int[] all = new int[64];
            for (int round = 0; round < 3; round++) {
                group.get(1).gather(group.get(1).nextRound(), 1, own, all, 1);
            }
        });
        other.join();
        NcclExchangeBuilder builder = builder(0).fallback(group.get(0));
        try (NcclExchange exchange = connect(builder);
                GpuPipeline pipeline = exchange.openPipeline()) {
            route(pipeline, 20);
            standIn.hang(true);
            route(pipeline, 20);
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            // The other rank of the host's transport does not come: once missed, then absent.
            route(pipeline, 20);
            assertEquals(RoundOutcome.LAST_PLAN, exchange.lastOutcome());
            route(pipeline, 20);
            assertEquals(RoundOutcome.PARTIAL, exchange.lastOutcome());
            route(pipeline, 20);
            assertEquals(RoundOutcome.PARTIAL, exchange.lastOutcome());
            assertTrue(exchange.transport().startsWith("memory: 2 ranks"), exchange.transport());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3, false", "0, 1, true"})
    void whatDoesNotFitAFallbackIsRefused(int self, int ranks, boolean wrongSelf) throws Exception {
        LocalExchange host = LocalExchange.group(ranks, 32).get(0);
        assertThrows(IllegalArgumentException.class, () -> connect(builder(self).fallback(host)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ncclGetUniqueId", "ncclCommInitRank", "ncclAllGather", "ncclGetVersion"})
    void anErrorWhenConnectingIsNamedAndLeavesNothing(String function) {
        standIn.fail(function, 2);
        NcclException failure = assertThrows(NcclException.class, NcclExchangeTest::connect);
        assertEquals(function, failure.call());
        assertEquals(2, failure.code());
        assertEquals(function + ": unhandled system error (2)", failure.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cuStreamCreate", "cuMemAlloc_v2", "cuMemHostAlloc", "cuStreamQuery", "cuDevicePrimaryCtxRetain"
            })
    void anErrorOfTheDriverLeavesNothing(String function) {
        standIn.fail(function, CudaException.OUT_OF_MEMORY);
        CudaException failure = assertThrows(CudaException.class, NcclExchangeTest::connect);
        assertEquals(function, failure.call());
    }

    @Test
    void anErrorWhenClosingIsNotHidden() throws Exception {
        NcclExchange exchange = connect();
        GpuPipeline pipeline = exchange.openPipeline();
        route(pipeline, 20);
        pipeline.close();
        standIn.fail("ncclCommDestroy", 2);
        NcclException failure = assertThrows(NcclException.class, exchange::close);
        assertEquals("ncclCommDestroy", failure.call());
        exchange.close();
        assertEquals(1, standIn.live(), "the communicator alone");
        standIn.reset();
    }

    @Test
    void sourcesThatDoNotConnectAreNotWaitedForLonger() throws Exception {
        standIn.missing(true);
        IllegalStateException late = assertThrows(
                IllegalStateException.class, () -> connect(builder(0).connectTimeout(Duration.ofMillis(30))));
        assertTrue(StandIn.message(late).contains("got no communicator of 2 sources within 30 ms"), late.toString());
        standIn.missing(false);
        // The thread that connected all the same gives the communicator back.
        while (standIn.aborts() == 0) {
            Thread.onSpinWait();
        }
        while (standIn.live() != 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aFirstGatherThatHangsIsAborted() {
        standIn.hang(true);
        IllegalStateException late = assertThrows(
                IllegalStateException.class, () -> connect(builder(0).connectTimeout(DEADLINE)));
        assertTrue(StandIn.message(late).contains("got no first gather of 2 sources"), late.toString());
        assertEquals(1, standIn.aborts());
    }

    @Test
    void aSourceWithAnotherFingerprintIsRefused() {
        standIn.otherFingerprint(1);
        IllegalArgumentException other = assertThrows(IllegalArgumentException.class, NcclExchangeTest::connect);
        assertTrue(StandIn.message(other).startsWith("fingerprint: got "), other.toString());
        assertTrue(StandIn.message(other).contains("from source 1"), other.toString());
    }

    @Test
    void aRoundAllocatesNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int[] ids = new int[TOKENS];
        int[] physical = new int[TOKENS];
        try (NcclExchange exchange = connect(builder(0).deadline(Duration.ofSeconds(30)));
                GpuPipeline pipeline = exchange.openPipeline()) {
            long least = Long.MAX_VALUE;
            for (int batch = 0; batch < 20 && least > 0; batch++) {
                long before = threads.getThreadAllocatedBytes(id);
                for (int k = 0; k < 1000; k++) {
                    pipeline.route(ids, physical);
                }
                least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
            }
            assertTrue(least < 1000, "bytes of 1000 rounds: " + least);
            assertEquals(RoundOutcome.AGREED, exchange.lastOutcome());
        }
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> connect(builder(2)));
        assertThrows(IllegalArgumentException.class, () -> connect(builder(0).sources(3)));
        assertThrows(IllegalArgumentException.class, () -> builder(0).deadline(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder(0).connectTimeout(Duration.ofMillis(-1)));
        assertThrows(IllegalArgumentException.class, () -> connect(builder(0).solver("simplex")));
    }
}
