// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.dispatch.DispatchLayout;
import io.lplb.tornado.kernel.pipeline.CountKernels;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The kernels against the layout of the host. */
class LayoutKernelsTest {
    private final IntArray sizes = new IntArray(LayoutSizes.COUNT);
    private final IntArray counting = new IntArray(PipelineSizes.COUNT);

    @ParameterizedTest(name = "{0} ranks, {1} per node, {2} slots, top {3}, {4} tokens, tile {5}")
    @CsvSource({
        "8, 4, 10, 6, 200, 16",
        "1, 1, 1, 1, 1, 1",
        "32, 8, 10, 8, 333, 128",
        "64, 8, 16, 2, 129, 64",
        "33, 5, 3, 4, 128, 7",
        "3, 8, 4, 3, 700, 1"
    })
    void layoutsEqualTheHosts(int ranks, int perNode, int slotsPerRank, int topK, int tokens, int tile)
            throws Exception {
        Random random = new Random(31L * ranks + tokens);
        int slots = ranks * slotsPerRank;
        for (int kind = 0; kind < 3; kind++) {
            int[] ids = new int[tokens * topK];
            for (int k = 0; k < ids.length; k++) {
                ids[k] = kind == 1 ? slots - 1 : random.nextInt(slots + 1) - 1;
                ids[k] = kind == 2 ? -1 : ids[k];
            }
            DispatchLayout host = new DispatchLayout(ranks, perNode, slotsPerRank, topK, tokens, tile);
            host.compute(ids);
            sizes.set(LayoutSizes.TOKENS, tokens);
            sizes.set(LayoutSizes.TOP_K, topK);
            sizes.set(LayoutSizes.RANKS, ranks);
            sizes.set(LayoutSizes.RANKS_PER_NODE, perNode);
            sizes.set(LayoutSizes.SLOTS_PER_RANK, slotsPerRank);
            sizes.set(LayoutSizes.TILE, tile);
            counting.set(PipelineSizes.TOKENS, ids.length);
            counting.set(PipelineSizes.EXPERTS, slots);
            compare(host, ids, slots, ranks);
        }
    }

    private void compare(DispatchLayout host, int[] ids, int slots, int ranks) throws Exception {
        int tokens = host.tokens();
        int nodes = host.tokensPerNode().length;
        int blocks = PipelineLayout.blocks(ids.length);
        IntArray in = IntArray.fromArray(ids);
        IntArray counts = new IntArray(blocks * (slots + 1));
        IntArray place = new IntArray(ids.length);
        IntArray rankBits = new IntArray(2 * tokens);
        IntArray partial = new IntArray(LayoutSizes.tokenBlocks(tokens) * (ranks + nodes));
        IntArray sums = new IntArray(slots + ranks + nodes);
        IntArray offsets = new IntArray(2 * (slots + 1));
        IntArray order = new IntArray(ids.length);
        IntArray alignedRow = new IntArray(ids.length);
        TaskGraph graph = new TaskGraph("layout")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, sizes, counting, in, order)
                .task("count", CountKernels::countBlocks, new KernelContext(), counting, in, counts, place)
                .task("tokens", LayoutKernels::countTokens, new KernelContext(), sizes, in, rankBits, partial)
                .task("sum", LayoutKernels::sumLayout, new KernelContext(), sizes, counts, partial, sums, offsets)
                .task(
                        "rows",
                        LayoutKernels::placeRows,
                        new KernelContext(),
                        sizes,
                        in,
                        counts,
                        place,
                        offsets,
                        order,
                        alignedRow)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, rankBits, sums, offsets, order, alignedRow);
        GridScheduler grids = new GridScheduler();
        grids.addWorkerGrid("layout.count", grid(blocks, PipelineLayout.countThreads(slots)));
        grids.addWorkerGrid("layout.tokens", grid(LayoutSizes.tokenBlocks(tokens), LayoutKernels.TOKEN_THREADS));
        grids.addWorkerGrid("layout.sum", grid(1, LayoutKernels.SUM_THREADS));
        grids.addWorkerGrid("layout.rows", grid(blocks, PipelineLayout.BLOCK_IDS));
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grids).execute();
        }
        int[] expected = new int[slots + ranks + nodes];
        System.arraycopy(host.tokensPerSlot(), 0, expected, 0, slots);
        System.arraycopy(host.tokensPerRank(), 0, expected, slots, ranks);
        System.arraycopy(host.tokensPerNode(), 0, expected, slots + ranks, nodes);
        assertArrayEquals(expected, sums.toHeapArray());
        assertArrayEquals(host.offsets(), Arrays.copyOf(offsets.toHeapArray(), slots + 1));
        assertArrayEquals(host.alignedOffsets(), Arrays.copyOfRange(offsets.toHeapArray(), slots + 1, 2 * (slots + 1)));
        assertArrayEquals(Arrays.copyOf(host.order(), host.rows()), Arrays.copyOf(order.toHeapArray(), host.rows()));
        assertArrayEquals(host.alignedRow(), alignedRow.toHeapArray());
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < ranks; r++) {
                int bit = rankBits.get(2 * t + r / 32) >>> (r % 32) & 1;
                assertEquals(host.tokenInRank()[t * ranks + r], bit == 1, "token " + t + ", rank " + r);
            }
        }
    }

    private static WorkerGrid1D grid(int groups, int threads) {
        WorkerGrid1D grid = new WorkerGrid1D(groups * threads);
        grid.setLocalWork(threads, 1, 1);
        return grid;
    }
}
