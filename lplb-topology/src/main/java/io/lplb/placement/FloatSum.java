// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

/**
 * Sum of floats in the order in which PyTorch adds a contiguous row on a CPU. EPLB sums the weights of an expert group
 * that way, and nearly equal sums change places if they are added in another order.
 *
 * <p>A row of at least {@value #LANES} numbers is cut into columns of {@value #LANES} lanes, a shorter one into columns
 * of one lane. The columns are dealt to {@value #STREAMS} streams in turn. A stream adds blocks of its columns, blocks of
 * those blocks, and so on up to {@value #LEVELS} levels (cascade summation, Higham 1993). The streams are added in
 * order, then the numbers that fill no column, then the lanes.
 */
final class FloatSum {
    private static final int LANES = 8;
    private static final int STREAMS = 4;
    private static final int LEVELS = 4;
    private static final int LEAST_BLOCK_BITS = 4;

    private final float[] row;
    private final int from;
    private final int lanes;
    private final int columns;

    private FloatSum(float[] row, int from, int length) {
        this.row = row;
        this.from = from;
        this.lanes = length < LANES ? 1 : LANES;
        this.columns = length / lanes;
    }

    /** Adds {@code length} numbers of a row, from index {@code from} on. */
    static float of(float[] row, int from, int length) {
        FloatSum sum = new FloatSum(row, from, length);
        float total = 0;
        for (int k = sum.columns * sum.lanes; k < length; k++) {
            total += row[from + k];
        }
        for (int lane = 0; lane < sum.lanes; lane++) {
            total += sum.lane(lane);
        }
        return total;
    }

    private float lane(int lane) {
        int perStream = columns / STREAMS;
        float total = stream(lane, 0, perStream);
        for (int column = perStream * STREAMS; column < columns; column++) {
            total += at(lane, column);
        }
        for (int stream = 1; stream < STREAMS; stream++) {
            total += stream(lane, stream, perStream);
        }
        return total;
    }

    private float stream(int lane, int stream, int terms) {
        int termBits = terms <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(terms - 1);
        int blockBits = Math.max(LEAST_BLOCK_BITS, termBits / LEVELS);
        float[] level = new float[LEVELS];
        for (int done = 0; done < terms; ) {
            level[0] += at(lane, done * STREAMS + stream);
            done++;
            // A level that has added a whole block hands its sum to the next one.
            for (int k = 1; k < LEVELS && done % (1L << (k * blockBits)) == 0; k++) {
                level[k] += level[k - 1];
                level[k - 1] = 0;
            }
        }
        float total = level[0];
        for (int k = 1; k < LEVELS; k++) {
            total += level[k];
        }
        return total;
    }

    private float at(int lane, int column) {
        return row[from + column * lanes + lane];
    }
}
