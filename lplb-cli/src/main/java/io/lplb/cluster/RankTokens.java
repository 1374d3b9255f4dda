// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import io.lplb.array.ArrayLength;
import io.lplb.replay.WorkloadBatches;
import io.lplb.trace.RoutingTrace;

/**
 * The tokens of one rank: of every batch of the group its part, {@code batch / ranks} consecutive tokens, the first
 * ranks one more where that leaves a rest. Made before the first round, so that rounds cost nothing but balancing.
 *
 * <pre>
 *   ids [batches][tokens of this rank * topK]       round n replays batch n mod batches
 * </pre>
 *
 * <p>Immutable.
 */
public final class RankTokens {
    private final int[][] ids;
    private final double[] history;
    private final String origin;

    private RankTokens(int[][] ids, double[] history, String origin) {
        this.ids = ids;
        this.history = history;
        this.origin = origin;
    }

    /**
     * The second half of one layer of a trace; its first half is the history.
     *
     * @param batchTokens tokens of the whole group per batch
     * @throws IllegalArgumentException if the layer does not exist, the trace has no batch or names too large an expert
     */
    public static RankTokens ofTrace(RoutingTrace trace, int layer, int experts, int batchTokens, int rank, int ranks) {
        if (layer < 0 || layer >= trace.layers()) {
            throw new IllegalArgumentException("layer: got " + layer + ", expected 0.." + (trace.layers() - 1));
        }
        if (trace.experts() > experts) {
            throw new IllegalArgumentException(
                    "experts: got " + experts + ", but the trace names expert " + (trace.experts() - 1));
        }
        int first = trace.tokens() / 2;
        int batches = batchTokens < 1 ? 0 : (trace.tokens() - first) / batchTokens;
        if (batches < 1) {
            throw new IllegalArgumentException("batch: got " + batchTokens + " tokens, expected 1.."
                    + (trace.tokens() - first) + ", the second half of the trace");
        }
        int[] past = new int[ArrayLength.of(first, "tokens of the first half", trace.topK(), "experts per token")];
        trace.copyIds(layer, 0, first, past);
        double[] history = new double[experts];
        for (int id : past) {
            if (id >= 0) {
                history[id]++;
            }
        }
        int[][] ids = new int[batches][];
        for (int b = 0; b < batches; b++) {
            int from = first + b * batchTokens + start(batchTokens, rank, ranks);
            int to = first + b * batchTokens + start(batchTokens, rank + 1, ranks);
            ids[b] = new int[(to - from) * trace.topK()];
            trace.copyIds(layer, from, to, ids[b]);
        }
        return new RankTokens(
                ids,
                history,
                "tokens " + first + ".." + (first + batches * batchTokens - 1) + " of layer " + layer
                        + " in batches of " + batchTokens + ", placed by the tokens before");
    }

    /** Made-up batches; the history is as many batches before. */
    public static RankTokens ofWorkload(WorkloadBatches workload, int topK, int rank, int ranks) {
        int[][] ids = new int[workload.batches()][];
        for (int b = 0; b < ids.length; b++) {
            int[] all = workload.ids(b);
            int tokens = all.length / topK;
            int from = start(tokens, rank, ranks) * topK;
            int to = start(tokens, rank + 1, ranks) * topK;
            ids[b] = java.util.Arrays.copyOfRange(all, from, to);
        }
        return new RankTokens(
                ids, workload.history(0), workload.batchOrigin() + ", placed by " + workload.historyOrigin());
    }

    private static int start(int tokens, int rank, int ranks) {
        return rank * (tokens / ranks) + Math.min(rank, tokens % ranks);
    }

    /** Returns the number of batches. */
    public int batches() {
        return ids.length;
    }

    /** Returns this rank's ids in a round; not to be changed. */
    int[] ids(long round) {
        return ids[(int) (round % ids.length)];
    }

    /** Returns the past load of each expert, {@code [experts]}. */
    double[] history() {
        return history.clone();
    }

    /** Returns in words what the batches are. */
    public String origin() {
        return origin;
    }
}
