// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.dispatch.DispatchLayout;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.program.LayoutProgram;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels against the layout of the host. */
class LayoutKernelsTest {
    @ParameterizedTest(name = "{0} ranks, {1} per node, {2} slots, top {3}, {4} tokens, tile {5}")
    @CsvSource({
        "8, 4, 10, 6, 200, 16",
        "1, 1, 1, 1, 1, 1",
        "32, 8, 10, 8, 333, 128",
        "64, 8, 16, 2, 129, 64",
        "33, 5, 3, 4, 128, 7",
        "3, 8, 4, 3, 700, 1"
    })
    void layoutsEqualTheHosts(int ranks, int perNode, int slotsPerRank, int topK, int tokens, int tile) {
        Random random = new Random(31L * ranks + tokens);
        int slots = ranks * slotsPerRank;
        LayoutProgram layout = new LayoutProgram(ranks, perNode, slotsPerRank, topK, tokens, tile);
        LayoutProgram wide = new LayoutProgram(ranks, perNode, slotsPerRank, topK, tokens, tile, true);
        for (int kind = 0; kind < 3; kind++) {
            int[] ids = new int[tokens * topK];
            for (int k = 0; k < ids.length; k++) {
                ids[k] = kind == 1 ? slots - 1 : random.nextInt(slots + 1) - 1;
                ids[k] = kind == 2 ? -1 : ids[k];
            }
            DispatchLayout host = new DispatchLayout(ranks, perNode, slotsPerRank, topK, tokens, tile);
            host.compute(ids);
            compare(kind == 0 ? wide : layout, host, ids, slots, ranks);
        }
    }

    private static void compare(LayoutProgram layout, DispatchLayout host, int[] ids, int slots, int ranks) {
        int tokens = host.tokens();
        int nodes = host.tokensPerNode().length;
        int[] sums;
        int[] offsets;
        int[] order;
        int[] alignedRow;
        int[] rankBits;
        try (TornadoProgram run = new TornadoProgram(layout.program(), ids.length, false)) {
            run.host(layout.counting()).setAtIndex(JAVA_INT, PipelineSizes.TOKENS, ids.length);
            run.host(layout.sizes()).setAtIndex(JAVA_INT, LayoutSizes.TOKENS, tokens);
            if (layout.ids().length() > ids.length) {
                long[] wide = Arrays.stream(ids).asLongStream().toArray();
                MemorySegment.copy(wide, 0, run.host(layout.ids()), JAVA_LONG_UNALIGNED, 0, ids.length);
            } else {
                MemorySegment.copy(ids, 0, run.host(layout.ids()), JAVA_INT, 0, ids.length);
            }
            run.run();
            sums = run.host(layout.tokens()).toArray(JAVA_INT);
            offsets = run.host(layout.offsets()).toArray(JAVA_INT);
            order = run.host(layout.order()).toArray(JAVA_INT);
            alignedRow = run.host(layout.alignedRow()).toArray(JAVA_INT);
            rankBits = run.host(layout.rankBits()).toArray(JAVA_INT);
        }
        int[] expected = new int[slots + ranks + nodes];
        System.arraycopy(host.tokensPerSlot(), 0, expected, 0, slots);
        System.arraycopy(host.tokensPerRank(), 0, expected, slots, ranks);
        System.arraycopy(host.tokensPerNode(), 0, expected, slots + ranks, nodes);
        assertArrayEquals(expected, sums);
        assertArrayEquals(host.offsets(), Arrays.copyOf(offsets, slots + 1));
        assertArrayEquals(host.alignedOffsets(), Arrays.copyOfRange(offsets, slots + 1, 2 * (slots + 1)));
        assertArrayEquals(Arrays.copyOf(host.order(), host.rows()), Arrays.copyOf(order, host.rows()));
        assertArrayEquals(host.alignedRow(), Arrays.copyOf(alignedRow, ids.length));
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < ranks; r++) {
                int bit = rankBits[2 * t + r / 32] >>> (r % 32) & 1;
                assertEquals(host.tokenInRank()[t * ranks + r], bit == 1, "token " + t + ", rank " + r);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 1, 1, 1, ranks",
        "65, 1, 1, 1, 1, 1, ranks",
        "8, 0, 1, 1, 1, 1, ranksPerNode",
        "64, 8, 17, 1, 1, 1, slotsPerRank",
        "8, 8, 1, 0, 1, 1, topK",
        "8, 8, 1, 1, 0, 1, maxTokens",
        "8, 8, 1, 8, 2097153, 1, maxTokens",
        "8, 8, 1, 1, 1, 0, tile"
    })
    void sizesOutOfRangeAreRefused(int ranks, int perNode, int slots, int topK, int tokens, int tile, String named) {
        String message = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> new LayoutProgram(ranks, perNode, slots, topK, tokens, tile))
                .getMessage());
        assertTrue(message.startsWith(named + ": got "), message);
    }
}
