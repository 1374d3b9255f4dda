// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimeReport;
import io.lplb.count.TokenCounter;
import io.lplb.dispatch.DispatchLayout;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.program.ExpertProgram.Shape;
import io.lplb.tornado.program.ExpertProgram.Weights;
import java.util.Arrays;
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
 *
 *   MoeLayer [cpu | tornado | driver] [small | qwen1.5-moe | qwen3-30b-a3b | mixtral] [tokens]
 * </pre>
 *
 * <p>{@code cpu} plans in time with {@link LoadBalancer} and computes in plain Java. The other engines are those of {@link DeviceMoeLayer},
 * which does everything on a device and times the slowest rank as placed and balanced.
 *
 * <p>Routers of other projects fit in at {@code ids} and {@code weights}, both token after token: GPULlama3.java's and Jlama's
 * Mixtral models take a softmax over the chosen experts' logits ({@code normalised = true}); Qwen1.5-MoE takes it over all
 * experts and does not normalise the chosen ones ({@code normalised = false}). Neither needs more than these two arrays.
 */
public final class MoeLayer {
    private static final int TILE = 16;
    private static final int RANKS = 8;

    private final Shape shape;
    private final Weights weights;

    private MoeLayer(Shape shape, Random random) {
        this.shape = shape;
        // Outputs of a product stay near the size of its inputs.
        float scale = 1.7f / (float) Math.sqrt(shape.hidden());
        weights = new Weights(
                random(random, shape.experts() * shape.hidden(), scale),
                random(random, 2 * shape.experts() * shape.intermediate() * shape.hidden(), scale),
                random(
                        random,
                        shape.experts() * shape.intermediate() * shape.hidden(),
                        1.7f / (float) Math.sqrt(shape.intermediate())));
    }

    /** Even numbers between -scale and scale. */
    private static float[] random(Random random, int length, float scale) {
        float[] values = new float[length];
        long state = random.nextLong();
        for (int k = 0; k < length; k++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            values[k] = (state >> 40) * 0x1p-23f * scale;
        }
        return values;
    }

    /** Shapes of models' routers and experts; mixtral has an eighth of its intermediate size, so that its weights fit in arrays. */
    private static Shape shape(String model) {
        return switch (model) {
            case "small" -> new Shape(32, 16, 64, 4, true);
            case "qwen1.5-moe" -> new Shape(2048, 1408, 60, 4, false);
            case "qwen3-30b-a3b" -> new Shape(2048, 768, 128, 8, true);
            case "mixtral" -> new Shape(4096, 14336 / 8, 8, 2, true);
            default ->
                throw new IllegalArgumentException(
                        "model: got '" + model + "', expected small, qwen1.5-moe, qwen3-30b-a3b or mixtral");
        };
    }

    /** Routes one batch through the layer with and without a balancer. */
    public static void main(String[] args) throws CudaUnavailableException {
        String engine = args.length > 0 ? args[0] : "cpu";
        Shape shape = shape(args.length > 1 ? args[1] : "small");
        int tokens = args.length > 2 ? Integer.parseInt(args[2]) : 1024;
        Random random = new Random(2);
        MoeLayer layer = new MoeLayer(shape, random);
        float[] x = random(random, tokens * shape.hidden(), 1.7f);
        if (engine.equals("cpu")) {
            layer.onTheCpu(x, tokens);
        } else {
            layer.onADevice(engine, x, tokens);
        }
    }

    private void onTheCpu(float[] x, int tokens) {
        int[] ids = new int[tokens * shape.topK()];
        float[] chosen = new float[ids.length];
        choose(x, ids, chosen);

        int[] counts = new int[shape.experts()];
        int[] slots = new int[ids.length];
        // A cost of your own kernel: bin/lplb profile measures one.
        ExpertCost cost = ExpertCost.tiles(TILE, 2, 10);
        float[] y;
        PlanReport report;
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(shape.experts())
                .ranks(RANKS)
                .topology(Topologies.cube())
                .replicas(2)
                .cost(cost)
                .build()) {
            new TokenCounter(shape.experts()).count(ids, counts);
            report = balancer.plan(counts);
            balancer.route(ids, slots);
            DispatchLayout layout =
                    new DispatchLayout(RANKS, RANKS, balancer.placement().slotsPerRank(), shape.topK(), tokens, TILE);
            layout.compute(slots);
            y = forward(x, chosen, layout, balancer);
        }

        TimeReport time = Objects.requireNonNull(report.time());
        System.out.printf(
                Locale.ROOT,
                "slowest rank: %.0f us as placed, %.0f us planned, no split is below %.0f us%n",
                time.asPlaced(),
                time.predicted(),
                time.lowerBound());
        System.out.printf(
                Locale.ROOT, "largest difference to the plain layer: %.1e%n", difference(y, x, ids, chosen, 1));
    }

    /** The layer on a device, with replicas placed by the batch's first tokens. */
    private void onADevice(String engine, float[] x, int tokens) throws CudaUnavailableException {
        int[] ids = new int[tokens * shape.topK()];
        float[] chosen = new float[ids.length];
        int sample = Math.min(tokens, 256);
        choose(Arrays.copyOf(x, sample * shape.hidden()), ids, chosen);
        double[] history = new double[shape.experts()];
        Arrays.stream(ids, 0, sample * shape.topK()).forEach(e -> history[e]++);
        ReplicaTopology topology =
                Topologies.parse(shape.experts() % 16 == 0 ? "cube" : shape.experts() % 8 == 0 ? "ring8" : "ring4");
        int ranks = topology.groupSize();
        ExpertPlacement placement = new LplbPlacement(topology, ranks, shape.experts(), topology.replicasPerRank())
                .reordered(history, ranks);
        try (DeviceMoeLayer device = new DeviceMoeLayer(engine, shape, weights, placement, tokens)) {
            device.choose(x);
            DeviceMoeLayer.Result asPlaced = device.asPlaced();
            DeviceMoeLayer.Result balanced = device.balanced();
            System.out.printf(
                    Locale.ROOT,
                    "slowest rank: %.0f us as placed (%d tiles), %.0f us balanced (%d tiles)%n",
                    asPlaced.slowest(),
                    Arrays.stream(asPlaced.tiles()).max().orElse(0),
                    balanced.slowest(),
                    Arrays.stream(balanced.tiles()).max().orElse(0));
            // Large layers are compared in every 64th token only.
            int step = tokens * (long) shape.hidden() * shape.intermediate() > 1 << 28 ? 64 : 1;
            System.out.printf(
                    Locale.ROOT,
                    "largest difference to the plain layer: %.1e as placed, %.1e balanced%n",
                    difference(asPlaced.y(), x, device.ids(), device.weights(), step),
                    difference(balanced.y(), x, device.ids(), device.weights(), step));
        }
    }

    /** Chooses the experts of every token by the largest logits, with softmax weights. */
    private void choose(float[] x, int[] ids, float[] chosen) {
        int hidden = shape.hidden();
        int topK = shape.topK();
        float[] logit = new float[shape.experts()];
        for (int t = 0; t < x.length / hidden; t++) {
            float all = 0;
            for (int e = 0; e < logit.length; e++) {
                logit[e] = (float) Math.exp(dot(weights.gate(), e * hidden, x, t * hidden, hidden));
                all += logit[e];
            }
            float sum = 0;
            for (int k = 0; k < topK; k++) {
                int best = 0;
                for (int e = 1; e < logit.length; e++) {
                    best = logit[e] > logit[best] ? e : best;
                }
                ids[t * topK + k] = best;
                chosen[t * topK + k] = logit[best];
                sum += logit[best];
                logit[best] = -1;
            }
            for (int k = 0; k < topK; k++) {
                chosen[t * topK + k] /= shape.normalised() ? sum : all;
            }
        }
    }

    /** The balanced layer: gather by destination, each rank's experts in turn, combine in the tokens' order. */
    private float[] forward(float[] x, float[] chosen, DispatchLayout layout, LoadBalancer balancer) {
        int hidden = shape.hidden();
        int topK = shape.topK();
        float[] in = new float[layout.alignedRows() * hidden];
        for (int k = 0; k < layout.tokens() * topK; k++) {
            System.arraycopy(x, k / topK * hidden, in, layout.alignedRow()[k] * hidden, hidden);
        }
        float[] out = new float[in.length];
        ExpertPlacement placement = balancer.placement();
        int perRank = placement.slotsPerRank();
        for (int rank = 0; rank < placement.ranks(); rank++) {
            for (int slot = rank * perRank; slot < (rank + 1) * perRank; slot++) {
                int first = layout.alignedOffsets()[slot];
                for (int row = first; row < first + layout.tokensPerSlot()[slot]; row++) {
                    expert(placement.expertIn(slot), in, row, out, row, 1);
                }
            }
        }
        float[] y = new float[x.length];
        for (int k = 0; k < layout.tokens() * topK; k++) {
            for (int i = 0; i < hidden; i++) {
                y[k / topK * hidden + i] += chosen[k] * out[layout.alignedRow()[k] * hidden + i];
            }
        }
        return y;
    }

    /** Adds a multiple of the SwiGLU of a row by an expert: {@code down (silu(gate x) * (up x))}. */
    private void expert(int expert, float[] in, int row, float[] out, int outRow, float factor) {
        int hidden = shape.hidden();
        int intermediate = shape.intermediate();
        float[] h = new float[intermediate];
        int at = expert * 2 * intermediate * hidden;
        for (int j = 0; j < intermediate; j++) {
            float g = dot(weights.gateUp(), at + j * hidden, in, row * hidden, hidden);
            float u = dot(weights.gateUp(), at + (intermediate + j) * hidden, in, row * hidden, hidden);
            h[j] = g / (1 + (float) Math.exp(-g)) * u;
        }
        for (int i = 0; i < hidden; i++) {
            out[outRow * hidden + i] +=
                    factor * dot(weights.down(), (expert * hidden + i) * intermediate, h, 0, intermediate);
        }
    }

    private static float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
        double sum = 0;
        for (int k = 0; k < length; k++) {
            sum += (double) a[aFrom + k] * b[bFrom + k];
        }
        return (float) sum;
    }

    /** Largest difference to the plain layer, every token through its experts without ranks, in every step-th token. */
    private double difference(float[] y, float[] x, int[] ids, float[] chosen, int step) {
        int hidden = shape.hidden();
        int topK = shape.topK();
        double largest = 0;
        float[] plain = new float[hidden];
        for (int t = 0; t < x.length / hidden; t += step) {
            Arrays.fill(plain, 0);
            for (int k = t * topK; k < (t + 1) * topK; k++) {
                expert(ids[k], x, t, plain, 0, chosen[k]);
            }
            for (int i = 0; i < hidden; i++) {
                largest = Math.max(largest, Math.abs(plain[i] - y[t * hidden + i]));
            }
        }
        return largest;
    }
}
