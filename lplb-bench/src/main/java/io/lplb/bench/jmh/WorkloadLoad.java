// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.workload.Workload;

/** A workload by name, 512 tokens x experts in a batch of counts; earlier batches of the same stream are its history. */
final class WorkloadLoad implements BenchLoad {
    private static final int TOKENS_PER_EXPERT = 512;
    private static final int HISTORY_BATCHES = 8;
    private static final int TOP_K = 8;

    private final Workload workload;

    WorkloadLoad(String name, int experts, int ranks, long seed) {
        this.workload = Workload.named(name, experts, ranks, seed);
    }

    @Override
    public int experts() {
        return workload.experts();
    }

    @Override
    public int distinct() {
        return Integer.MAX_VALUE;
    }

    @Override
    public double[] history() {
        double[] history = new double[workload.experts()];
        int[] past = new int[workload.experts()];
        for (int b = -HISTORY_BATCHES; b < 0; b++) {
            workload.counts(b, TOKENS_PER_EXPERT * past.length, past);
            for (int e = 0; e < past.length; e++) {
                history[e] += past[e];
            }
        }
        return history;
    }

    @Override
    public void counts(int batch, int[] counts) {
        workload.counts(batch, TOKENS_PER_EXPERT * workload.experts(), counts);
    }

    @Override
    public int topK() {
        return TOP_K;
    }

    @Override
    public int tokens(int wanted) {
        return wanted;
    }

    @Override
    public void ids(int batch, int[] ids) {
        workload.ids(batch, TOP_K, ids);
    }
}
