// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.RoundOutcome;
import io.lplb.exchange.LocalExchange;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.pipeline.GpuPipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pipelines of several sources, each a thread, over a stand-in for NCCL: from an abort back to NCCL. */
@Timeout(900)
class NcclReturnTest {
    private static final int EXPERTS = 32;
    private static final int TOKENS = 60;
    /** Batches without NCCL after which the others of a source that was lost are in step. */
    private static final int AT_WORK = 5;

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final long LONG = Duration.ofMinutes(3).toNanos();
    private static final ExpertPlacement CUBE = new LplbPlacement(Topologies.parse("cube"), 24, 48, 2).natural();
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
        standIn.together(true);
        standIn.answer(PROBLEM.problem().entries(), EXPERTS);
    }

    @AfterEach
    void nothingIsLeft() {
        standIn.awaitNothingLive(LONG);
        assertEquals(0, standIn.live(), "what is not given back");
    }

    /** A source's exchange and pipeline, which may be closed and opened anew. */
    private static final class Source implements AutoCloseable {
        final NcclExchange exchange;
        final GpuPipeline pipeline;
        private final CountDownLatch lost;
        private final int[] ids = new int[TOKENS];
        private final int[] physical = new int[TOKENS];

        Source(
                int sources,
                int self,
                WorkloadExchange host,
                boolean whole,
                Duration connectTimeout,
                CountDownLatch lost) {
            this.lost = lost;
            NcclExchangeBuilder builder = NcclExchange.builder(CUBE, PROBLEM)
                    .sources(sources)
                    .self(self)
                    .maxTokens(TOKENS)
                    .deadline(DEADLINE)
                    .connectTimeout(connectTimeout)
                    .wholeGraphs(whole)
                    .fallback(host);
            try {
                exchange = builder.connect(
                        standIn.driver(),
                        Nccl.load(List.of(standIn.file().toString())),
                        Bootstrap.over(host, Duration.ofSeconds(20)));
            } catch (CudaUnavailableException | NcclUnavailableException e) {
                throw new IllegalStateException(e);
            }
            pipeline = exchange.openPipeline();
            Arrays.setAll(ids, k -> k % EXPERTS);
        }

        void route() {
            pipeline.route(ids, physical);
            int[] expected = new int[TOKENS];
            Arrays.setAll(expected, k -> ids[k] + 1000);
            assertArrayEquals(expected, physical);
        }

        /** Routes until NCCL is back, and then so many batches; returns the round in which it was back. */
        long routeUntilBack(int more) throws InterruptedException {
            long start = System.nanoTime();
            boolean wasLost = false;
            while (System.nanoTime() - start < LONG) {
                route();
                if (!exchange.isAlive()) {
                    wasLost = true;
                    lost.countDown();
                }
                if (wasLost && exchange.isAlive()) {
                    long back = exchange.link().round();
                    for (int k = 0; k < more; k++) {
                        assertEquals(RoundOutcome.AGREED, exchange.lastOutcome(), "batch " + k + " by NCCL");
                        route();
                    }
                    assertTrue(exchange.isAlive(), exchange.transport());
                    return back;
                }
                Thread.sleep(1);
            }
            throw new AssertionError("not back: " + exchange.transport());
        }

        @Override
        public void close() {
            pipeline.close();
            exchange.close();
        }
    }

    private static List<LocalExchange> hosts(int sources) {
        return LocalExchange.group(sources, 48);
    }

    @ParameterizedTest
    @CsvSource({"2, false, false", "3, false, true", "2, true, true", "3, true, false"})
    void afterAStallOrARestartAllAreBackWithTheSameRound(int sources, boolean anew, boolean whole) {
        List<LocalExchange> hosts = hosts(sources);
        long[] back = new long[sources];
        CountDownLatch lost = new CountDownLatch(AT_WORK);
        int last = sources - 1;
        EverySource.run(sources, self -> {
            Source source = new Source(sources, self, hosts.get(self), whole, Duration.ofSeconds(20), lost);
            try {
                for (int k = 0; k < 6; k++) {
                    source.route();
                    assertEquals(RoundOutcome.AGREED, source.exchange.lastOutcome());
                }
                if (self == last) {
                    if (anew) {
                        source.close();
                    }
                    lost.await();
                    if (anew) {
                        source = new Source(
                                sources, self, new LateExchange(hosts.get(self)), whole, Duration.ofSeconds(20), lost);
                        assertFalse(source.exchange.isAlive());
                    }
                }
                back[self] = source.routeUntilBack(40);
                // The device has counted what was routed, not what was gone by.
                assertTrue(source.exchange.rounds() >= 40, "rounds: " + source.exchange.rounds());
                if (anew && self == last) {
                    assertTrue(
                            source.exchange.rounds() < source.exchange.link().round(),
                            source.exchange.rounds() + " of "
                                    + source.exchange.link().round());
                }
                assertEquals(
                        "NCCL 2.27.3: " + sources + " sources with a GPU each, this one on Stand-in",
                        source.exchange.transport());
            } finally {
                source.close();
            }
        });
        for (long round : back) {
            assertEquals(back[0], round, Arrays.toString(back));
        }
    }

    /** The new communicator does not come about at first: the host goes on gathering, and a later attempt is well. */
    @Test
    void aReturnThatFailsIsTriedAgain() throws Exception {
        List<LocalExchange> hosts = hosts(2);
        CyclicBarrier both = new CyclicBarrier(2);
        long[] back = new long[2];
        CountDownLatch lost = new CountDownLatch(AT_WORK);
        EverySource.run(2, self -> {
            try (Source source = new Source(2, self, hosts.get(self), false, Duration.ofSeconds(10), lost)) {
                source.route();
                both.await();
                if (self == 0) {
                    standIn.fail("ncclCommInitRank", 2);
                    for (int k = 0; k < 300; k++) {
                        source.route();
                        if (!source.exchange.isAlive()) {
                            lost.countDown();
                        }
                        Thread.sleep(1);
                    }
                    assertFalse(source.exchange.isAlive(), "all attempts were refused");
                    standIn.fail("", 0);
                } else {
                    lost.await();
                }
                back[self] = source.routeUntilBack(20);
            }
        });
        assertEquals(back[0], back[1]);
    }

    /** A source dies while all connect: the others wait for it, beside the rounds, no longer than for connecting. */
    @Test
    void aSourceThatIsLostWhileConnectingIsNotWaitedFor() {
        List<LocalExchange> hosts = hosts(2);
        long[] back = new long[2];
        CountDownLatch lost = new CountDownLatch(AT_WORK);
        Duration connect = Duration.ofSeconds(10);
        EverySource.run(2, self -> {
            Source source = new Source(2, self, hosts.get(self), false, connect, lost);
            try {
                source.route();
                if (self == 0) {
                    back[0] = source.routeUntilBack(20);
                    assertTrue(source.exchange.lastOutcome() == RoundOutcome.AGREED);
                    return;
                }
                lost.await();
                standIn.missing(true);
                for (int k = 0; k < 250; k++) {
                    source.route();
                    Thread.sleep(1);
                }
                assertFalse(source.exchange.isAlive());
                source.close();
                standIn.missing(false);
                Thread.sleep(100);
                source = new Source(2, self, new LateExchange(hosts.get(self)), false, connect, lost);
                back[1] = source.routeUntilBack(20);
            } finally {
                source.close();
            }
        });
        assertEquals(back[0], back[1]);
    }
}
