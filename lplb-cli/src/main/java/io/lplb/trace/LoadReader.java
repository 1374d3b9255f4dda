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
        return NpyArray.open(file, LoadReader::checkShape, LoadReader::counts);
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

    private static long[][] counts(NpyArray array) throws FormatException {
        List<Long> shape = array.shape();
        int cases = shape.getFirst().intValue();
        int sources = shape.size() == 3 ? shape.get(1).intValue() : 1;
        int experts = shape.getLast().intValue();
        long[][] counts = new long[cases][experts];
        long at = 0;
        for (int c = 0; c < cases; c++) {
            for (int s = 0; s < sources; s++) {
                for (int e = 0; e < experts; e++) {
                    counts[c][e] += count(array.get(at++), c, s, e);
                }
            }
            for (int e = 0; e < experts; e++) {
                count(counts[c][e], c, sources - 1, e);
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
