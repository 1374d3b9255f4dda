// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.dispatch;

import java.util.Arrays;

/**
 * Layout of a routed batch for dispatch and grouped GEMM: what DeepEP's {@code get_dispatch_layout} returns, and the
 * permutation that brings the batch into the order of its destinations.
 *
 * <p>The batch is {@code [tokens][topK]} physical ids, flat; -1 is padding or a token without a covered expert. Physical id
 * p lies on rank {@code p / slotsPerRank}, as in {@link io.lplb.placement.ExpertPlacement}. A routed id is called a row.
 *
 * <pre>
 *   ids            | t0: 7 2 | t1: 2 -1 | t2: 0 7 |          2 slots per rank, tile 2
 *   tokensPerSlot  0:1  2:2  7:2        offsets 0 1 1 3 3 3 3 3 5
 *   order          4 | 1 2 | 0 5                              flat positions by slot, stable
 *   alignedOffsets 0 2 2 4 4 4 4 4 6                          every slot starts at a multiple of the tile
 *   alignedRow     t0: 4 2 | t1: 3 -1 | t2: 0 5               the same rows in the padded buffer
 * </pre>
 *
 * <p>The arrays are the layout's own and are overwritten by every {@link #compute}; positions beyond the batch are stale.
 * Not thread-safe. {@link #compute} and {@link #permute} allocate nothing.
 *
 * <p>Algorithm: counting sort (Knuth, TAOCP 3, 5.2) with one stamp per rank and node, so that a token counts once there.
 */
public final class DispatchLayout {
    private final int ranks;
    private final int ranksPerNode;
    private final int slotsPerRank;
    private final int slots;
    private final int topK;
    private final int maxTokens;
    private final int tile;
    private final int[] id;
    private final int[] tokensPerRank;
    private final int[] tokensPerNode;
    private final int[] tokensPerSlot;
    private final boolean[] tokenInRank;
    private final int[] offset;
    private final int[] alignedOffset;
    private final int[] order;
    private final int[] alignedRow;
    private final int[] rankStamp;
    private final int[] nodeStamp;
    private final int[] next;
    private int tokens;

    /**
     * A layout for batches of up to so many tokens.
     *
     * @param ranks number of ranks, at least 1
     * @param ranksPerNode consecutive ranks that share a node, at least 1; the last node may have fewer
     * @param slotsPerRank physical experts on each rank, at least 1
     * @param topK experts per token, at least 1
     * @param maxTokens most tokens of a batch, at least 0
     * @param tile rows to a multiple of which the aligned offsets are padded, at least 1
     * @throws IllegalArgumentException if a number is out of range or the arrays would be too large
     */
    public DispatchLayout(int ranks, int ranksPerNode, int slotsPerRank, int topK, int maxTokens, int tile) {
        this.ranks = requireAtLeast("ranks", ranks, 1);
        this.ranksPerNode = requireAtLeast("ranksPerNode", ranksPerNode, 1);
        this.slotsPerRank = requireAtLeast("slotsPerRank", slotsPerRank, 1);
        this.topK = requireAtLeast("topK", topK, 1);
        this.maxTokens = requireAtLeast("maxTokens", maxTokens, 0);
        this.tile = requireAtLeast("tile", tile, 1);
        slots = requireSize("slots", (long) ranks * slotsPerRank);
        int rows = requireSize("rows", (long) maxTokens * topK);
        requireSize("aligned rows", rows + (long) slots * (tile - 1));
        id = new int[rows];
        order = new int[rows];
        alignedRow = new int[rows];
        tokenInRank = new boolean[requireSize("tokens times ranks", (long) maxTokens * ranks)];
        tokensPerRank = new int[ranks];
        tokensPerNode = new int[Math.ceilDiv(ranks, ranksPerNode)];
        tokensPerSlot = new int[slots];
        offset = new int[slots + 1];
        alignedOffset = new int[slots + 1];
        next = new int[slots];
        rankStamp = new int[ranks];
        nodeStamp = new int[tokensPerNode.length];
    }

    private static int requireAtLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(what + ": got " + value + ", expected at least " + least);
        }
        return value;
    }

    private static int requireSize(String what, long size) {
        if (size > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException(what + ": got " + size + ", expected less than 2^31");
        }
        return (int) size;
    }

    /**
     * Computes the layout of a batch.
     *
     * @param ids {@code [tokens * topK]} physical ids, token after token; -1 for no destination
     * @throws IllegalArgumentException if the length is no multiple of topK, the batch has too many tokens, or an id is
     *     below -1 or names no slot; nothing has changed then
     */
    public void compute(int[] ids) {
        requireLength(ids.length);
        for (int k = 0; k < ids.length; k++) {
            requireId(k, ids[k]);
        }
        System.arraycopy(ids, 0, id, 0, ids.length);
        compute(ids.length / topK);
    }

    /**
     * Computes the layout of a batch with 64-bit ids, as PyTorch's top-k gives them.
     *
     * @param ids {@code [tokens * topK]} physical ids, token after token; -1 for no destination
     * @throws IllegalArgumentException as with 32-bit ids
     */
    public void compute(long[] ids) {
        requireLength(ids.length);
        for (int k = 0; k < ids.length; k++) {
            requireId(k, ids[k]);
        }
        for (int k = 0; k < ids.length; k++) {
            id[k] = (int) ids[k];
        }
        compute(ids.length / topK);
    }

    private void requireLength(int length) {
        if (length % topK != 0 || length / topK > maxTokens) {
            throw new IllegalArgumentException("ids: got length " + length + ", expected a multiple of topK " + topK
                    + " for at most " + maxTokens + " tokens");
        }
    }

    private void requireId(int at, long physical) {
        if (physical < -1 || physical >= slots) {
            throw new IllegalArgumentException(
                    "ids[" + at + "]: got slot " + physical + ", expected -1 or 0.." + (slots - 1));
        }
    }

    private void compute(int newTokens) {
        tokens = newTokens;
        Arrays.fill(tokensPerRank, 0);
        Arrays.fill(tokensPerNode, 0);
        Arrays.fill(tokensPerSlot, 0);
        Arrays.fill(rankStamp, -1);
        Arrays.fill(nodeStamp, -1);
        Arrays.fill(tokenInRank, 0, tokens * ranks, false);
        for (int t = 0; t < tokens; t++) {
            count(t);
        }
        for (int p = 0; p < slots; p++) {
            next[p] = offset[p];
            offset[p + 1] = offset[p] + tokensPerSlot[p];
            alignedOffset[p + 1] = alignedOffset[p] + Math.ceilDiv(tokensPerSlot[p], tile) * tile;
        }
        for (int k = 0; k < tokens * topK; k++) {
            int p = id[k];
            if (p >= 0) {
                int at = next[p]++;
                order[at] = k;
                alignedRow[k] = alignedOffset[p] + at - offset[p];
            } else {
                alignedRow[k] = -1;
            }
        }
    }

    private void count(int token) {
        for (int k = token * topK; k < (token + 1) * topK; k++) {
            int p = id[k];
            if (p >= 0) {
                tokensPerSlot[p]++;
                int r = p / slotsPerRank;
                if (rankStamp[r] != token) {
                    rankStamp[r] = token;
                    tokensPerRank[r]++;
                    tokenInRank[token * ranks + r] = true;
                    int node = r / ranksPerNode;
                    tokensPerNode[node] += nodeStamp[node] == token ? 0 : 1;
                    nodeStamp[node] = token;
                }
            }
        }
    }

    /**
     * Brings a value of every row, such as its combine weight, into the order of destinations.
     *
     * @param values {@code [tokens * topK]}, token after token
     * @param out at least {@link #rows()} long; value k is that of row {@code order[k]}
     * @throws IllegalArgumentException if an array is too short; nothing has been written then
     */
    public void permute(float[] values, float[] out) {
        int rows = rows();
        if (values.length < tokens * topK || out.length < rows) {
            throw new IllegalArgumentException("values and out: got lengths " + values.length + " and " + out.length
                    + ", expected at least " + tokens * topK + " and " + rows);
        }
        for (int k = 0; k < rows; k++) {
            out[k] = values[order[k]];
        }
    }

    /** {@return the number of tokens of the last batch} */
    public int tokens() {
        return tokens;
    }

    /** {@return the number of rows of the last batch: its ids without -1} */
    public int rows() {
        return offset[slots];
    }

    /** {@return the rows of the padded buffer of the last batch} */
    public int alignedRows() {
        return alignedOffset[slots];
    }

    /** {@return {@code [ranks]}, tokens with at least one row on the rank; the array itself} */
    public int[] tokensPerRank() {
        return tokensPerRank;
    }

    /** {@return {@code [nodes]}, tokens with at least one row on the node; the array itself} */
    public int[] tokensPerNode() {
        return tokensPerNode;
    }

    /** {@return {@code [slots]}, rows of each physical expert; the array itself} */
    public int[] tokensPerSlot() {
        return tokensPerSlot;
    }

    /** {@return {@code [maxTokens * ranks]}, whether a token has a row on a rank, token after token; the array itself} */
    public boolean[] tokenInRank() {
        return tokenInRank;
    }

    /** {@return {@code [slots + 1]}, first row of each slot in the order of destinations; the array itself} */
    public int[] offsets() {
        return offset;
    }

    /** {@return {@code [slots + 1]}, first row of each slot in the padded buffer; the array itself} */
    public int[] alignedOffsets() {
        return alignedOffset;
    }

    /** {@return flat positions {@code token * topK + k} in the order of destinations, {@link #rows()} of them; the array itself} */
    public int[] order() {
        return order;
    }

    /** {@return the row in the padded buffer of every flat position, -1 without destination; the array itself} */
    public int[] alignedRow() {
        return alignedRow;
    }
}
