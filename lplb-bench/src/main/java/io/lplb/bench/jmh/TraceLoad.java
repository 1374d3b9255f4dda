// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.count.TokenCounter;
import io.lplb.replay.History;
import io.lplb.trace.NpyReader;
import io.lplb.trace.RoutingTrace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One layer of a trace of real routing as a load, by the name {@code trace:FILE} (layer 0) or {@code trace:FILE#LAYER}.
 * As in a replay with its defaults, the first half of the layer's tokens is the history, from which the placement is
 * made, and batches are 128 consecutive tokens of the second half. The first batches are those of the replay and share no
 * token; a ring that needs more gets the same tokens cut at other places, so that no two batches are the same until all
 * places are used up.
 *
 * <p>Not thread-safe.
 */
public final class TraceLoad implements BenchLoad {
    /** How the names of such loads begin. */
    public static final String PREFIX = "trace:";

    /** Tokens of a batch of counts. */
    static final int BATCH_TOKENS = 128;

    /** Odd, hence coprime to the powers of two that batches have; about the golden section of a batch. */
    private static final int SHIFT = 79;

    private static final Pattern NAME = Pattern.compile(PREFIX + "(.+?)(#([0-9]{1,6}))?");

    private final RoutingTrace trace;
    private final int layer;
    private final int experts;
    private final int first;
    private final TokenCounter counter;
    private final int[] ids;

    private TraceLoad(RoutingTrace trace, int layer, int ranks) {
        this.trace = trace;
        this.layer = layer;
        this.experts = Math.max(1, Math.ceilDiv(trace.experts(), ranks)) * ranks;
        this.first = trace.tokens() / 2;
        this.counter = new TokenCounter(experts);
        this.ids = new int[BATCH_TOKENS * trace.topK()];
        if (measured() < BATCH_TOKENS) {
            throw new IllegalArgumentException("trace: got " + measured()
                    + " tokens to measure in the second half, expected at least one batch of " + BATCH_TOKENS);
        }
        if (layer >= trace.layers()) {
            throw new IllegalArgumentException("trace: got layer " + layer + ", expected 0.." + (trace.layers() - 1));
        }
    }

    /** Returns whether a name is one of these. */
    public static boolean isTrace(String name) {
        return name.startsWith(PREFIX);
    }

    /** Returns a name without the folder of the file, for results; any other name as it is. */
    public static String label(String name) {
        return isTrace(name) ? name.replaceFirst("^" + PREFIX + ".*[/\\\\]", PREFIX) : name;
    }

    /**
     * Opens a trace.
     *
     * @throws IOException if the file cannot be read or is no trace
     * @throws IllegalArgumentException if the trace has too few tokens or no such layer
     */
    static TraceLoad open(String name, int ranks) throws IOException {
        Matcher parts = parts(name);
        String layer = parts.group(3);
        return new TraceLoad(
                NpyReader.open(Path.of(parts.group(1))), layer == null ? 0 : Integer.parseInt(layer), ranks);
    }

    /**
     * Returns the number of layers that a name means: those of the trace, or 1 if it names one.
     *
     * @throws IOException if the file cannot be read or is no trace
     */
    static int layers(String name) throws IOException {
        Matcher parts = parts(name);
        return parts.group(3) == null ? NpyReader.open(Path.of(parts.group(1))).layers() : 1;
    }

    private static Matcher parts(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "load: got " + name + ", expected " + PREFIX + "FILE or " + PREFIX + "FILE#LAYER");
        }
        return parts;
    }

    private int measured() {
        return trace.tokens() - first;
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public int distinct() {
        return measured() / BATCH_TOKENS;
    }

    @Override
    public double[] history() {
        return History.ofTrace(trace, first, experts, "first half").of(layer);
    }

    @Override
    public void counts(int batch, int[] counts) {
        ids(batch, ids);
        counter.count(ids, counts);
    }

    @Override
    public int topK() {
        return trace.topK();
    }

    @Override
    public int tokens(int wanted) {
        return Math.min(wanted, measured());
    }

    @Override
    public void ids(int batch, int[] out) {
        int tokens = out.length / trace.topK();
        int from = first + offset(batch, tokens, measured());
        trace.copyIds(layer, from, from + tokens, out);
    }

    /** Where a batch begins: first one batch after the other, then again and again from other places within a batch. */
    static int offset(int batch, int tokens, int measured) {
        int distinct = measured / tokens;
        if (batch < distinct) {
            return batch * tokens;
        }
        if (distinct == 1) {
            return batch % (measured - tokens + 1);
        }
        // Moved by a part of a batch, one batch less fits.
        int later = batch - distinct;
        int round = later / (distinct - 1);
        int shift = (int) ((round + 1L) * SHIFT % tokens);
        return later % (distinct - 1) * tokens + shift;
    }
}
