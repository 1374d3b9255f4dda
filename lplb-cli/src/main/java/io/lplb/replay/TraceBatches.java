// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.array.ArrayLength;
import io.lplb.trace.RoutingTrace;
import java.util.Arrays;

/**
 * Batches of consecutive tokens of a routing trace, from a first token to the end. Tokens at the end that fill no batch
 * are left out.
 */
public final class TraceBatches implements BatchSource {
    private final RoutingTrace trace;
    private final int firstToken;
    private final History history;
    private final int experts;
    private final int batchTokens;
    private final int[] ids;

    /**
     * @param firstToken first token that is measured
     * @param batchTokens tokens per batch
     * @throws IllegalArgumentException if the batch is empty or longer than what is measured, the history has another
     *     size, or the trace names an expert that does not exist
     */
    public TraceBatches(RoutingTrace trace, int firstToken, History history, int experts, int batchTokens) {
        if (batchTokens < 1) {
            throw new IllegalArgumentException("batch: got " + batchTokens + " tokens, expected at least 1");
        }
        if (experts < trace.experts()) {
            throw new IllegalArgumentException(
                    "experts: got " + experts + ", but the trace names expert " + (trace.experts() - 1));
        }
        history.requireSize(trace.layers(), experts);
        int measured = trace.tokens() - firstToken;
        if (measured < batchTokens) {
            throw new IllegalArgumentException(
                    "trace: got " + measured + " tokens to measure, expected at least one batch of " + batchTokens);
        }
        this.trace = trace;
        this.firstToken = firstToken;
        this.history = history;
        this.experts = experts;
        this.batchTokens = batchTokens;
        this.ids = new int[ArrayLength.of(batchTokens, "tokens per batch", trace.topK(), "experts per token")];
    }

    @Override
    public int layers() {
        return trace.layers();
    }

    @Override
    public int batches() {
        return (trace.tokens() - firstToken) / batchTokens;
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public double[] history(int layer) {
        return history.of(layer);
    }

    @Override
    public void counts(int layer, int batch, int[] out) {
        Arrays.fill(out, 0);
        int from = firstToken + batch * batchTokens;
        trace.copyIds(layer, from, from + batchTokens, ids);
        for (int id : ids) {
            if (id >= 0) {
                out[id]++;
            }
        }
    }

    @Override
    public String historyOrigin() {
        return history.origin();
    }

    @Override
    public String batchOrigin() {
        int end = firstToken + batches() * batchTokens;
        return "tokens " + firstToken + ".." + (end - 1) + " of each layer in batches of " + batchTokens;
    }
}
