// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.experts;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Gate, grouped GEMM of SwiGLU experts and combine over rows that a dispatch layout has padded to tiles of {@link RowProduct#ROWS} rows:
 * every tile belongs to one slot.
 *
 * <pre>
 *   logits    l[token][e]  = x[token] . gate[e]
 *   choose    ids, weights = the topK largest logits of a token and their softmax
 *   gateUp    h[row][j]    = silu(x[token of row] . gate[expert][j]) * (x[token of row] . up[expert][j])
 *   down      out[row][i]  = h[row] . down[expert][i]
 *   combine   y[token][i]  = sum over k of weight[token][k] * out[row of (token, k)][i]
 * </pre>
 *
 * <p>Products are {@link RowProduct}s in 32-bit arithmetic, without tensor cores. Replicas share their expert's weights. Sizes that are no
 * multiple of a tile are padded with zeros.
 */
public final class ExpertKernels {
    /** Threads of {@link #choose} and {@link #combine}. */
    public static final int SIMPLE_THREADS = 256;

    /** Columns of a work-group of {@link #gateUp}: as many of gate as of up. */
    public static final int GATE_COLUMNS = RowProduct.COLUMNS / 2;

    /** Less than every logit. */
    private static final float LEAST = -1e30f;

    private static final int EACH = RowProduct.EACH;
    private static final int STEP = RowProduct.STEP;

    private ExpertKernels() {}

    /**
     * Logits of the gate; work-groups: row tiles of the tokens times column tiles of the experts.
     *
     * @param sizes see {@link ExpertSizes}
     * @param x {@code [tokens][hidden]}
     * @param gate {@code [experts][hidden]}
     * @param logits {@code [tokens][experts]}, overwritten
     */
    public static void logits(KernelContext context, IntArray sizes, FloatArray x, FloatArray gate, FloatArray logits) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int hidden = sizes.get(ExpertSizes.HIDDEN);
        int experts = sizes.get(ExpertSizes.EXPERTS);
        int tokens = sizes.get(ExpertSizes.TOKENS);
        int columnTiles = (experts + RowProduct.COLUMNS - 1) / RowProduct.COLUMNS;
        if (group > (tokens + RowProduct.ROWS - 1) / RowProduct.ROWS * columnTiles - 1) {
            return;
        }
        int[] rowAt = context.allocateIntLocalArray(RowProduct.ROWS);
        int[] columnAt = context.allocateIntLocalArray(RowProduct.COLUMNS);
        float[] left = context.allocateFloatLocalArray(RowProduct.LEFT);
        float[] right = context.allocateFloatLocalArray(RowProduct.RIGHT);
        int row = group / columnTiles * RowProduct.ROWS;
        int column = group % columnTiles * RowProduct.COLUMNS;
        if (thread < RowProduct.ROWS) {
            rowAt[thread] = row + thread < tokens ? (row + thread) * hidden : -1;
        }
        columnAt[thread] = column + thread < experts ? (column + thread) * hidden : -1;
        context.localBarrier();
        RowProduct product = new RowProduct();
        product.multiply(context, thread, x, rowAt, gate, columnAt, hidden, left, right);
        int first = row + thread / STEP * EACH;
        int at = column + thread % STEP;
        write(product.r0, logits, first, at, tokens, experts);
        write(product.r1, logits, first + 1, at, tokens, experts);
        write(product.r2, logits, first + 2, at, tokens, experts);
        write(product.r3, logits, first + 3, at, tokens, experts);
        write(product.r4, logits, first + 4, at, tokens, experts);
        write(product.r5, logits, first + 5, at, tokens, experts);
        write(product.r6, logits, first + 6, at, tokens, experts);
        write(product.r7, logits, first + 7, at, tokens, experts);
    }

    /** Writes a thread's eight columns of a row, as far as they exist. */
    private static void write(EightFloats values, FloatArray to, int row, int column, int rows, int columns) {
        if (row < rows) {
            write(to, row * columns, column, columns, values.x0);
            write(to, row * columns, column + STEP, columns, values.x1);
            write(to, row * columns, column + 2 * STEP, columns, values.x2);
            write(to, row * columns, column + 3 * STEP, columns, values.x3);
            write(to, row * columns, column + 4 * STEP, columns, values.x4);
            write(to, row * columns, column + 5 * STEP, columns, values.x5);
            write(to, row * columns, column + 6 * STEP, columns, values.x6);
            write(to, row * columns, column + 7 * STEP, columns, values.x7);
        }
    }

    private static void write(FloatArray to, int begin, int column, int columns, float value) {
        if (column < columns) {
            to.set(begin + column, value);
        }
    }

    /**
     * Choice of every token's experts by the largest logits, of equal ones the first; a thread per token.
     *
     * @param sizes see {@link ExpertSizes}
     * @param logits {@code [tokens][experts]}
     * @param ids {@code [tokens * topK]}, overwritten
     * @param weights {@code [tokens * topK]}, overwritten
     */
    public static void choose(
            KernelContext context, IntArray sizes, FloatArray logits, IntArray ids, FloatArray weights) {
        int token = context.groupIdx * context.localGroupSizeX + context.localIdx;
        int experts = sizes.get(ExpertSizes.EXPERTS);
        int topK = sizes.get(ExpertSizes.TOP_K);
        if (token > sizes.get(ExpertSizes.TOKENS) - 1) {
            return;
        }
        int begin = token * experts;
        float largest = logits.get(begin);
        for (int e = 1; e < experts; e++) {
            largest = TornadoMath.max(largest, logits.get(begin + e));
        }
        float all = 0f;
        for (int e = 0; e < experts; e++) {
            all += TornadoMath.exp(logits.get(begin + e) - largest);
        }
        float chosen = 0f;
        for (int k = 0; k < topK; k++) {
            float best = LEAST;
            int bestId = 0;
            for (int e = 0; e < experts; e++) {
                // One comparison each: TornadoVM's CUDA backend loses negations of conditions that it combines.
                float taken = 0f;
                for (int j = 0; j < k; j++) {
                    taken += ids.get(token * topK + j) == e ? 1f : 0f;
                }
                float logit = logits.get(begin + e) + taken * LEAST;
                bestId = logit > best ? e : bestId;
                best = TornadoMath.max(best, logit);
            }
            float part = TornadoMath.exp(best - largest);
            chosen += part;
            ids.set(token * topK + k, bestId);
            weights.set(token * topK + k, part);
        }
        float total = sizes.get(ExpertSizes.NORMALISED) == 1 ? chosen : all;
        for (int k = 0; k < topK; k++) {
            weights.set(token * topK + k, weights.get(token * topK + k) / total);
        }
    }

    /**
     * First product and activation; work-groups: row tiles times column tiles of the intermediate size.
     *
     * @param sizes see {@link ExpertSizes}
     * @param slotOfTile {@code [row tiles of all ranks]}, slot of each row tile
     * @param expertOfSlot {@code [slots]}
     * @param offsets {@code [slots + 1] | [slots + 1]}, as the dispatch layout has them
     * @param order {@code [rows]}, flat position of each row before padding
     * @param x {@code [tokens][hidden]}
     * @param weights {@code [experts][2 * intermediate][hidden]}, gate then up
     * @param h {@code [aligned rows][intermediate]}, written for the row tiles
     */
    public static void gateUp(
            KernelContext context,
            IntArray sizes,
            IntArray slotOfTile,
            IntArray expertOfSlot,
            IntArray offsets,
            IntArray order,
            FloatArray x,
            FloatArray weights,
            FloatArray h) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int hidden = sizes.get(ExpertSizes.HIDDEN);
        int intermediate = sizes.get(ExpertSizes.INTERMEDIATE);
        int columnTiles = (intermediate + GATE_COLUMNS - 1) / GATE_COLUMNS;
        if (group > sizes.get(ExpertSizes.ROW_TILES) * columnTiles - 1) {
            return;
        }
        int[] rowAt = context.allocateIntLocalArray(RowProduct.ROWS);
        int[] columnAt = context.allocateIntLocalArray(RowProduct.COLUMNS);
        float[] left = context.allocateFloatLocalArray(RowProduct.LEFT);
        float[] right = context.allocateFloatLocalArray(RowProduct.RIGHT);
        int slots = sizes.get(ExpertSizes.SLOTS);
        int topK = sizes.get(ExpertSizes.TOP_K);
        int tile = sizes.get(ExpertSizes.FIRST_TILE) + group / columnTiles;
        int column = group % columnTiles * GATE_COLUMNS;
        int slot = slotOfTile.get(tile);
        int row = tile * RowProduct.ROWS;
        if (thread < RowProduct.ROWS) {
            int inSlot = row + thread - offsets.get(slots + 1 + slot);
            int from = offsets.get(slot) + inSlot;
            int token = from < offsets.get(slot + 1) ? order.get(from) / topK : -1;
            rowAt[thread] = token > -1 ? token * hidden : -1;
        }
        int j = column + thread % GATE_COLUMNS;
        int base = expertOfSlot.get(slot) * 2 * intermediate;
        columnAt[thread] = j < intermediate ? (base + thread / GATE_COLUMNS * intermediate + j) * hidden : -1;
        context.localBarrier();
        RowProduct product = new RowProduct();
        product.multiply(context, thread, x, rowAt, weights, columnAt, hidden, left, right);
        int first = row + thread / STEP * EACH;
        int at = column + thread % STEP;
        activate(product.r0, h, first, at, intermediate);
        activate(product.r1, h, first + 1, at, intermediate);
        activate(product.r2, h, first + 2, at, intermediate);
        activate(product.r3, h, first + 3, at, intermediate);
        activate(product.r4, h, first + 4, at, intermediate);
        activate(product.r5, h, first + 5, at, intermediate);
        activate(product.r6, h, first + 6, at, intermediate);
        activate(product.r7, h, first + 7, at, intermediate);
    }

    /** A thread has four columns of gate, and the same of up. */
    private static void activate(EightFloats values, FloatArray h, int row, int column, int intermediate) {
        int begin = row * intermediate;
        write(h, begin, column, intermediate, swiGlu(values.x0, values.x4));
        write(h, begin, column + STEP, intermediate, swiGlu(values.x1, values.x5));
        write(h, begin, column + 2 * STEP, intermediate, swiGlu(values.x2, values.x6));
        write(h, begin, column + 3 * STEP, intermediate, swiGlu(values.x3, values.x7));
    }

    private static float swiGlu(float gate, float up) {
        return gate / (1f + TornadoMath.exp(0f - gate)) * up;
    }

    /**
     * Second product; work-groups: row tiles times column tiles of the hidden size.
     *
     * @param sizes see {@link ExpertSizes}
     * @param slotOfTile {@code [row tiles of all ranks]}, slot of each row tile
     * @param expertOfSlot {@code [slots]}
     * @param h {@code [aligned rows][intermediate]}
     * @param weights {@code [experts][hidden][intermediate]}
     * @param out {@code [aligned rows][hidden]}, written for the row tiles
     */
    public static void down(
            KernelContext context,
            IntArray sizes,
            IntArray slotOfTile,
            IntArray expertOfSlot,
            FloatArray h,
            FloatArray weights,
            FloatArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int hidden = sizes.get(ExpertSizes.HIDDEN);
        int intermediate = sizes.get(ExpertSizes.INTERMEDIATE);
        int columnTiles = (hidden + RowProduct.COLUMNS - 1) / RowProduct.COLUMNS;
        int tiles = sizes.get(ExpertSizes.ROW_TILES);
        if (group > tiles * columnTiles - 1) {
            return;
        }
        int[] rowAt = context.allocateIntLocalArray(RowProduct.ROWS);
        int[] columnAt = context.allocateIntLocalArray(RowProduct.COLUMNS);
        float[] left = context.allocateFloatLocalArray(RowProduct.LEFT);
        float[] right = context.allocateFloatLocalArray(RowProduct.RIGHT);
        int tile = sizes.get(ExpertSizes.FIRST_TILE) + group / columnTiles;
        int column = group % columnTiles * RowProduct.COLUMNS;
        int row = tile * RowProduct.ROWS;
        if (thread < RowProduct.ROWS) {
            rowAt[thread] = (row + thread) * intermediate;
        }
        int base = expertOfSlot.get(slotOfTile.get(tile)) * hidden;
        columnAt[thread] = column + thread < hidden ? (base + column + thread) * intermediate : -1;
        context.localBarrier();
        RowProduct product = new RowProduct();
        product.multiply(context, thread, h, rowAt, weights, columnAt, intermediate, left, right);
        int first = row + thread / STEP * EACH;
        int rows = row + RowProduct.ROWS;
        int at = column + thread % STEP;
        write(product.r0, out, first, at, rows, hidden);
        write(product.r1, out, first + 1, at, rows, hidden);
        write(product.r2, out, first + 2, at, rows, hidden);
        write(product.r3, out, first + 3, at, rows, hidden);
        write(product.r4, out, first + 4, at, rows, hidden);
        write(product.r5, out, first + 5, at, rows, hidden);
        write(product.r6, out, first + 6, at, rows, hidden);
        write(product.r7, out, first + 7, at, rows, hidden);
    }

    /**
     * Gathers the experts' outputs by token; one thread per value of y.
     *
     * @param sizes see {@link ExpertSizes}
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
        int hidden = sizes.get(ExpertSizes.HIDDEN);
        int topK = sizes.get(ExpertSizes.TOP_K);
        if (at > sizes.get(ExpertSizes.TOKENS) * hidden - 1) {
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
