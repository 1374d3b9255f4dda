// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.dispatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DispatchLayoutTest {

    @Test
    void theExampleOfTheDocumentation() {
        DispatchLayout layout = new DispatchLayout(4, 2, 2, 2, 3, 2);
        layout.compute(new int[] {7, 2, 2, -1, 0, 7});
        assertArrayEquals(new int[] {1, 0, 2, 0, 0, 0, 0, 2}, layout.tokensPerSlot());
        assertArrayEquals(new int[] {0, 1, 1, 3, 3, 3, 3, 3, 5}, layout.offsets());
        assertArrayEquals(new int[] {4, 1, 2, 0, 5}, Arrays.copyOf(layout.order(), layout.rows()));
        assertArrayEquals(new int[] {0, 2, 2, 4, 4, 4, 4, 4, 6}, layout.alignedOffsets());
        assertArrayEquals(new int[] {4, 2, 3, -1, 0, 5}, layout.alignedRow());
        assertArrayEquals(new int[] {1, 2, 0, 2}, layout.tokensPerRank());
        assertArrayEquals(new int[] {3, 2}, layout.tokensPerNode());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 1, 1",
        "8, 4, 10, 6, 200, 16",
        "8, 3, 3, 8, 100, 7",
        "32, 8, 10, 8, 512, 128",
        "64, 8, 5, 2, 33, 1",
        "3, 8, 4, 4, 0, 64"
    })
    void layoutsEqualTheNaiveOnes(int ranks, int perNode, int slots, int topK, int tokens, int tile) {
        Random random = new Random(7L * ranks + tokens);
        DispatchLayout layout = new DispatchLayout(ranks, perNode, slots, topK, tokens + 5, tile);
        for (int round = 0; round < 5; round++) {
            int count = round == 0 ? tokens + 5 : Math.max(0, tokens - round);
            int[] ids = new int[count * topK];
            Arrays.setAll(ids, k -> random.nextInt(ranks * slots + 1) - 1);
            if (round == 3) {
                Arrays.fill(ids, -1);
            } else if (round == 4) {
                Arrays.fill(ids, ranks * slots - 1);
            }
            layout.compute(ids);
            check(layout, ids, ranks, perNode, slots, topK, tile);
            layout.compute(new int[0]);
            layout.compute(IntStream.of(ids).mapToLong(i -> i).toArray());
            check(layout, ids, ranks, perNode, slots, topK, tile);
        }
    }

    private static void check(DispatchLayout layout, int[] ids, int ranks, int perNode, int slots, int topK, int tile) {
        int tokens = ids.length / topK;
        assertEquals(tokens, layout.tokens());
        for (int r = 0; r < ranks; r++) {
            int here = 0;
            for (int t = 0; t < tokens; t++) {
                boolean in = touches(ids, topK, t, r * slots, (r + 1) * slots);
                assertEquals(in, layout.tokenInRank()[t * ranks + r]);
                here += in ? 1 : 0;
            }
            assertEquals(here, layout.tokensPerRank()[r]);
        }
        for (int n = 0; n < layout.tokensPerNode().length; n++) {
            int here = 0;
            for (int t = 0; t < tokens; t++) {
                here += touches(ids, topK, t, n * perNode * slots, (n + 1) * perNode * slots) ? 1 : 0;
            }
            assertEquals(here, layout.tokensPerNode()[n]);
        }
        List<Integer> order = new ArrayList<>();
        int aligned = 0;
        for (int p = 0; p < ranks * slots; p++) {
            assertEquals(order.size(), layout.offsets()[p]);
            assertEquals(aligned, layout.alignedOffsets()[p]);
            int first = order.size();
            for (int k = 0; k < ids.length; k++) {
                if (ids[k] == p) {
                    assertEquals(aligned + order.size() - first, layout.alignedRow()[k]);
                    order.add(k);
                }
            }
            assertEquals(order.size() - first, layout.tokensPerSlot()[p]);
            while (aligned < layout.alignedOffsets()[p] + order.size() - first) {
                aligned += tile;
            }
        }
        assertEquals(order.size(), layout.rows());
        assertEquals(aligned, layout.alignedRows());
        assertEquals(
                order, IntStream.of(layout.order()).limit(layout.rows()).boxed().toList());
        for (int k = 0; k < ids.length; k++) {
            assertTrue(ids[k] >= 0 || layout.alignedRow()[k] == -1);
        }
        float[] weights = new float[ids.length];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = k + 0.5f;
        }
        float[] permuted = new float[layout.rows()];
        layout.permute(weights, permuted);
        for (int k = 0; k < permuted.length; k++) {
            assertEquals(order.get(k) + 0.5f, permuted[k]);
        }
    }

    private static boolean touches(int[] ids, int topK, int token, int from, int to) {
        return IntStream.range(token * topK, (token + 1) * topK).anyMatch(k -> ids[k] >= from && ids[k] < to);
    }

    @Test
    void wrongInputIsRefusedBeforeAnythingChanges() {
        DispatchLayout layout = new DispatchLayout(2, 2, 2, 2, 3, 4);
        layout.compute(new int[] {0, 3, 1, 2});
        int[] offsets = layout.offsets().clone();
        assertThrows(IllegalArgumentException.class, () -> layout.compute(new int[3]));
        assertThrows(IllegalArgumentException.class, () -> layout.compute(new int[8]));
        assertThrows(IllegalArgumentException.class, () -> layout.compute(new int[] {0, 4}));
        assertThrows(IllegalArgumentException.class, () -> layout.compute(new int[] {0, -2}));
        assertThrows(IllegalArgumentException.class, () -> layout.compute(new long[] {0, 1L << 32}));
        assertThrows(IllegalArgumentException.class, () -> layout.compute(new long[] {Long.MIN_VALUE, 0}));
        assertThrows(IllegalArgumentException.class, () -> layout.permute(new float[3], new float[4]));
        assertThrows(IllegalArgumentException.class, () -> layout.permute(new float[4], new float[3]));
        assertArrayEquals(offsets, layout.offsets());
        assertEquals(2, layout.tokens());
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(0, 1, 1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(1, 0, 1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(1, 1, 0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(1, 1, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(1, 1, 1, 1, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(1, 1, 1, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new DispatchLayout(1 << 16, 1, 1, 1, 1 << 16, 1));
    }

    @Test
    void computingAllocatesNothing() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        DispatchLayout layout = new DispatchLayout(8, 8, 10, 6, 256, 128);
        Random random = new Random(3);
        int[] ids = new int[256 * 6];
        Arrays.setAll(ids, k -> random.nextInt(81) - 1);
        long[] wide = IntStream.of(ids).mapToLong(i -> i).toArray();
        float[] weights = new float[ids.length];
        float[] out = new float[ids.length];
        run(layout, ids, wide, weights, out);
        long before = threads.getCurrentThreadAllocatedBytes();
        run(layout, ids, wide, weights, out);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1_000, allocated + " bytes");
    }

    private static void run(DispatchLayout layout, int[] ids, long[] wide, float[] weights, float[] out) {
        for (int n = 0; n < 500; n++) {
            layout.compute(ids);
            layout.permute(weights, out);
            layout.compute(wide);
        }
    }
}
