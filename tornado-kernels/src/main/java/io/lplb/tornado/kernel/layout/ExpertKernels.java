// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Grouped GEMM of SwiGLU experts over rows that {@link LayoutKernels} laid out, padded to tiles of {@link #TILE} rows: every
 * tile of rows belongs to one slot.
 *
 * <pre>
 *   gateUp    h[row][j]   = silu(x[token of row] . gate[slot][j]) * (x[token of row] . up[slot][j])
 *   down      out[row][i] = h[row] . down[slot][i]
 *   combine   y[token][i] = sum over k of weight[token][k] * out[row of (token, k)][i]
 * </pre>
 *
 * <p>A work-group computes {@link #TILE} rows times {@link #TILE} columns with one thread per value, from tiles in local memory
 * (the blocked product of Golub and Van Loan, Matrix Computations, 1.3). Sizes that are no multiple of the tile are padded
 * with zeros. Plain 32-bit arithmetic: for checking a plan on any device, not for the speed of a tensor core.
 */
public final class ExpertKernels {
    /** Rows and columns of a work-group. */
    public static final int TILE = 16;

    /** Threads of a work-group of {@link #gateUp} and {@link #down}. */
    public static final int THREADS = TILE * TILE;

    /** Place of the hidden size in the sizes. */
    public static final int HIDDEN = 0;

    /** Place of the intermediate size in the sizes. */
    public static final int INTERMEDIATE = 1;

    /** Place of the number of row tiles in the sizes: those of one rank, or of all. */
    public static final int ROW_TILES = 2;

    /** Place of the first row tile in the sizes. */
    public static final int FIRST_TILE = 3;

    /** Place of the number of tokens in the sizes. */
    public static final int TOKENS = 4;

    /** Place of the experts per token in the sizes. */
    public static final int TOP_K = 5;

    /** Length of the sizes. */
    public static final int COUNT = 8;

    private ExpertKernels() {}

    /**
     * First product and activation; work-groups: row tiles times column tiles of the intermediate size.
     *
     * @param sizes as the constants of this class say
     * @param slotOfTile {@code [row tiles of all ranks]}, slot of each row tile
     * @param tokenOfRow {@code [aligned rows]}, token of each row, -1 for padding
     * @param x {@code [tokens][hidden]}
     * @param weights {@code [slots][2 * intermediate][hidden]}, gate then up
     * @param h {@code [aligned rows][intermediate]}, written for the row tiles
     */
    public static void gateUp(
            KernelContext context,
            IntArray sizes,
            IntArray slotOfTile,
            IntArray tokenOfRow,
            FloatArray x,
            FloatArray weights,
            FloatArray h) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int hidden = sizes.get(HIDDEN);
        int intermediate = sizes.get(INTERMEDIATE);
        int columnTiles = (intermediate + TILE - 1) / TILE;
        if (group > sizes.get(ROW_TILES) * columnTiles - 1) {
            return;
        }
        float[] left = context.allocateFloatLocalArray(THREADS);
        float[] gate = context.allocateFloatLocalArray(THREADS);
        float[] up = context.allocateFloatLocalArray(THREADS);
        int rowTile = sizes.get(FIRST_TILE) + group / columnTiles;
        int column = group % columnTiles * TILE;
        int ty = thread / TILE;
        int tx = thread % TILE;
        int row = rowTile * TILE + ty;
        int token = tokenOfRow.get(row);
        int base = slotOfTile.get(rowTile) * 2 * intermediate * hidden;
        // A thread loads row ty of the left tile and column ty of the right ones, each at position tx.
        int loaded = column + ty;
        float g = 0f;
        float u = 0f;
        for (int k = 0; k < hidden; k += TILE) {
            boolean inside = k + tx < hidden;
            left[thread] = inside && token > -1 ? x.get(token * hidden + k + tx) : 0f;
            boolean column1 = inside && loaded < intermediate;
            gate[thread] = column1 ? weights.get(base + loaded * hidden + k + tx) : 0f;
            up[thread] = column1 ? weights.get(base + (intermediate + loaded) * hidden + k + tx) : 0f;
            context.localBarrier();
            for (int j = 0; j < TILE; j++) {
                float value = left[ty * TILE + j];
                g += value * gate[tx * TILE + j];
                u += value * up[tx * TILE + j];
            }
            context.localBarrier();
        }
        if (column + tx < intermediate) {
            h.set(row * intermediate + column + tx, g / (1f + TornadoMath.exp(0f - g)) * u);
        }
    }

    /**
     * Second product; work-groups: row tiles times column tiles of the hidden size.
     *
     * @param sizes as the constants of this class say
     * @param slotOfTile {@code [row tiles of all ranks]}, slot of each row tile
     * @param h {@code [aligned rows][intermediate]}
     * @param weights {@code [slots][hidden][intermediate]}
     * @param out {@code [aligned rows][hidden]}, written for the row tiles
     */
    public static void down(
            KernelContext context,
            IntArray sizes,
            IntArray slotOfTile,
            FloatArray h,
            FloatArray weights,
            FloatArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int hidden = sizes.get(HIDDEN);
        int intermediate = sizes.get(INTERMEDIATE);
        int columnTiles = (hidden + TILE - 1) / TILE;
        if (group > sizes.get(ROW_TILES) * columnTiles - 1) {
            return;
        }
        float[] left = context.allocateFloatLocalArray(THREADS);
        float[] right = context.allocateFloatLocalArray(THREADS);
        int rowTile = sizes.get(FIRST_TILE) + group / columnTiles;
        int column = group % columnTiles * TILE;
        int ty = thread / TILE;
        int tx = thread % TILE;
        int row = rowTile * TILE + ty;
        int base = slotOfTile.get(rowTile) * hidden * intermediate;
        int loaded = column + ty;
        float sum = 0f;
        for (int k = 0; k < intermediate; k += TILE) {
            boolean inside = k + tx < intermediate;
            left[thread] = inside ? h.get(row * intermediate + k + tx) : 0f;
            right[thread] = inside && loaded < hidden ? weights.get(base + loaded * intermediate + k + tx) : 0f;
            context.localBarrier();
            for (int j = 0; j < TILE; j++) {
                sum += left[ty * TILE + j] * right[tx * TILE + j];
            }
            context.localBarrier();
        }
        if (column + tx < hidden) {
            out.set(row * hidden + column + tx, sum);
        }
    }

    /**
     * Gathers the experts' outputs by token; one thread per value of y.
     *
     * @param sizes as the constants of this class say
     * @param alignedRow {@code [tokens * topK]}, row of each id, -1 without a slot
     * @param weights {@code [tokens * topK]}, combine weights in the tokens' order
     * @param out {@code [aligned rows][hidden]}
     * @param y {@code [tokens][hidden]}, overwritten
     */
    public static void combine(
            KernelContext context,
            IntArray sizes,
            IntArray alignedRow,
            FloatArray weights,
            FloatArray out,
            FloatArray y) {
        int at = context.groupIdx * context.localGroupSizeX + context.localIdx;
        int hidden = sizes.get(HIDDEN);
        int topK = sizes.get(TOP_K);
        if (at > sizes.get(TOKENS) * hidden - 1) {
            return;
        }
        int token = at / hidden;
        int column = at % hidden;
        float sum = 0f;
        for (int k = 0; k < topK; k++) {
            int row = alignedRow.get(token * topK + k);
            float value = row > -1 ? out.get(row * hidden + column) : 0f;
            sum += weights.get(token * topK + k) * value;
        }
        y.set(at, sum);
    }
}
