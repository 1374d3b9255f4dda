// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.route;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.count.TokenBuffer;
import io.lplb.count.TokenCounter;
import io.lplb.count.TokenType;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.ReplicaQuotas;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Counting and routing give the same answers for all forms of buffers, and refuse wrong ones before anything changes. */
class TokenFormsTest {
    private static final int EXPERTS = 40;
    private static final int TOKENS = 1700;
    private static final int BEFORE = 3;
    private static final int AFTER = 5;
    private static final long UNTOUCHED = 77;

    private static final ExpertPlacement PLACEMENT = ExpertPlacement.of(
            8, 8, EXPERTS, IntStream.range(0, 64).map(p -> p % EXPERTS).toArray());

    private static final ReplicaQuotas LAYOUT = new ReplicaQuotas(PLACEMENT, PlacementProblem.of(PLACEMENT, null));

    /** A way to make a buffer of numbers, which lie after three others and before five. */
    record Form(String name, TokenType type, long padding, boolean inNativeMemory) {
        TokenBuffer of(Arena arena, long[] values) {
            long[] all = new long[BEFORE + values.length + AFTER];
            Arrays.fill(all, UNTOUCHED);
            System.arraycopy(values, 0, all, BEFORE, values.length);
            TokenBuffer buffer;
            if (name.equals("int[]")) {
                buffer = TokenBuffer.of(
                        Arrays.stream(all).mapToInt(Math::toIntExact).toArray());
            } else if (name.equals("long[]")) {
                buffer = TokenBuffer.of(all);
            } else {
                MemorySegment segment = inNativeMemory
                        ? arena.allocate(all.length * (long) type.bytes())
                        : MemorySegment.ofArray(new byte[all.length * type.bytes()]);
                for (int k = 0; k < all.length; k++) {
                    switch (type) {
                        case UINT8 -> segment.set(ValueLayout.JAVA_BYTE, k, (byte) all[k]);
                        case INT32 -> segment.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * k, (int) all[k]);
                        case INT64 -> segment.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * k, all[k]);
                    }
                }
                buffer = TokenBuffer.of(segment, type);
            }
            return buffer.padding(padding).window(BEFORE, values.length);
        }

        @Override
        public String toString() {
            return name + (padding == -1 ? "" : " with padding " + padding);
        }
    }

    static List<Form> forms() {
        return List.of(
                new Form("int[]", TokenType.INT32, -1, false),
                new Form("int[]", TokenType.INT32, 255, false),
                new Form("long[]", TokenType.INT64, -1, false),
                new Form("long[]", TokenType.INT64, Long.MAX_VALUE, false),
                new Form("heap int32", TokenType.INT32, -100, false),
                new Form("heap int64", TokenType.INT64, Integer.MIN_VALUE, false),
                new Form("heap uint8", TokenType.UINT8, 255, false),
                new Form("native int32", TokenType.INT32, -1, true),
                new Form("native int64", TokenType.INT64, -1, true),
                new Form("native uint8", TokenType.UINT8, 200, true));
    }

    private static int[] ids() {
        return new Random(9).ints(TOKENS, -1, EXPERTS).toArray();
    }

    private static long[] in(Form form, int[] ids) {
        Random random = new Random(4);
        // A buffer with a padding value may have -1 as well, if its type does.
        return Arrays.stream(ids)
                .mapToLong(id -> id < 0 && (!form.type().holds(-1) || random.nextBoolean()) ? form.padding() : id)
                .toArray();
    }

    private static TokenRouter router() {
        TokenRouter router = new TokenRouter(LAYOUT, EXPERTS);
        Random random = new Random(2);
        router.load(random.longs(LAYOUT.replicas(), 0, 30).toArray(), new long[EXPERTS]);
        return router;
    }

    @ParameterizedTest
    @MethodSource("forms")
    void countsAreThoseOfAnIntArray(Form form) {
        int[] expected = new int[EXPERTS];
        new TokenCounter(EXPERTS).count(ids(), expected);
        int[] counts = new int[EXPERTS];
        try (Arena arena = Arena.ofConfined()) {
            new TokenCounter(EXPERTS).count(form.of(arena, in(form, ids())), counts);
        }
        assertArrayEquals(expected, counts);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void slotsAreThoseOfAnIntArray(Form form) {
        int[] expected = new int[TOKENS];
        router().route(ids(), expected);
        try (Arena arena = Arena.ofConfined()) {
            for (Form other : forms()) {
                TokenBuffer out = other.of(arena, new long[TOKENS]);
                router().route(form.of(arena, in(form, ids())), out);
                for (int k = 0; k < TOKENS; k++) {
                    assertEquals(expected[k] < 0 ? other.padding() : expected[k], out.get(k));
                }
                out.window(0, BEFORE + TOKENS + AFTER);
                assertEquals(UNTOUCHED, out.get(BEFORE - 1));
                assertEquals(UNTOUCHED, out.get(BEFORE + TOKENS));
            }
            TokenBuffer inPlace = form.of(arena, in(form, ids()));
            router().route(inPlace, inPlace);
            for (int k = 0; k < TOKENS; k++) {
                assertEquals(expected[k] < 0 ? form.padding() : expected[k], inPlace.get(k));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void wrongIdIsRefusedBeforeAnythingChanges(Form form) {
        for (long wrong :
                new long[] {-2, EXPERTS, 254, Integer.MAX_VALUE, Integer.MIN_VALUE + 1L, 1L << 32, -(1L << 32)}) {
            if (!form.type().holds(wrong)) {
                continue;
            }
            long[] ids = in(form, ids());
            ids[TOKENS - 1] = wrong;
            String message = "ids[" + (TOKENS - 1) + "]: got expert " + wrong + ", expected -1 or "
                    + (form.padding() == -1 ? "" : form.padding() + " for padding or ") + "0..39";
            int[] counts = {1, 2, 3};
            long[] out = new long[TOKENS];
            try (Arena arena = Arena.ofConfined()) {
                TokenBuffer buffer = form.of(arena, ids);
                assertRefused(message, () -> new TokenCounter(EXPERTS).count(buffer, new int[EXPERTS]));
                assertRefused(
                        "counts: got length 3, expected 40", () -> new TokenCounter(EXPERTS).count(buffer, counts));
                TokenRouter router = router();
                assertRefused(message, () -> router.route(buffer, TokenBuffer.of(out)));
                int[] expected = new int[TOKENS];
                int[] routed = new int[TOKENS];
                router().route(ids(), expected);
                router.route(ids(), routed);
                assertArrayEquals(expected, routed, "positions are unchanged");
            }
            assertArrayEquals(new long[TOKENS], out);
            assertArrayEquals(new int[] {1, 2, 3}, counts);
        }
    }

    @Test
    void buffersThatCannotServeAreRefused() {
        TokenBuffer ids = TokenBuffer.of(new int[10]);
        MemorySegment ten = MemorySegment.ofArray(new byte[10]);
        assertRefused(
                "segment: got 10 bytes, expected a multiple of 4 for INT32",
                () -> TokenBuffer.of(ten, TokenType.INT32));
        assertRefused(
                "padding: got 256, expected a value of UINT8",
                () -> TokenBuffer.of(ten, TokenType.UINT8).padding(256));
        assertRefused("padding: got 2147483648, expected a value of INT32", () -> ids.padding(1L << 31));
        assertThrows(IndexOutOfBoundsException.class, () -> ids.window(8, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> ids.window(Long.MAX_VALUE, Long.MAX_VALUE));
        assertEquals(10, ids.length());
        assertThrows(IndexOutOfBoundsException.class, () -> ids.window(0, 4).get(4));
        ids.window(0, 10);
        assertRefused(
                "ids: got padding 7, expected a value that is no id, not one of 0..39",
                () -> new TokenCounter(EXPERTS).count(TokenBuffer.of(new int[3]).padding(7), new int[EXPERTS]));
        TokenRouter router = router();
        assertRefused("out: got length 9, expected 10 as ids", () -> router.route(ids, TokenBuffer.of(new int[9])));
        assertRefused(
                "out: got read-only memory, expected memory to write to",
                () -> router.route(
                        ids, TokenBuffer.of(MemorySegment.ofArray(new int[10]).asReadOnly(), TokenType.INT32)));
        assertRefused(
                "out: got UINT8 without a padding value, expected one, as the type has no -1",
                () -> router.route(ids, TokenBuffer.of(ten, TokenType.UINT8)));
        assertRefused(
                "out: got padding 63, expected a value that is no id, not one of 0..63",
                () -> router.route(ids, TokenBuffer.of(ten, TokenType.UINT8).padding(63)));
        ExpertPlacement wide =
                ExpertPlacement.of(1, 1, 257, IntStream.range(0, 257).toArray());
        TokenRouter many = new TokenRouter(new ReplicaQuotas(wide, PlacementProblem.of(wide, null)), 257);
        assertRefused(
                "out: got UINT8, expected a type that holds ids up to 256",
                () -> many.route(ids, TokenBuffer.of(ten, TokenType.UINT8).padding(255)));
    }

    @Test
    void countsAreCopiedFromAnyForm() {
        int[] counts = {5, 5};
        TokenBuffer longs = TokenBuffer.of(new long[] {9, 1, Integer.MAX_VALUE});
        assertRefused("counts: got length 3, expected 2 experts", () -> longs.copyCounts("", counts));
        longs.window(1, 2).copyCounts("", counts);
        assertArrayEquals(new int[] {1, Integer.MAX_VALUE}, counts);
        assertRefused(
                "counts[1]: got 2147483648, expected 0..2147483647 tokens",
                () -> TokenBuffer.of(new long[] {0, 1L << 31}).copyCounts("", counts));
        assertRefused(
                "counts[1]: got -1, expected 0..2147483647 tokens",
                () -> TokenBuffer.of(new int[] {0, -1}).copyCounts("", counts));
        assertArrayEquals(new int[] {1, Integer.MAX_VALUE}, counts);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void callsAllocateNothing(Form form) {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Arena arena = Arena.ofConfined()) {
            TokenBuffer ids = form.of(arena, in(form, ids()));
            TokenBuffer out = form.of(arena, new long[TOKENS]);
            TokenCounter counter = new TokenCounter(EXPERTS);
            TokenRouter router = router();
            int[] counts = new int[EXPERTS];
            long bytes = 0;
            for (int round = 0; round < 2; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int k = 0; k < 2_000; k++) {
                    counter.count(ids.window(BEFORE, TOKENS), counts);
                    router.route(ids, out.window(BEFORE, TOKENS));
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
            }
            // One object per call would be 32,000 bytes at least.
            assertTrue(bytes < 16_000, bytes + " bytes in 2000 calls");
        }
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
