// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import io.lplb.array.ArrayLength;
import io.lplb.trace.Trace;
import java.util.Arrays;
import java.util.Objects;

/**
 * Trace that a seeded workload makes: every step is a batch, every layer a workload of its own. The same name, sizes and seed make the same
 * trace. Memory holds one step.
 *
 * <p>With top-k each token draws its experts, and the ranks are the sources, which send consecutive tokens. Without it, a batch has the
 * workload's weights apportioned to whole tokens, which is fast and has no noise of sampling; ranks are sources only where they differ.
 */
public final class WorkloadTrace implements Trace {
    private final String kind;
    private final Sizes sizes;
    private final Workload[] workloads;
    private final int[] firstToken;
    private final int[] ids;
    private final int[] row;
    private final long[][] counts;
    private final long[][] bySource;
    private final boolean hasSources;
    private int next;

    /**
     * Sizes of a made trace.
     *
     * @param layers MoE layers, at least 1
     * @param experts experts of a layer, a positive multiple of the ranks
     * @param ranks ranks, each a source of tokens, at least 1
     * @param steps batches, at least 0
     * @param tokens tokens of all ranks in a batch, at least 1; without top-k, ids
     * @param topK experts per token, 1 to {@code experts}; 0 to apportion ids to experts instead of drawing them
     */
    public record Sizes(int layers, int experts, int ranks, int steps, int tokens, int topK) {
        /** Checks the sizes that {@link Workload} does not check. */
        public Sizes {
            require("layers", layers, 1, 1 << 16);
            require("steps", steps, 0, Integer.MAX_VALUE);
            require("tokens", tokens, 1, Integer.MAX_VALUE);
            require("top-k", topK, 0, experts);
            if ((long) tokens * topK > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("batch: got " + tokens + " tokens x " + topK
                        + " experts, expected at most " + (Integer.MAX_VALUE - 8) + " ids");
            }
        }

        private static void require(String what, int got, int least, int most) {
            if (got < least || got > most) {
                throw new IllegalArgumentException(what + ": got " + got + ", expected " + least + " to " + most);
            }
        }
    }

    /**
     * Makes a trace.
     *
     * @param name of a workload, as for {@link Workload#named}: {@code W3} or {@code zipf:8}, for example
     * @throws IllegalArgumentException if there is none of that name, or the sizes are wrong
     */
    public WorkloadTrace(String name, Sizes sizes, long seed) {
        this.sizes = sizes;
        this.workloads = new Workload[sizes.layers];
        for (int layer = 0; layer < workloads.length; layer++) {
            workloads[layer] = Workload.named(name, sizes.experts, sizes.ranks, seed + layer * 0x9E3779B97F4A7C15L);
        }
        this.kind = "workload " + name + ", seed " + seed;
        boolean ragged = workloads[0].kind().hasRaggedSources();
        this.firstToken = firstTokens(ragged, sizes);
        this.ids = new int[ArrayLength.of(sizes.tokens, "tokens", sizes.topK, "experts per token")];
        this.row = new int[sizes.experts];
        this.counts = new long[sizes.layers][sizes.experts];
        this.hasSources = sizes.topK > 0 || ragged;
        this.bySource =
                new long[sizes.layers][hasSources ? ArrayLength.of(sizes.ranks, "ranks", sizes.experts, "experts") : 0];
    }

    /** The first token of each source and the end of the last: equal parts, or parts 1, 2, 3, .. */
    private static int[] firstTokens(boolean ragged, Sizes sizes) {
        int[] first = new int[sizes.ranks + 1];
        for (int rank = 0; rank <= sizes.ranks; rank++) {
            double part = ragged
                    ? (double) rank * (rank + 1) / ((double) sizes.ranks * (sizes.ranks + 1))
                    : (double) rank / sizes.ranks;
            first[rank] = (int) Math.round(part * sizes.tokens);
        }
        return first;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public int layers() {
        return sizes.layers;
    }

    @Override
    public int experts() {
        return sizes.experts;
    }

    @Override
    public int sources() {
        return hasSources ? sizes.ranks : 1;
    }

    /** Returns the number of steps; the trace stands before its first one afterwards. */
    @Override
    public int steps() {
        rewind();
        return sizes.steps;
    }

    @Override
    public boolean next() {
        if (next == sizes.steps) {
            return false;
        }
        for (int layer = 0; layer < sizes.layers; layer++) {
            Arrays.fill(counts[layer], 0);
            if (sizes.topK > 0) {
                draw(layer);
            } else {
                apportion(layer);
            }
        }
        next++;
        return true;
    }

    private void draw(int layer) {
        workloads[layer].ids(next, sizes.topK, ids);
        Arrays.fill(bySource[layer], 0);
        for (int source = 0; source < sizes.ranks; source++) {
            for (int k = firstToken[source] * sizes.topK; k < firstToken[source + 1] * sizes.topK; k++) {
                bySource[layer][source * sizes.experts + ids[k]]++;
                counts[layer][ids[k]]++;
            }
        }
    }

    private void apportion(int layer) {
        workloads[layer].counts(next, sizes.tokens, row);
        for (int e = 0; e < row.length; e++) {
            counts[layer][e] = row[e];
            for (int source = 0; hasSources && source < sizes.ranks; source++) {
                bySource[layer][source * sizes.experts + e] = upTo(source + 1, row[e]) - upTo(source, row[e]);
            }
        }
    }

    /** Returns how many of an expert's tokens the first sources send. */
    private long upTo(int sources, long tokens) {
        return tokens * firstToken[sources] / sizes.tokens;
    }

    @Override
    public long[][] counts() {
        return counts;
    }

    @Override
    public void counts(int layer, long[] out) {
        Objects.checkIndex(layer, sizes.layers);
        long[] from = hasSources ? bySource[layer] : counts[layer];
        System.arraycopy(from, 0, out, 0, from.length);
    }

    @Override
    public void rewind() {
        next = 0;
    }

    @Override
    public void close() {
        // Holds no resource.
    }
}
