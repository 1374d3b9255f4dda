// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Past load of every expert of every layer, from which placements are made, and the steps of the trace that it takes.
 *
 * <p>Immutable.
 */
public final class ReplayHistory {
    /** A history that knows nothing. */
    public static final String NONE = "none";

    private static final Pattern NUMBER = Pattern.compile("[0-9]*\\.?[0-9]+");

    private final double[][] load;
    private final int steps;
    private final String origin;

    private ReplayHistory(double[][] load, int steps, String origin) {
        this.load = load;
        this.steps = steps;
        this.origin = origin;
    }

    /**
     * Reads a history.
     *
     * @param trace the trace that is replayed; stands before its first step afterwards
     * @param history the first part of the trace as a fraction such as 0.5, another trace, or "none"; null is 0.5 for a trace of several
     *     steps and "none" for one of a single step
     * @param options how to read another trace
     * @throws IOException if a file cannot be read or is not of its format
     * @throws IllegalArgumentException if it does not fit the trace
     */
    public static ReplayHistory of(Trace trace, @Nullable String history, TraceOptions options) throws IOException {
        int all = trace.steps();
        String chosen = history != null ? history : all > 1 ? "0.5" : NONE;
        if (chosen.equals(NONE)) {
            double[][] load = new double[trace.layers()][trace.experts()];
            for (double[] layer : load) {
                Arrays.fill(layer, 1);
            }
            return new ReplayHistory(load, 0, "none, all experts alike");
        }
        if (NUMBER.matcher(chosen).matches()) {
            return firstPart(trace, chosen, all);
        }
        Path file = Path.of(chosen);
        TraceOptions whole = options.withBatchTokens(0).withExperts(trace.experts());
        try (Trace past = Traces.open(file, whole)) {
            if (past.layers() != trace.layers() || past.experts() != trace.experts()) {
                throw new IllegalArgumentException("history: got " + past.layers() + " layers of " + past.experts()
                        + " experts, expected the trace's " + trace.layers() + " of " + trace.experts());
            }
            double[][] load = new double[trace.layers()][];
            long[][] sum = Traces.sum(past);
            Arrays.setAll(load, l -> Arrays.stream(sum[l]).asDoubleStream().toArray());
            return new ReplayHistory(load, 0, "all of " + file.getFileName());
        }
    }

    private static ReplayHistory firstPart(Trace trace, String part, int all) throws IOException {
        double fraction = Double.parseDouble(part);
        int steps = (int) (all * fraction);
        if (!(fraction < 1) || steps < 1) {
            throw new IllegalArgumentException("history: got " + part + " of a trace of " + all
                    + (all == 1 ? " step" : " steps") + ", expected a part of it between 0 and 1 that has a step");
        }
        double[][] load = new double[trace.layers()][trace.experts()];
        trace.rewind();
        for (int step = 0; step < steps && trace.next(); step++) {
            long[][] counts = trace.counts();
            for (int l = 0; l < load.length; l++) {
                for (int e = 0; e < load[l].length; e++) {
                    load[l][e] += counts[l][e];
                }
            }
        }
        trace.rewind();
        return new ReplayHistory(load, steps, "steps 0.." + (steps - 1) + " of " + all);
    }

    /** Returns the past load of each expert of a layer, {@code [experts]}. */
    double[] of(int layer) {
        return load[layer].clone();
    }

    /** Returns the number of steps at the start of the trace that are history and are not measured. */
    public int steps() {
        return steps;
    }

    /** Returns in words where this comes from. */
    public String origin() {
        return origin;
    }
}
