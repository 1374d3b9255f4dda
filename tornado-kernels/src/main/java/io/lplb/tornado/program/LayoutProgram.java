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
    private final Buffer sizes;
    private final Buffer ids;
    private final Buffer rankBits;
    private final Buffer tokens;
    private final Buffer offsets;
    private final Buffer order;
    private final Buffer alignedRow;

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
        require("ranks", ranks, LayoutSizes.MAX_RANKS);
        require("ranksPerNode", ranksPerNode, Integer.MAX_VALUE);
        require("slotsPerRank", slotsPerRank, LayoutSizes.MAX_SLOTS / ranks);
        require("topK", topK, Integer.MAX_VALUE);
        require("maxTokens", maxTokens, PipelineSizes.MAX_TOKENS / topK);
        require("tile", tile, 1 << 16);
        this.topK = topK;
        slots = ranks * slotsPerRank;
        int most = maxTokens * topK;
        int targets = ranks + Math.ceilDiv(ranks, ranksPerNode);
        int mostBlocks = PipelineLayout.blocks(most);
        int[] words = new int[LayoutSizes.COUNT];
        words[LayoutSizes.TOP_K] = topK;
        words[LayoutSizes.RANKS] = ranks;
        words[LayoutSizes.RANKS_PER_NODE] = Math.min(ranks, ranksPerNode);
        words[LayoutSizes.SLOTS_PER_RANK] = slotsPerRank;
        words[LayoutSizes.TILE] = tile;
        words[LayoutSizes.ID_SHIFT] = longIds ? 1 : 0;
        words[LayoutSizes.PARTS] = LayoutSizes.parts(slots);
        int[] countWords = new int[PipelineSizes.COUNT];
        countWords[PipelineSizes.EXPERTS] = slots;
        countWords[PipelineSizes.ID_SHIFT] = words[LayoutSizes.ID_SHIFT];
        counting = Buffer.ints("counting", Kind.INPUT, countWords);
        sizes = Buffer.ints("sizes", Kind.INPUT, words);
        ids = ints("ids", Kind.INPUT, longIds ? 2 * most : most);
        rankBits = ints("rankBits", Kind.OUTPUT, 2 * maxTokens);
        tokens = ints("tokens", Kind.OUTPUT, slots + targets);
        offsets = ints("offsets", Kind.OUTPUT, 2 * (slots + 1));
        order = ints("order", Kind.STATE_OUTPUT, most);
        alignedRow = ints("alignedRow", Kind.OUTPUT, most);
        Buffer counts = ints("counts", Kind.STATE, ArrayLength.of(mostBlocks, "blocks of tokens", slots + 1, "slots"));
        Buffer place = ints("place", Kind.STATE, most);
        Buffer partial = ints(
                "partial",
                Kind.STATE,
                ArrayLength.of(LayoutSizes.tokenBlocks(maxTokens), "blocks of tokens", targets, "ranks and nodes"));
        IntUnaryOperator blocks = run -> Math.max(1, PipelineLayout.blocks(run));
        IntUnaryOperator countBlocks =
                run -> Math.max(1, PipelineLayout.blocks(run) + LayoutSizes.tokenBlocks(run / topK));
        program = new Program(
                NAME,
                List.of(
                        KernelSpec.of(
                                KERNELS,
                                "countSlots",
                                PipelineLayout.countThreads(slots),
                                countBlocks,
                                sizes,
                                counting,
                                ids,
                                counts,
                                place,
                                rankBits,
                                partial),
                        KernelSpec.of(
                                KERNELS,
                                "placeRows",
                                LayoutKernels.PLACE_THREADS,
                                blocks,
                                sizes,
                                ids,
                                counts,
                                place,
                                partial,
                                tokens,
                                offsets,
                                order,
                                alignedRow)));
    }

    private static void require(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(what + ": got " + value + ", expected 1.." + most);
        }
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
        return sizes;
    }

    /** {@return {@code [tokens * topK]}, physical slots, -1 for none} */
    public Buffer ids() {
        return ids;
    }

    /** {@return {@code [tokens][2]}, bit r % 32 of word r / 32: whether the token has a row on rank r} */
    public Buffer rankBits() {
        return rankBits;
    }

    /** {@return {@code [slots | ranks | nodes]}, rows of each slot, tokens of each rank and node} */
    public Buffer tokens() {
        return tokens;
    }

    /** {@return {@code [slots + 1] | [slots + 1]}, first row of each slot, then the same padded to tiles} */
    public Buffer offsets() {
        return offsets;
    }

    /** {@return {@code [rows]}, flat position of each row in the order of destinations} */
    public Buffer order() {
        return order;
    }

    /** {@return {@code [tokens * topK]}, row of each id in the padded buffer, -1 without a slot} */
    public Buffer alignedRow() {
        return alignedRow;
    }
}
