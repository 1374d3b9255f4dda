// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.tornado.kernel.layout.LayoutKernels;
import io.lplb.tornado.kernel.layout.LayoutSizes;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Program that lays out a routed batch for dispatch; {@link LayoutKernels} draws its stages.
 *
 * <p>The size of a run is its number of ids.
 */
public final class LayoutProgram {
    /** Name of the program. */
    public static final String NAME = "layout";

    private static final String KERNELS = "layout.LayoutKernels";

    private final Program program;
    private final int topK;
    private final int slots;
    private final Buffer counting;
    private final Buffer ids;
    private final Buffers layout;

    /**
     * Numbers of a dispatch layout that a placement does not have.
     *
     * @param topK experts per token, at least 1
     * @param ranksPerNode consecutive ranks that share a node, at least 1
     * @param tile rows to a multiple of which the aligned offsets are padded, at least 1
     */
    public record Shape(int topK, int ranksPerNode, int tile) {
        private static final int MOST_TILE = 1 << 16;

        /** Checks the numbers. */
        public Shape {
            require("topK", topK, Integer.MAX_VALUE);
            require("ranksPerNode", ranksPerNode, Integer.MAX_VALUE);
            require("tile", tile, MOST_TILE);
        }

        /**
         * Checks that the pipeline can lay out what it routes.
         *
         * @throws IllegalArgumentException if it cannot
         */
        void requireRouted(int ranks, int slots) {
            require("topK", topK, LayoutSizes.MAX_TOP_K);
            require("ranks", ranks, LayoutSizes.MAX_RANKS);
            require("slots", slots, LayoutSizes.MAX_SLOTS);
        }

        static void require(String what, int value, int most) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(what + ": got " + value + ", expected 1.." + most);
            }
        }
    }

    /**
     * Buffers of a dispatch layout.
     *
     * @param sizes see {@link LayoutSizes}
     * @param tokens {@code [slots | ranks | nodes]}, rows of each slot, tokens of each rank and node
     * @param offsets {@code [slots + 1] | [slots + 1]}, first row of each slot, then the same padded to tiles
     * @param order {@code [rows]}, flat position of each row in the order of destinations
     * @param alignedRow {@code [tokens * topK]}, row of each id in the padded buffer, -1 without a slot
     * @param rankBits {@code [tokens][2]}, bit r % 32 of word r / 32: whether the token has a row on rank r
     */
    public record Buffers(
            Buffer sizes, Buffer tokens, Buffer offsets, Buffer order, Buffer alignedRow, Buffer rankBits) {

        /**
         * Declares the buffers.
         *
         * @param mostIds most ids of a batch
         * @param longIds whether ids have 64 bits, otherwise 32
         */
        public static Buffers of(Shape shape, int ranks, int slotsPerRank, int mostIds, boolean longIds) {
            int slots = ranks * slotsPerRank;
            int perNode = Math.min(ranks, shape.ranksPerNode());
            int[] words = new int[LayoutSizes.COUNT];
            words[LayoutSizes.TOKENS] = mostIds / shape.topK();
            words[LayoutSizes.TOP_K] = shape.topK();
            words[LayoutSizes.RANKS] = ranks;
            words[LayoutSizes.RANKS_PER_NODE] = perNode;
            words[LayoutSizes.SLOTS_PER_RANK] = slotsPerRank;
            words[LayoutSizes.TILE] = shape.tile();
            words[LayoutSizes.ID_SHIFT] = longIds ? 1 : 0;
            return new Buffers(
                    Buffer.ints("layoutSizes", Kind.INPUT, words),
                    Buffer.zeros("tokens", Kind.OUTPUT, Element.INT, slots + LayoutSizes.targets(ranks, perNode)),
                    Buffer.zeros("offsets", Kind.OUTPUT, Element.INT, 2 * (slots + 1)),
                    Buffer.zeros("order", Kind.STATE_OUTPUT, Element.INT, mostIds),
                    Buffer.zeros("alignedRow", Kind.OUTPUT, Element.INT, mostIds),
                    Buffer.zeros("rankBits", Kind.OUTPUT, Element.INT, 2 * Math.max(1, mostIds / shape.topK())));
        }
    }

    /**
     * A program for batches of up to so many tokens.
     *
     * @param ranks number of ranks, at most {@link LayoutSizes#MAX_RANKS}
     * @param ranksPerNode consecutive ranks that share a node, at least 1
     * @param slotsPerRank physical slots on each rank; ranks times slots is at most {@link LayoutSizes#MAX_SLOTS}
     * @param topK experts per token, at least 1
     * @param maxTokens most tokens of a batch, at least 1
     * @param tile rows to a multiple of which the aligned offsets are padded, at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public LayoutProgram(int ranks, int ranksPerNode, int slotsPerRank, int topK, int maxTokens, int tile) {
        this(ranks, ranksPerNode, slotsPerRank, topK, maxTokens, tile, false);
    }

    /**
     * A program for batches of up to so many tokens.
     *
     * @param longIds whether ids have 64 bits, otherwise 32
     * @see #LayoutProgram(int, int, int, int, int, int)
     */
    public LayoutProgram(
            int ranks, int ranksPerNode, int slotsPerRank, int topK, int maxTokens, int tile, boolean longIds) {
        Shape shape = new Shape(topK, ranksPerNode, tile);
        Shape.require("ranks", ranks, LayoutSizes.MAX_RANKS);
        Shape.require("slotsPerRank", slotsPerRank, LayoutSizes.MAX_SLOTS / ranks);
        Shape.require("maxTokens", maxTokens, PipelineSizes.MAX_TOKENS / topK);
        this.topK = topK;
        slots = ranks * slotsPerRank;
        int most = maxTokens * topK;
        int targets = LayoutSizes.targets(ranks, Math.min(ranks, ranksPerNode));
        int mostBlocks = PipelineLayout.blocks(most);
        layout = Buffers.of(shape, ranks, slotsPerRank, most, longIds);
        int[] countWords = new int[PipelineSizes.COUNT];
        countWords[PipelineSizes.EXPERTS] = slots;
        countWords[PipelineSizes.ID_SHIFT] = longIds ? 1 : 0;
        counting = Buffer.ints("counting", Kind.INPUT, countWords);
        ids = ints("ids", Kind.INPUT, longIds ? 2 * most : most);
        Buffer counts = ints("counts", Kind.STATE, ArrayLength.of(mostBlocks, "blocks of tokens", slots + 1, "slots"));
        Buffer place = ints("place", Kind.STATE, most);
        Buffer partial = ints(
                "partial",
                Kind.STATE,
                ArrayLength.of(LayoutSizes.tokenBlocks(maxTokens), "blocks of tokens", targets, "ranks and nodes"));
        IntUnaryOperator blocks = run -> Math.max(1, PipelineLayout.blocks(run));
        IntUnaryOperator countBlocks =
                run -> Math.max(1, PipelineLayout.blocks(run) + LayoutSizes.tokenBlocks(run / topK));
        int columns = LayoutKernels.COLUMNS;
        int sumGroups = Math.ceilDiv(slots, columns) + Math.ceilDiv(targets, columns);
        program = new Program(
                NAME,
                List.of(
                        KernelSpec.of(
                                KERNELS,
                                "countSlots",
                                PipelineLayout.countThreads(slots),
                                countBlocks,
                                layout.sizes(),
                                counting,
                                ids,
                                counts,
                                place,
                                layout.rankBits(),
                                partial),
                        KernelSpec.of(
                                KERNELS,
                                "sumSlots",
                                LayoutKernels.SUM_THREADS,
                                run -> sumGroups,
                                layout.sizes(),
                                counts,
                                partial,
                                layout.tokens()),
                        KernelSpec.of(
                                KERNELS,
                                "placeRows",
                                LayoutKernels.PLACE_THREADS,
                                blocks,
                                layout.sizes(),
                                ids,
                                counts,
                                place,
                                layout.tokens(),
                                layout.offsets(),
                                layout.order(),
                                layout.alignedRow())));
    }

    private static Buffer ints(String name, Kind kind, int length) {
        return Buffer.zeros(name, kind, Element.INT, length);
    }

    /** {@return the program} */
    public Program program() {
        return program;
    }

    /** {@return the experts per token} */
    public int topK() {
        return topK;
    }

    /** {@return the number of physical slots} */
    public int slots() {
        return slots;
    }

    /** {@return the sizes of counting; the number of ids is written at {@link PipelineSizes#TOKENS} before a run} */
    public Buffer counting() {
        return counting;
    }

    /** {@return the sizes, {@link LayoutSizes}; the number of tokens is written at {@link LayoutSizes#TOKENS} before a run} */
    public Buffer sizes() {
        return layout.sizes();
    }

    /** {@return {@code [tokens * topK]}, physical slots, -1 for none} */
    public Buffer ids() {
        return ids;
    }

    /** {@return {@code [tokens][2]}, bit r % 32 of word r / 32: whether the token has a row on rank r} */
    public Buffer rankBits() {
        return layout.rankBits();
    }

    /** {@return {@code [slots | ranks | nodes]}, rows of each slot, tokens of each rank and node} */
    public Buffer tokens() {
        return layout.tokens();
    }

    /** {@return {@code [slots + 1] | [slots + 1]}, first row of each slot, then the same padded to tiles} */
    public Buffer offsets() {
        return layout.offsets();
    }

    /** {@return {@code [rows]}, flat position of each row in the order of destinations} */
    public Buffer order() {
        return layout.order();
    }

    /** {@return {@code [tokens * topK]}, row of each id in the padded buffer, -1 without a slot} */
    public Buffer alignedRow() {
        return layout.alignedRow();
    }
}
