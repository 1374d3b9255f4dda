// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.trace.NpyReader;
import io.lplb.trace.RoutingTrace;
import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Opens what the user names: a trace as ids ({@code .npy}) or as counts ({@code .json}), and its history. */
public final class ReplayInput {
    /** A history that knows nothing. */
    public static final String NO_HISTORY = "none";

    private static final Pattern NUMBER = Pattern.compile("[0-9]*\\.?[0-9]+");

    private ReplayInput() {}

    /**
     * Opens the batches of a trace.
     *
     * @param file a trace: {@code .npy}, or counts in JSON
     * @param history the first part of the trace as a fraction such as 0.5, another trace of either kind, or "none";
     *     null is 0.5 for ids and "none" for counts
     * @param experts number of experts; null takes the trace's largest id plus one, or its number of counts
     * @param batchTokens tokens per batch; not used for counts
     * @throws IOException if a file cannot be read or is not of its format
     * @throws IllegalArgumentException if what was named does not fit together
     */
    public static BatchSource open(Path file, @Nullable String history, @Nullable Integer experts, int batchTokens)
            throws IOException {
        return isCounts(file)
                ? openCounts(counts(file), history == null ? NO_HISTORY : history, experts)
                : openIds(NpyReader.open(file), history == null ? "0.5" : history, experts, batchTokens);
    }

    private static boolean isCounts(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    }

    private static long[][] counts(Path file) throws IOException {
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT)) {
            return Traces.sum(trace);
        }
    }

    private static BatchSource openCounts(long[][] counts, String history, @Nullable Integer experts)
            throws IOException {
        if (NUMBER.matcher(history).matches()) {
            throw new IllegalArgumentException("history: got " + history
                    + " of a trace of counts, which has one batch a layer; expected another file or " + NO_HISTORY);
        }
        int number = experts == null ? counts[0].length : experts;
        return new CountBatches(counts, number, past(history, counts.length, number));
    }

    private static BatchSource openIds(RoutingTrace trace, String history, @Nullable Integer experts, int batchTokens)
            throws IOException {
        if (trace.tokens() == 0) {
            throw new IllegalArgumentException("trace: got no token, expected at least one batch");
        }
        int number = experts == null ? trace.experts() : experts;
        if (number < trace.experts()) {
            throw new IllegalArgumentException(
                    "experts: got " + number + ", but the trace names expert " + (trace.experts() - 1));
        }
        if (!NUMBER.matcher(history).matches()) {
            return new TraceBatches(trace, 0, past(history, trace.layers(), number), number, batchTokens);
        }
        double fraction = Double.parseDouble(history);
        int tokens = (int) (trace.tokens() * fraction);
        if (!(fraction < 1) || tokens < 1) {
            throw new IllegalArgumentException("history: got " + history + " of a trace of " + trace.tokens()
                    + " tokens, expected a part of it between 0 and 1 that has a token");
        }
        String description = "tokens 0.." + (tokens - 1) + " of each layer";
        return new TraceBatches(
                trace, tokens, History.ofTrace(trace, tokens, number, description), number, batchTokens);
    }

    private static History past(String history, int layers, int experts) throws IOException {
        if (NO_HISTORY.equals(history)) {
            return History.none(layers, experts);
        }
        Path file = Path.of(history);
        if (isCounts(file)) {
            return History.ofCounts(counts(file), experts, "the counts of " + file.getFileName());
        }
        RoutingTrace trace = NpyReader.open(file);
        if (trace.experts() > experts) {
            throw new IllegalArgumentException(
                    "experts: got " + experts + ", but the history names expert " + (trace.experts() - 1));
        }
        return History.ofTrace(
                trace, trace.tokens(), experts, "the " + trace.tokens() + " tokens of " + file.getFileName());
    }
}
