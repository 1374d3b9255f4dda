// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads past loads of experts, {@code [layers][experts]}, from the formats that engines write:
 *
 * <ul>
 *   <li>every trace that {@link Traces} opens, its steps added up;
 *   <li>{@code .npy} of one or two dimensions: the loads, {@code [experts]} or {@code [layers, experts]}, integers or floats,
 *       see {@link NpyArray};
 *   <li>{@code .npy} of three dimensions: routed expert ids, {@code [layers, tokens, k]}, which are counted.
 * </ul>
 */
public final class HistoryReader {
    private static final int LAYER_LIMIT = 1 << 16;
    private static final int TOTAL_LIMIT = 64_000_000;
    private static final int TOKENS_AHEAD = 4096;
    private static final int IDS = 3;

    private HistoryReader() {}

    /**
     * Reads a file.
     *
     * @return {@code [layers][experts]}, every layer with as many experts, at least one of each; finite, not negative
     * @throws FormatException naming the file and the entry, if it is none of the formats above
     * @throws IOException if it cannot be read
     */
    public static double[][] read(Path file) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            double[][] loads = NpyArray.openNumbers(file, HistoryReader::checkShape, HistoryReader::loads);
            return loads.length > 0 ? loads : counted(file, NpyReader.open(file));
        }
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT)) {
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

    private static double[][] counted(Path file, RoutingTrace trace) throws FormatException {
        if (trace.experts() == 0) {
            throw new FormatException(file + ": got no expert id, expected at least one");
        }
        double[][] loads = new double[trace.layers()][trace.experts()];
        int[] ids = new int[TOKENS_AHEAD * trace.topK()];
        for (int layer = 0; layer < loads.length; layer++) {
            for (int from = 0; from < trace.tokens(); from += TOKENS_AHEAD) {
                int to = Math.min(from + TOKENS_AHEAD, trace.tokens());
                trace.copyIds(layer, from, to, ids);
                for (int k = 0; k < (to - from) * trace.topK(); k++) {
                    if (ids[k] >= 0) {
                        loads[layer][ids[k]]++;
                    }
                }
            }
        }
        return loads;
    }
}
