// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.LoadBalancer;
import io.lplb.cost.ExpertCost;
import io.lplb.count.TokenCounter;
import io.lplb.dispatch.DispatchLayout;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.Topologies;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** An MoE layer on one device, each virtual rank in turn, against a plain forward pass of the host. */
class ExpertKernelsTest {
    private static final int RANKS = 8;
    private static final int EXPERTS = 16;
    private static final int TILE = ExpertKernels.TILE;

    private final Random random = new Random(17);

    @ParameterizedTest(name = "hidden {0}, intermediate {1}, {2} tokens, top {3}")
    @CsvSource({"32, 16, 40, 2", "24, 20, 33, 3", "16, 16, 1, 1"})
    void aBalancedLayerEqualsThePlainOne(int hidden, int intermediate, int tokens, int topK) throws Exception {
        float[] x = values(tokens * hidden);
        float[] gateUp = values(EXPERTS * 2 * intermediate * hidden);
        float[] down = values(EXPERTS * hidden * intermediate);
        float[] weights = values(tokens * topK);
        int[] ids = new int[tokens * topK];
        for (int k = 0; k < ids.length; k++) {
            ids[k] = (int) (EXPERTS * random.nextDouble() * random.nextDouble());
        }
        int[] slots = new int[ids.length];
        int[] counts = new int[EXPERTS];
        new TokenCounter(EXPERTS).count(ids, counts);
        ExpertPlacement placement;
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .topology(Topologies.cube())
                .replicas(2)
                .cost(ExpertCost.tiles(TILE, 3, 1))
                .build()) {
            balancer.plan(counts);
            balancer.route(ids, slots);
            placement = balancer.placement();
        }
        DispatchLayout layout = new DispatchLayout(RANKS, 8, placement.slotsPerRank(), topK, tokens, TILE);
        layout.compute(slots);
        IntArray sizes = new IntArray(ExpertKernels.COUNT);
        sizes.set(ExpertKernels.HIDDEN, hidden);
        sizes.set(ExpertKernels.INTERMEDIATE, intermediate);
        sizes.set(ExpertKernels.TOKENS, tokens);
        sizes.set(ExpertKernels.TOP_K, topK);
        float[] y = forward(sizes, placement, layout, x, gateUp, down, weights);
        float[] plain = plain(hidden, intermediate, ids, topK, x, gateUp, down, weights);
        for (int k = 0; k < y.length; k++) {
            assertEquals(plain[k], y[k], 1e-4 * (1 + Math.abs(plain[k])), "value " + k);
        }
    }

    private float[] values(int length) {
        float[] values = new float[length];
        for (int k = 0; k < length; k++) {
            values[k] = 0.5f * (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] forward(
            IntArray sizes,
            ExpertPlacement placement,
            DispatchLayout layout,
            float[] x,
            float[] gateUp,
            float[] down,
            float[] weights)
            throws Exception {
        int hidden = sizes.get(ExpertKernels.HIDDEN);
        int intermediate = sizes.get(ExpertKernels.INTERMEDIATE);
        int rows = layout.alignedRows();
        int ids = layout.tokens() * sizes.get(ExpertKernels.TOP_K);
        IntArray alignedRow = new IntArray(ids);
        IntArray tokenOfRow = new IntArray(rows);
        tokenOfRow.init(-1);
        for (int k = 0; k < ids; k++) {
            alignedRow.set(k, layout.alignedRow()[k]);
            tokenOfRow.set(layout.alignedRow()[k], k / sizes.get(ExpertKernels.TOP_K));
        }
        int physical = placement.physicalExperts();
        IntArray slotOfTile = new IntArray(rows / TILE);
        FloatArray slotGateUp = new FloatArray(physical * 2 * intermediate * hidden);
        FloatArray slotDown = new FloatArray(physical * hidden * intermediate);
        for (int p = 0; p < physical; p++) {
            for (int t = layout.alignedOffsets()[p] / TILE; t < layout.alignedOffsets()[p + 1] / TILE; t++) {
                slotOfTile.set(t, p);
            }
            copy(gateUp, placement.expertIn(p), slotGateUp, p, 2 * intermediate * hidden);
            copy(down, placement.expertIn(p), slotDown, p, hidden * intermediate);
        }
        FloatArray in = FloatArray.fromArray(x);
        FloatArray h = new FloatArray(rows * intermediate);
        FloatArray out = new FloatArray(rows * hidden);
        FloatArray y = new FloatArray(x.length);
        int perRank = placement.slotsPerRank();
        int busy = 0;
        for (int rank = 0; rank < RANKS; rank++) {
            int first = layout.alignedOffsets()[rank * perRank] / TILE;
            int tiles = layout.alignedOffsets()[(rank + 1) * perRank] / TILE - first;
            if (tiles > 0) {
                busy++;
                sizes.set(ExpertKernels.FIRST_TILE, first);
                sizes.set(ExpertKernels.ROW_TILES, tiles);
                TaskGraph graph = new TaskGraph("rank")
                        .transferToDevice(
                                DataTransferMode.EVERY_EXECUTION,
                                sizes,
                                slotOfTile,
                                tokenOfRow,
                                in,
                                slotGateUp,
                                slotDown,
                                h,
                                out)
                        .task(
                                "gateUp",
                                ExpertKernels::gateUp,
                                new KernelContext(),
                                sizes,
                                slotOfTile,
                                tokenOfRow,
                                in,
                                slotGateUp,
                                h)
                        .task("down", ExpertKernels::down, new KernelContext(), sizes, slotOfTile, h, slotDown, out)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, h, out);
                GridScheduler grids = new GridScheduler();
                grids.addWorkerGrid("rank.gateUp", grid(tiles * Math.ceilDiv(intermediate, TILE)));
                grids.addWorkerGrid("rank.down", grid(tiles * Math.ceilDiv(hidden, TILE)));
                execute(graph, grids);
            }
        }
        assertTrue(busy > 0);
        FloatArray combine = FloatArray.fromArray(weights);
        TaskGraph graph = new TaskGraph("all")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, sizes, alignedRow, combine, out)
                .task("combine", ExpertKernels::combine, new KernelContext(), sizes, alignedRow, combine, out, y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        GridScheduler grids = new GridScheduler();
        grids.addWorkerGrid("all.combine", grid(Math.ceilDiv(y.getSize(), ExpertKernels.THREADS)));
        execute(graph, grids);
        return y.toHeapArray();
    }

    private static void execute(TaskGraph graph, GridScheduler grids) throws Exception {
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withGridScheduler(grids).execute();
        }
    }

    private static WorkerGrid1D grid(int groups) {
        WorkerGrid1D grid = new WorkerGrid1D(groups * ExpertKernels.THREADS);
        grid.setLocalWork(ExpertKernels.THREADS, 1, 1);
        return grid;
    }

    private static void copy(float[] from, int expert, FloatArray to, int slot, int length) {
        for (int k = 0; k < length; k++) {
            to.set(slot * length + k, from[expert * length + k]);
        }
    }

    /** Every token through its experts in turn, in double precision. */
    private static float[] plain(
            int hidden,
            int intermediate,
            int[] ids,
            int topK,
            float[] x,
            float[] gateUp,
            float[] down,
            float[] weights) {
        double[] y = new double[x.length];
        for (int k = 0; k < ids.length; k++) {
            int token = k / topK;
            double[] h = new double[intermediate];
            for (int j = 0; j < intermediate; j++) {
                double g = 0;
                double u = 0;
                for (int i = 0; i < hidden; i++) {
                    int at = ids[k] * 2 * intermediate * hidden + i;
                    g += (double) gateUp[at + j * hidden] * x[token * hidden + i];
                    u += (double) gateUp[at + (intermediate + j) * hidden] * x[token * hidden + i];
                }
                h[j] = g / (1 + Math.exp(-g)) * u;
            }
            for (int i = 0; i < hidden; i++) {
                double sum = 0;
                for (int j = 0; j < intermediate; j++) {
                    sum += h[j] * down[(ids[k] * hidden + i) * intermediate + j];
                }
                y[token * hidden + i] += weights[k] * sum;
            }
        }
        float[] result = new float[y.length];
        for (int k = 0; k < y.length; k++) {
            result[k] = (float) y[k];
        }
        return result;
    }
}
