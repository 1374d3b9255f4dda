// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads NumPy's .npy files of token counts: {@code [cases, experts]} or {@code [cases, sources, experts]}; see
 * {@link NpyArray} for the format.
 *
 * <p>Limits: 65,536 cases, 4,096 sources, 65,536 experts, 2^31 - 1 tokens per count and per expert of a case.
 */
public final class LoadReader {
    private static final int CASE_LIMIT = 1 << 16;
    private static final int SOURCE_LIMIT = 1 << 12;
    private static final int EXPERT_LIMIT = 1 << 16;

    private LoadReader() {}

    /**
     * Reads the counts of all sources together.
     *
     * @return {@code [cases][experts]}
     * @throws FormatException naming the file, if it is not a .npy file of counts as described above
     * @throws IOException if it cannot be read
     */
    public static long[][] read(Path file) throws IOException {
        int[][] bySource = readBySource(file);
        long[][] totals = new long[bySource.length][];
        int experts = NpyArray.open(file, LoadReader::checkShape, LoadReader::experts);
        for (int c = 0; c < totals.length; c++) {
            totals[c] = total(bySource[c], experts);
        }
        return totals;
    }

    /**
     * Adds the counts of all sources.
     *
     * @param bySource {@code [sources * experts]}
     * @return {@code [experts]}
     */
    public static long[] total(int[] bySource, int experts) {
        long[] total = new long[experts];
        for (int k = 0; k < bySource.length; k++) {
            total[k % experts] += bySource[k];
        }
        return total;
    }

    /**
     * Reads the counts of every source.
     *
     * @return {@code [cases][sources * experts]}
     * @throws FormatException naming the file, if it is not a .npy file of counts as described above
     * @throws IOException if it cannot be read
     */
    public static int[][] readBySource(Path file) throws IOException {
        return NpyArray.open(file, LoadReader::checkShape, LoadReader::counts);
    }

    private static int experts(NpyArray array) {
        return array.shape().getLast().intValue();
    }

    /** At most 2^44 numbers. */
    private static void checkShape(List<Long> shape) throws FormatException {
        if (shape.size() != 2 && shape.size() != 3) {
            throw new FormatException("shape: got " + shape.size()
                    + " dimensions, expected [cases, experts] or [cases, sources, experts]");
        }
        NpyArray.require("cases", shape.getFirst(), 1, CASE_LIMIT);
        NpyArray.require("sources", shape.size() == 3 ? shape.get(1) : 1, 1, SOURCE_LIMIT);
        NpyArray.require("experts", shape.getLast(), 1, EXPERT_LIMIT);
    }

    private static int[][] counts(NpyArray array) throws FormatException {
        List<Long> shape = array.shape();
        int cases = shape.getFirst().intValue();
        int sources = shape.size() == 3 ? shape.get(1).intValue() : 1;
        int experts = experts(array);
        int[][] counts = new int[cases][sources * experts];
        long at = 0;
        for (int c = 0; c < cases; c++) {
            for (int k = 0; k < counts[c].length; k++) {
                counts[c][k] = (int) count(array.get(at++), c, k / experts, k % experts);
            }
            long[] total = total(counts[c], experts);
            for (int e = 0; e < experts; e++) {
                count(total[e], c, sources - 1, e);
            }
        }
        return counts;
    }

    private static long count(long tokens, int kase, int source, int expert) throws FormatException {
        if (tokens < 0 || tokens > Integer.MAX_VALUE) {
            throw new FormatException("case " + kase + ", source " + source + ", expert " + expert + ": got " + tokens
                    + " tokens, expected 0 to " + Integer.MAX_VALUE);
        }
        return tokens;
    }
}
