// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.tornado.kernel.experts.ExpertKernels;
import io.lplb.tornado.kernel.experts.ExpertSizes;
import io.lplb.tornado.kernel.experts.RowProduct;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.List;

/**
 * Programs of an MoE layer's gate and experts; {@link ExpertKernels} draws their stages. What lies between the two, plan and dispatch
 * layout, is {@link PipelineProgram}'s.
 *
 * <pre>
 *   gate      x --logits--choose--&gt; ids, weights
 *   experts   x, layout, weights --gateUp--down--combine--&gt; y
 * </pre>
 *
 * <p>The size of a gate's run is its number of tokens; that of a run of experts is its number of row tiles. A run of experts takes the row
 * tiles {@link ExpertSizes#FIRST_TILE} on, so that virtual ranks can follow one another, and combines if {@link ExpertSizes#TOKENS} is not
 * 0: what earlier runs have computed stays on the device.
 */
public final class ExpertProgram {
    /** Name of both programs. */
    public static final String NAME = "experts";

    private static final String KERNELS = "experts.ExpertKernels";

    private final Program gate;
    private final Program experts;
    private final Buffer sizes;
    private final Buffer x;
    private final Buffer ids;
    private final Buffer chosenWeights;
    private final Buffer slotOfTile;
    private final Buffer offsets;
    private final Buffer order;
    private final Buffer alignedRow;
    private final Buffer combineWeights;
    private final Buffer y;

    /**
     * Shape of a layer.
     *
     * @param hidden elements of a token
     * @param intermediate elements between an expert's two products
     * @param experts number of experts
     * @param topK experts per token
     * @param normalised whether the weights of a token's experts add up to 1
     */
    public record Shape(int hidden, int intermediate, int experts, int topK, boolean normalised) {
        /** Checks the numbers. */
        public Shape {
            LayoutProgram.Shape.require("hidden", hidden, Integer.MAX_VALUE);
            LayoutProgram.Shape.require("intermediate", intermediate, Integer.MAX_VALUE);
            LayoutProgram.Shape.require("experts", experts, Integer.MAX_VALUE);
            LayoutProgram.Shape.require("topK", topK, experts);
            long largest = 2L * hidden * intermediate * experts;
            if (largest > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "weights: got " + largest + " elements in an array, expected at most " + Integer.MAX_VALUE);
            }
        }
    }

    /**
     * Weights of a layer.
     *
     * @param gate {@code [experts][hidden]}
     * @param gateUp {@code [experts][2 * intermediate][hidden]}, gate then up
     * @param down {@code [experts][hidden][intermediate]}
     */
    @SuppressWarnings("ArrayRecordComponent") // large arrays, which nobody copies
    public record Weights(float[] gate, float[] gateUp, float[] down) {}

    /**
     * Declares the programs.
     *
     * @param mostTokens most tokens of a batch
     * @param expertOfSlot {@code [slots]}, the expert of each physical slot
     * @throws IllegalArgumentException if weights have other lengths than the shape says, or numbers are out of range
     */
    public ExpertProgram(Shape shape, Weights weights, int mostTokens, int[] expertOfSlot) {
        int hidden = shape.hidden();
        int intermediate = shape.intermediate();
        requireLength("gate", weights.gate(), (long) shape.experts() * hidden);
        requireLength("gateUp", weights.gateUp(), 2L * shape.experts() * intermediate * hidden);
        requireLength("down", weights.down(), (long) shape.experts() * intermediate * hidden);
        int mostIds = ArrayLength.of(mostTokens, "tokens", shape.topK(), "experts per token");
        int slots = expertOfSlot.length;
        // Every slot may have a tile that is not full.
        int mostTiles = mostIds / RowProduct.ROWS + Math.min(slots, mostIds);
        int mostRows = ArrayLength.of(mostTiles, "row tiles", RowProduct.ROWS, "rows");
        int[] words = new int[ExpertSizes.COUNT];
        words[ExpertSizes.HIDDEN] = hidden;
        words[ExpertSizes.INTERMEDIATE] = intermediate;
        words[ExpertSizes.EXPERTS] = shape.experts();
        words[ExpertSizes.TOP_K] = shape.topK();
        words[ExpertSizes.NORMALISED] = shape.normalised() ? 1 : 0;
        words[ExpertSizes.SLOTS] = slots;
        sizes = Buffer.ints("sizes", Kind.INPUT, words);
        x = floats("x", Kind.INPUT, ArrayLength.of(mostTokens, "tokens", hidden, "hidden"));
        ids = ints("ids", Kind.OUTPUT, mostIds);
        chosenWeights = floats("weights", Kind.OUTPUT, mostIds);
        slotOfTile = ints("slotOfTile", Kind.INPUT, mostTiles);
        offsets = ints("offsets", Kind.INPUT, 2 * (slots + 1));
        order = ints("order", Kind.INPUT, mostIds);
        alignedRow = ints("alignedRow", Kind.INPUT, mostIds);
        combineWeights = floats("combineWeights", Kind.INPUT, mostIds);
        y = floats("y", Kind.STATE_OUTPUT, ArrayLength.of(mostTokens, "tokens", hidden, "hidden"));
        Buffer logits = floats("logits", Kind.STATE, ArrayLength.of(mostTokens, "tokens", shape.experts(), "experts"));
        Buffer slotExperts = Buffer.ints("expertOfSlot", Kind.CONSTANT, expertOfSlot);
        Buffer h = floats("h", Kind.STATE, ArrayLength.of(mostRows, "rows", intermediate, "intermediate"));
        Buffer out = floats("out", Kind.STATE, ArrayLength.of(mostRows, "rows", hidden, "hidden"));
        int simple = ExpertKernels.SIMPLE_THREADS;
        int gateTiles = Math.ceilDiv(intermediate, ExpertKernels.GATE_COLUMNS);
        int downTiles = Math.ceilDiv(hidden, RowProduct.COLUMNS);
        int expertTiles = Math.ceilDiv(shape.experts(), RowProduct.COLUMNS);
        int combined = Math.ceilDiv(y.length(), simple);
        gate = new Program(
                NAME,
                List.of(
                        KernelSpec.of(
                                KERNELS,
                                "logits",
                                RowProduct.THREADS,
                                run -> Math.max(1, Math.ceilDiv(run, RowProduct.ROWS)) * expertTiles,
                                sizes,
                                x,
                                Buffer.floats("gate", Kind.CONSTANT, weights.gate()),
                                logits),
                        KernelSpec.of(
                                KERNELS,
                                "choose",
                                simple,
                                run -> Math.max(1, Math.ceilDiv(run, simple)),
                                sizes,
                                logits,
                                ids,
                                chosenWeights)));
        experts = new Program(
                NAME,
                List.of(
                        KernelSpec.of(
                                KERNELS,
                                "gateUp",
                                RowProduct.THREADS,
                                run -> Math.max(1, run) * gateTiles,
                                sizes,
                                slotOfTile,
                                slotExperts,
                                offsets,
                                order,
                                x,
                                Buffer.floats("gateUp", Kind.CONSTANT, weights.gateUp()),
                                h),
                        KernelSpec.of(
                                KERNELS,
                                "down",
                                RowProduct.THREADS,
                                run -> Math.max(1, run) * downTiles,
                                sizes,
                                slotOfTile,
                                slotExperts,
                                h,
                                Buffer.floats("down", Kind.CONSTANT, weights.down()),
                                out),
                        KernelSpec.of(
                                KERNELS,
                                "combine",
                                simple,
                                run -> combined,
                                sizes,
                                alignedRow,
                                combineWeights,
                                out,
                                y)));
    }

    private static void requireLength(String what, float[] values, long expected) {
        if (values.length != expected) {
            throw new IllegalArgumentException(what + ": got length " + values.length + ", expected " + expected);
        }
    }

    private static Buffer ints(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.INT, length);
    }

    private static Buffer floats(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.FLOAT, length);
    }

    /** {@return the program of the gate} */
    public Program gate() {
        return gate;
    }

    /** {@return the program of the experts} */
    public Program experts() {
        return experts;
    }

    /** {@return the most row tiles of a batch, the size of the largest run of experts} */
    public int mostTiles() {
        return slotOfTile.length();
    }

    /** {@return the sizes, {@link ExpertSizes}, of both programs} */
    public Buffer sizes() {
        return sizes;
    }

    /** {@return {@code [tokens][hidden]}, input of both programs} */
    public Buffer x() {
        return x;
    }

    /** {@return {@code [tokens * topK]}, experts that the gate chose} */
    public Buffer ids() {
        return ids;
    }

    /** {@return {@code [tokens * topK]}, weights that the gate gave them} */
    public Buffer chosenWeights() {
        return chosenWeights;
    }

    /** {@return slot of each row tile of {@link RowProduct#ROWS} rows, input of the experts} */
    public Buffer slotOfTile() {
        return slotOfTile;
    }

    /** {@return {@code [slots + 1] | [slots + 1]}, as {@link LayoutProgram.Buffers#offsets} for that tile, input of the experts} */
    public Buffer offsets() {
        return offsets;
    }

    /** {@return {@code [rows]}, as {@link LayoutProgram.Buffers#order}, input of the experts} */
    public Buffer order() {
        return order;
    }

    /** {@return {@code [tokens * topK]}, as {@link LayoutProgram.Buffers#alignedRow}, input of the experts} */
    public Buffer alignedRow() {
        return alignedRow;
    }

    /** {@return {@code [tokens * topK]}, weights of the tokens' experts, input of the experts} */
    public Buffer combineWeights() {
        return combineWeights;
    }

    /** {@return {@code [tokens][hidden]}, output of the experts} */
    public Buffer y() {
        return y;
    }
}
