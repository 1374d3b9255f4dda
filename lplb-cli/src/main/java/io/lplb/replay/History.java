// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.array.ArrayLength;
import io.lplb.trace.RoutingTrace;
import java.util.Arrays;

/**
 * The past load of every expert of every layer, from which placements are made.
 *
 * <p>Immutable.
 */
public final class History {
    private static final int READ_AHEAD_TOKENS = 4096;

    private final double[][] load;
    private final String origin;

    private History(double[][] load, String origin) {
        this.load = load;
        this.origin = origin;
    }

    /** The ids of the tokens {@code 0..tokens - 1} of each layer, counted. */
    public static History ofTrace(RoutingTrace trace, int tokens, int experts, String origin) {
        double[][] load = new double[trace.layers()][experts];
        int[] ids = new int
                [ArrayLength.of(
                        Math.min(READ_AHEAD_TOKENS, Math.max(tokens, 1)), "tokens", trace.topK(), "experts per token")];
        for (int layer = 0; layer < load.length; layer++) {
            for (int from = 0; from < tokens; from += READ_AHEAD_TOKENS) {
                int to = Math.min(from + READ_AHEAD_TOKENS, tokens);
                trace.copyIds(layer, from, to, ids);
                for (int k = 0; k < (to - from) * trace.topK(); k++) {
                    if (ids[k] >= 0) {
                        load[layer][ids[k]]++;
                    }
                }
            }
        }
        return new History(load, origin);
    }

    /**
     * Recorded counts, {@code [layers][experts]}; experts beyond those recorded have no past.
     *
     * @throws IllegalArgumentException if a layer has more than the given number of experts
     */
    public static History ofCounts(long[][] counts, int experts, String origin) {
        double[][] load = new double[counts.length][experts];
        for (int layer = 0; layer < counts.length; layer++) {
            if (counts[layer].length > experts) {
                throw new IllegalArgumentException(
                        "history: got " + counts[layer].length + " experts, expected at most " + experts);
            }
            for (int e = 0; e < counts[layer].length; e++) {
                load[layer][e] = counts[layer][e];
            }
        }
        return new History(load, origin);
    }

    /** Nothing is known: all experts are alike. */
    public static History none(int layers, int experts) {
        double[][] load = new double[layers][experts];
        for (double[] layer : load) {
            Arrays.fill(layer, 1);
        }
        return new History(load, "none, all experts alike");
    }

    /** Returns the past load of each expert of a layer, {@code [experts]}. */
    public double[] of(int layer) {
        return load[layer].clone();
    }

    /** Returns where this comes from, for the report. */
    String origin() {
        return origin;
    }

    /**
     * Checks that this is the past of a trace of that size.
     *
     * @throws IllegalArgumentException if the number of layers or of experts differs
     */
    void requireSize(int layers, int experts) {
        if (load.length != layers) {
            throw new IllegalArgumentException(
                    "history: got " + load.length + " layers, expected the trace's " + layers);
        }
        if (load[0].length != experts) {
            throw new IllegalArgumentException("history: got " + load[0].length + " experts, expected " + experts);
        }
    }
}
