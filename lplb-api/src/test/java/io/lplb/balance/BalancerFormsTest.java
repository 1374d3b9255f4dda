// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.count.TokenBuffer;
import io.lplb.count.TokenType;
import io.lplb.exchange.LocalExchange;
import io.lplb.topology.Topologies;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Balancers give the same answers for int arrays and for buffers of other forms. */
class BalancerFormsTest {
    private static final int EXPERTS = 64;
    private static final int[] COUNTS = new Random(3).ints(EXPERTS, 0, 90).toArray();
    private static final int[] IDS = new Random(4).ints(700, -1, EXPERTS).toArray();
    private static final long[] LONG_COUNTS =
            Arrays.stream(COUNTS).asLongStream().toArray();
    private static final long[] LONG_IDS = Arrays.stream(IDS).asLongStream().toArray();

    private static LoadBalancerBuilder cube(int ranks) {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(ranks)
                .topology(Topologies.cube())
                .replicas(2);
    }

    @Test
    void loadBalancerTakesBuffers() {
        int[] expected = new int[IDS.length];
        try (LoadBalancer ints = cube(8).build();
                LoadBalancer forms = cube(8).build();
                Arena arena = Arena.ofConfined()) {
            long maxLoad = (long) ints.plan(COUNTS).maxLoad();
            ints.route(IDS, expected);
            assertEquals(maxLoad, (long) forms.plan(TokenBuffer.of(LONG_COUNTS)).maxLoad());
            MemorySegment out = arena.allocate(4L * IDS.length);
            forms.route(TokenBuffer.of(LONG_IDS), TokenBuffer.of(out, TokenType.INT32));
            assertArrayEquals(expected, out.toArray(ValueLayout.JAVA_INT));
        }
    }

    @Test
    void rankBalancerTakesBuffers() {
        int[] expected = new int[IDS.length];
        long[] out = new long[IDS.length];
        try (RankBalancer ints = alone();
                RankBalancer forms = alone()) {
            ints.plan(COUNTS);
            ints.route(IDS, expected);
            assertEquals(
                    RoundOutcome.AGREED, forms.plan(TokenBuffer.of(LONG_COUNTS)).outcome());
            forms.route(TokenBuffer.of(LONG_IDS), TokenBuffer.of(out));
            assertArrayEquals(Arrays.stream(expected).asLongStream().toArray(), out);
        }
    }

    private static RankBalancer alone() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(1)
                .eplb()
                .replicas(4)
                .buildRank(LocalExchange.group(1, EXPERTS).get(0));
    }

    @Test
    void wrongBuffersAreRefusedBeforeAnythingChanges() {
        long[] wrong = LONG_COUNTS.clone();
        wrong[EXPERTS - 1] = 1L << 31;
        int[] expected = new int[IDS.length];
        int[] routed = new int[IDS.length];
        try (LoadBalancer balancer = cube(8).name("front").build()) {
            assertThrows(IllegalStateException.class, () -> balancer.route(TokenBuffer.of(IDS), TokenBuffer.of(IDS)));
            balancer.plan(COUNTS);
            balancer.route(IDS, expected);
            balancer.plan(COUNTS);
            assertEquals(
                    "front: counts[63]: got 2147483648, expected 0..2147483647 tokens",
                    assertThrows(IllegalArgumentException.class, () -> balancer.plan(TokenBuffer.of(wrong)))
                            .getMessage());
            assertEquals(
                    "front: counts: got length 63, expected 64 experts",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> balancer.plan(TokenBuffer.of(wrong).window(0, 63)))
                            .getMessage());
            balancer.route(IDS, routed);
            assertArrayEquals(expected, routed);
        }
        try (RankBalancer balancer = alone()) {
            assertThrows(IllegalArgumentException.class, () -> balancer.plan(TokenBuffer.of(wrong)));
            assertEquals(0, balancer.nextRound());
            assertEquals(0, balancer.plan(TokenBuffer.of(LONG_COUNTS)).round());
        }
    }

    @Test
    void callsAllocateNothing() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        TokenBuffer counts = TokenBuffer.of(LONG_COUNTS);
        TokenBuffer ids = TokenBuffer.of(LONG_IDS);
        TokenBuffer out = TokenBuffer.of(new long[IDS.length]);
        try (LoadBalancer balancer = cube(8).build();
                RankBalancer rank = cube(8).buildRank(new ScriptedExchange(8, EXPERTS))) {
            long bytes = 0;
            for (int pass = 0; pass < 2; pass++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int k = 0; k < 1000; k++) {
                    balancer.plan(counts);
                    balancer.route(ids, out);
                    rank.plan(counts);
                    rank.route(ids, out);
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
            }
            // One object per call would be 16,000 bytes at least.
            assertTrue(bytes < 8_000, bytes + " bytes in 1000 calls");
        }
    }
}
