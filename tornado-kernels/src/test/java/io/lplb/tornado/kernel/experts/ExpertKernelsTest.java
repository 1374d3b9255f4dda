// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.experts;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.SamplePlacements;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.pipeline.TokenPipeline;
import io.lplb.tornado.program.ExpertProgram;
import io.lplb.tornado.program.ExpertProgram.Shape;
import io.lplb.tornado.program.ExpertProgram.Weights;
import io.lplb.tornado.program.LayoutProgram;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An MoE layer on one device, gate to combine, each virtual rank in turn, against a plain forward pass of the host. */
class ExpertKernelsTest {
    private static final long SEED = 17;
    private static final int TILE = RowProduct.ROWS;

    /** Router shapes of models, with few and short tokens. */
    static Stream<Arguments> layers() {
        return Stream.of(
                Arguments.of(
                        "Qwen1.5-MoE: 60 experts, top 4, weights of all experts",
                        new Shape(24, 20, 60, 4, false),
                        SamplePlacements.random(4, 4, 60, 18, SEED),
                        40),
                Arguments.of(
                        "Mixtral: 8 experts, top 2, weights of the chosen ones",
                        new Shape(32, 136, 8, 2, true),
                        SamplePlacements.random(8, 8, 8, 2, SEED),
                        90),
                Arguments.of(
                        "Qwen3: 128 experts and more than a tile of columns",
                        new Shape(140, 8, 130, 8, true),
                        SamplePlacements.random(2, 2, 130, 66, SEED),
                        9),
                Arguments.of("one of all", new Shape(1, 1, 1, 1, true), SamplePlacements.random(1, 1, 1, 1, SEED), 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layers")
    void aBalancedLayerEqualsThePlainOne(String name, Shape shape, ExpertPlacement placement, int tokens) {
        Random random = new Random(SEED);
        Weights weights = new Weights(
                values(random, shape.experts() * shape.hidden(), 0.5f),
                values(random, 2 * shape.experts() * shape.intermediate() * shape.hidden(), 0.5f),
                values(random, shape.experts() * shape.intermediate() * shape.hidden(), 0.5f));
        float[] x = values(random, tokens * shape.hidden(), 0.5f);
        int[] expertOfSlot = new int[placement.physicalExperts()];
        Arrays.setAll(expertOfSlot, placement::expertIn);
        ExpertProgram layer = new ExpertProgram(shape, weights, tokens, expertOfSlot);
        int[] ids;
        float[] combine;
        try (TornadoProgram gate = new TornadoProgram(layer.gate(), tokens, false)) {
            gate.host(layer.sizes()).setAtIndex(JAVA_INT, ExpertSizes.TOKENS, tokens);
            MemorySegment.copy(x, 0, gate.host(layer.x()), JAVA_FLOAT, 0, x.length);
            gate.run();
            ids = gate.host(layer.ids()).toArray(JAVA_INT);
            combine = gate.host(layer.chosenWeights()).toArray(JAVA_FLOAT);
        }
        checkChoice(name, shape, weights.gate(), x, ids, combine);
        float[] y = forward(layer, shape, placement, x, ids, combine);
        float[] plain = plain(shape, weights, x, ids, combine);
        for (int k = 0; k < y.length; k++) {
            assertEquals(plain[k], y[k], 1e-4 * (1 + Math.abs(plain[k])), name + ", value " + k);
        }
    }

    private static float[] values(Random random, int length, float scale) {
        float[] values = new float[length];
        for (int k = 0; k < length; k++) {
            values[k] = scale * (float) random.nextGaussian();
        }
        return values;
    }

    private static void checkChoice(String name, Shape shape, float[] gate, float[] x, int[] ids, float[] weights) {
        for (int t = 0; t < ids.length / shape.topK(); t++) {
            double[] part = new double[shape.experts()];
            double all = 0;
            for (int e = 0; e < part.length; e++) {
                double logit = 0;
                for (int i = 0; i < shape.hidden(); i++) {
                    logit += (double) gate[e * shape.hidden() + i] * x[t * shape.hidden() + i];
                }
                part[e] = Math.exp(logit);
                all += part[e];
            }
            double chosen = 0;
            for (int k = 0; k < shape.topK(); k++) {
                chosen += part[ids[t * shape.topK() + k]];
            }
            for (int k = 0; k < shape.topK(); k++) {
                int id = ids[t * shape.topK() + k];
                double expected = part[id] / (shape.normalised() ? chosen : all);
                assertEquals(expected, weights[t * shape.topK() + k], 1e-4, name + ", token " + t);
                part[id] = -part[id];
            }
            double least =
                    Arrays.stream(part).filter(p -> p < 0).map(p -> -p).min().orElseThrow();
            assertTrue(Arrays.stream(part).allMatch(p -> p < least * 1.0001), name + ", token " + t);
        }
    }

    private static float[] forward(
            ExpertProgram layer, Shape shape, ExpertPlacement placement, float[] x, int[] ids, float[] combine) {
        PlacementProblem problem = PlacementProblem.of(placement, null);
        boolean split = problem.problem().items() > 0;
        int perRank = placement.slotsPerRank();
        LayoutProgram.Shape rows = new LayoutProgram.Shape(shape.topK(), 1, TILE);
        int tokens = ids.length / shape.topK();
        try (TornadoProgram experts = new TornadoProgram(layer.experts(), layer.mostTiles(), false);
                TokenPipeline pipeline = new TokenPipeline(
                        placement,
                        problem,
                        ids.length,
                        TokenPipeline.solver(RelaxationSolver.NAME, problem.problem(), problem.groups(), 1e-4),
                        false,
                        null,
                        false,
                        rows)) {
            pipeline.planInTiles(split ? TILE : 1);
            pipeline.route(ids, new int[ids.length]);
            experts.host(layer.offsets()).copyFrom(pipeline.layout(LayoutProgram.Buffers::offsets));
            experts.host(layer.order()).copyFrom(pipeline.layout(LayoutProgram.Buffers::order));
            experts.host(layer.alignedRow()).copyFrom(pipeline.layout(LayoutProgram.Buffers::alignedRow));
            int slots = placement.physicalExperts();
            int[] aligned = Arrays.copyOfRange(
                    pipeline.layout(LayoutProgram.Buffers::offsets).toArray(JAVA_INT), slots + 1, 2 * (slots + 1));
            for (int p = 0; p < slots; p++) {
                for (int t = aligned[p] / TILE; t < aligned[p + 1] / TILE; t++) {
                    experts.host(layer.slotOfTile()).setAtIndex(JAVA_INT, t, p);
                }
            }
            MemorySegment.copy(x, 0, experts.host(layer.x()), JAVA_FLOAT, 0, x.length);
            MemorySegment.copy(combine, 0, experts.host(layer.combineWeights()), JAVA_FLOAT, 0, combine.length);
            MemorySegment sizes = experts.host(layer.sizes());
            for (int rank = 0; rank < placement.ranks(); rank++) {
                int first = aligned[rank * perRank] / TILE;
                sizes.setAtIndex(JAVA_INT, ExpertSizes.FIRST_TILE, first);
                sizes.setAtIndex(JAVA_INT, ExpertSizes.ROW_TILES, aligned[(rank + 1) * perRank] / TILE - first);
                sizes.setAtIndex(JAVA_INT, ExpertSizes.TOKENS, rank == placement.ranks() - 1 ? tokens : 0);
                experts.run();
            }
            return experts.host(layer.y()).toArray(JAVA_FLOAT);
        }
    }

    /** Every token through its experts in turn, in double precision. */
    private static float[] plain(Shape shape, Weights weights, float[] x, int[] ids, float[] combine) {
        int hidden = shape.hidden();
        int intermediate = shape.intermediate();
        double[] y = new double[x.length];
        for (int k = 0; k < ids.length; k++) {
            int token = k / shape.topK();
            double[] h = new double[intermediate];
            for (int j = 0; j < intermediate; j++) {
                double g = 0;
                double u = 0;
                for (int i = 0; i < hidden; i++) {
                    int at = ids[k] * 2 * intermediate * hidden + i;
                    g += (double) weights.gateUp()[at + j * hidden] * x[token * hidden + i];
                    u += (double) weights.gateUp()[at + (intermediate + j) * hidden] * x[token * hidden + i];
                }
                h[j] = g / (1 + Math.exp(-g)) * u;
            }
            for (int i = 0; i < hidden; i++) {
                double sum = 0;
                for (int j = 0; j < intermediate; j++) {
                    sum += h[j] * weights.down()[(ids[k] * hidden + i) * intermediate + j];
                }
                y[token * hidden + i] += combine[k] * sum;
            }
        }
        float[] result = new float[y.length];
        for (int k = 0; k < y.length; k++) {
            result[k] = (float) y[k];
        }
        return result;
    }

    @Test
    void wrongShapesAndWeightsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Shape(0, 1, 1, 1, true));
        assertThrows(IllegalArgumentException.class, () -> new Shape(1, 1, 2, 3, true));
        assertThrows(IllegalArgumentException.class, () -> new Shape(1 << 12, 1 << 12, 128, 1, true));
        Shape two = new Shape(2, 2, 2, 1, true);
        Weights wrong = new Weights(new float[4], new float[15], new float[8]);
        assertThrows(IllegalArgumentException.class, () -> new ExpertProgram(two, wrong, 4, new int[2]));
    }
}
