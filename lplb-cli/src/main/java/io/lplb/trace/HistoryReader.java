// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reader of past loads of experts, {@code [layers][experts]}, from the formats that engines write:
 *
 * <ul>
 *   <li>every trace that {@link Traces} opens, its steps added up;
 *   <li>{@code .npy} of one or two dimensions: the loads, {@code [experts]} or {@code [layers, experts]}, integers or floats,
 *       see {@link NpyArray};
 *   <li>{@code .npy} of three dimensions: routed expert ids, {@code [layers, tokens, k]}, which are counted.
 * </ul>
 *
 * <p>With {@link TraceOptions#content()} a {@code .npy} file is read as that instead, whatever its dimensions.
 */
public final class HistoryReader {
    private static final int LAYER_LIMIT = 1 << 16;
    private static final int TOTAL_LIMIT = 64_000_000;
    private static final int IDS = 3;

    private HistoryReader() {}

    /**
     * Reads a file; the number of dimensions of a .npy file says what it holds.
     *
     * @return {@code [layers][experts]}, every layer with as many experts, at least one of each; finite, not negative
     * @throws FormatException naming the file and the entry, if it is none of the formats above
     * @throws IOException if it cannot be read
     */
    public static double[][] read(Path file) throws IOException {
        return read(file, TraceOptions.DEFAULT, false);
    }

    /**
     * Reads a file.
     *
     * @param file the history
     * @param options padding and experts of ids, and what a .npy file holds
     * @param hasContent whether the options' content holds for .npy files; if not, their number of dimensions decides
     * @return as {@link #read(Path)}
     * @throws FormatException as there
     * @throws IllegalArgumentException if the options do not fit the file
     * @throws IOException if it cannot be read
     */
    public static double[][] read(Path file, TraceOptions options, boolean hasContent) throws IOException {
        if (!hasContent && file.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
            double[][] loads = NpyArray.openNumbers(file, HistoryReader::checkShape, HistoryReader::loads);
            if (loads.length > 0) {
                requireExperts(file, loads[0].length, options);
                return loads;
            }
        }
        try (Trace trace = Traces.open(file, options)) {
            double[][] loads = new double[trace.layers()][trace.experts()];
            while (trace.next()) {
                long[][] counts = trace.counts();
                for (int layer = 0; layer < loads.length; layer++) {
                    for (int e = 0; e < loads[layer].length; e++) {
                        loads[layer][e] += counts[layer][e];
                    }
                }
            }
            return loads;
        }
    }

    private static void requireExperts(Path file, int experts, TraceOptions options) throws FormatException {
        if (options.experts() > 0 && options.experts() != experts) {
            throw new FormatException(file + ": got loads of " + experts + " experts, expected " + options.experts());
        }
    }

    private static void checkShape(List<Long> shape) throws FormatException {
        if (shape.isEmpty() || shape.size() > IDS) {
            throw new FormatException("shape: got " + shape.size()
                    + " dimensions, expected loads [layers, experts] or ids [layers, tokens, k]");
        }
        if (shape.size() == IDS) {
            NpyReader.checkShape(shape);
            return;
        }
        long layers = shape.size() == 2 ? shape.getFirst() : 1;
        NpyArray.require("layers", layers, 1, LAYER_LIMIT);
        NpyArray.require("experts", shape.getLast(), 1, TOTAL_LIMIT / layers);
    }

    /** The loads of an array of one or two dimensions, none of ids. */
    private static double[][] loads(NpyArray array) throws FormatException {
        List<Long> shape = array.shape();
        if (shape.size() == IDS) {
            return new double[0][];
        }
        int layers = shape.size() == 2 ? shape.getFirst().intValue() : 1;
        int experts = shape.getLast().intValue();
        double[][] loads = new double[layers][experts];
        for (int layer = 0; layer < layers; layer++) {
            for (int e = 0; e < experts; e++) {
                double load = array.number((long) layer * experts + e);
                if (!(load >= 0 && load < Double.POSITIVE_INFINITY)) {
                    throw new FormatException(
                            "[" + layer + ", " + e + "]: got " + load + ", expected a finite number, at least 0");
                }
                loads[layer][e] = load;
            }
        }
        return loads;
    }
}
