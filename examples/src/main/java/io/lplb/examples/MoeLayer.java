// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimeReport;
import io.lplb.count.TokenCounter;
import io.lplb.dispatch.DispatchLayout;
import io.lplb.topology.Topologies;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * A Mixture-of-Experts layer in Java around a plan: gate, plan, layout, grouped GEMM of each rank's experts, combine. All
 * ranks are virtual and computed one after another on this machine; the result is compared with the plain forward pass of
 * one process without replicas.
 *
 * <pre>
 *   x [tokens][hidden] --gate--&gt; ids, weights [tokens][topK] --plan, route--&gt; slots --layout--&gt; rows by slot, padded to tiles
 *   rows --gather--&gt; in [rows][hidden] --per rank: SwiGLU of its slots--&gt; out [rows][hidden] --combine--&gt; y [tokens][hidden]
 * </pre>
 *
 * <p>Routers of other projects fit in at {@code ids} and {@code weights}, both token after token: GPULlama3.java's and Jlama's
 * Mixtral models take a softmax over the chosen experts' logits ({@code normalised = true}); Qwen1.5-MoE takes it over all
 * experts and does not normalise the chosen ones ({@code normalised = false}). Neither needs more than these two arrays.
 */
public final class MoeLayer {
    private static final int HIDDEN = 32;
    private static final int INTERMEDIATE = 16;
    private static final int EXPERTS = 64;
    private static final int TOP_K = 4;
    private static final int TILE = 16;

    private final float[] gate;
    private final float[][] gateUp;
    private final float[][] down;

    private MoeLayer(Random random) {
        gate = random(random, EXPERTS * HIDDEN);
        gateUp = new float[EXPERTS][];
        down = new float[EXPERTS][];
        for (int e = 0; e < EXPERTS; e++) {
            gateUp[e] = random(random, 2 * INTERMEDIATE * HIDDEN);
            down[e] = random(random, HIDDEN * INTERMEDIATE);
        }
    }

    private static float[] random(Random random, int length) {
        float[] values = new float[length];
        for (int k = 0; k < length; k++) {
            values[k] = 0.3f * (float) random.nextGaussian();
        }
        return values;
    }

    /** Routes one batch through the layer with and without a balancer. */
    public static void main(String[] args) {
        int tokens = 1024;
        Random random = new Random(2);
        MoeLayer layer = new MoeLayer(random);
        float[] x = random(random, tokens * HIDDEN);
        int[] ids = new int[tokens * TOP_K];
        float[] weights = new float[tokens * TOP_K];
        layer.choose(x, ids, weights, true);

        int[] counts = new int[EXPERTS];
        int[] slots = new int[ids.length];
        // A cost of your own kernel: bin/lplb profile measures one.
        ExpertCost cost = ExpertCost.tiles(TILE, 2, 10);
        float[] y;
        PlanReport report;
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2)
                .cost(cost)
                .build()) {
            new TokenCounter(EXPERTS).count(ids, counts);
            report = balancer.plan(counts);
            balancer.route(ids, slots);
            DispatchLayout layout =
                    new DispatchLayout(8, 8, balancer.placement().slotsPerRank(), TOP_K, tokens, TILE);
            layout.compute(slots);
            y = layer.forward(x, weights, layout, balancer);
        }

        TimeReport time = Objects.requireNonNull(report.time());
        System.out.printf(
                Locale.ROOT,
                "slowest rank: %.0f us as placed, %.0f us planned, no split is below %.0f us%n",
                time.asPlaced(),
                time.predicted(),
                time.lowerBound());
        System.out.printf(
                Locale.ROOT,
                "largest difference to the plain layer: %.1e%n",
                difference(y, layer.plain(x, ids, weights)));
    }

    /** Chooses the experts of every token by the largest logits, with softmax weights. */
    private void choose(float[] x, int[] ids, float[] weights, boolean normalised) {
        float[] logit = new float[EXPERTS];
        for (int t = 0; t < x.length / HIDDEN; t++) {
            float all = 0;
            for (int e = 0; e < EXPERTS; e++) {
                logit[e] = (float) Math.exp(dot(gate, e * HIDDEN, x, t * HIDDEN, HIDDEN));
                all += logit[e];
            }
            float chosen = 0;
            for (int k = 0; k < TOP_K; k++) {
                int best = 0;
                for (int e = 1; e < EXPERTS; e++) {
                    best = logit[e] > logit[best] ? e : best;
                }
                ids[t * TOP_K + k] = best;
                weights[t * TOP_K + k] = logit[best];
                chosen += logit[best];
                logit[best] = -1;
            }
            for (int k = 0; k < TOP_K; k++) {
                weights[t * TOP_K + k] /= normalised ? chosen : all;
            }
        }
    }

    /** The balanced layer: gather by destination, each rank's experts in turn, combine in the tokens' order. */
    private float[] forward(float[] x, float[] weights, DispatchLayout layout, LoadBalancer balancer) {
        float[] in = new float[layout.alignedRows() * HIDDEN];
        for (int k = 0; k < layout.tokens() * TOP_K; k++) {
            int row = layout.alignedRow()[k];
            System.arraycopy(x, k / TOP_K * HIDDEN, in, row * HIDDEN, HIDDEN);
        }
        float[] out = new float[in.length];
        int perRank = balancer.placement().slotsPerRank();
        for (int rank = 0; rank < balancer.placement().ranks(); rank++) {
            for (int slot = rank * perRank; slot < (rank + 1) * perRank; slot++) {
                int first = layout.alignedOffsets()[slot];
                int rows = layout.tokensPerSlot()[slot];
                grouped(balancer.placement().expertIn(slot), in, out, first, rows);
            }
        }
        float[] y = new float[x.length];
        for (int k = 0; k < layout.tokens() * TOP_K; k++) {
            add(y, k / TOP_K, out, layout.alignedRow()[k], weights[k]);
        }
        return y;
    }

    /** The plain layer: every token through its experts, without ranks. */
    private float[] plain(float[] x, int[] ids, float[] weights) {
        float[] y = new float[x.length];
        float[] out = new float[x.length];
        for (int k = 0; k < ids.length; k++) {
            grouped(ids[k], x, out, k / TOP_K, 1);
            add(y, k / TOP_K, out, k / TOP_K, weights[k]);
        }
        return y;
    }

    /** SwiGLU of some rows by one expert: {@code down (silu(gate x) * (up x))}. */
    private void grouped(int expert, float[] in, float[] out, int firstRow, int rows) {
        float[] h = new float[INTERMEDIATE];
        for (int row = firstRow; row < firstRow + rows; row++) {
            for (int j = 0; j < INTERMEDIATE; j++) {
                float g = dot(gateUp[expert], j * HIDDEN, in, row * HIDDEN, HIDDEN);
                float u = dot(gateUp[expert], (INTERMEDIATE + j) * HIDDEN, in, row * HIDDEN, HIDDEN);
                h[j] = g / (1 + (float) Math.exp(-g)) * u;
            }
            for (int i = 0; i < HIDDEN; i++) {
                out[row * HIDDEN + i] = dot(down[expert], i * INTERMEDIATE, h, 0, INTERMEDIATE);
            }
        }
    }

    private static float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
        float sum = 0;
        for (int k = 0; k < length; k++) {
            sum += a[aFrom + k] * b[bFrom + k];
        }
        return sum;
    }

    private static void add(float[] y, int token, float[] out, int row, float weight) {
        for (int i = 0; i < HIDDEN; i++) {
            y[token * HIDDEN + i] += weight * out[row * HIDDEN + i];
        }
    }

    private static double difference(float[] a, float[] b) {
        double largest = 0;
        for (int k = 0; k < a.length; k++) {
            largest = Math.max(largest, Math.abs(a[k] - b[k]));
        }
        return largest;
    }
}
