// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.workload.Workload;
import java.util.Arrays;

/** Routed batches of one layer, made by a seeded generator; the history is as many earlier batches of the same kind. */
public final class WorkloadBatches implements BatchSource {
    /** Ids of a batch that an array holds, whatever the heap says. */
    private static final int MOST_IDS = Integer.MAX_VALUE - 8;

    private final Workload workload;
    private final int batches;
    private final int tokens;
    private final int topK;
    private final int[] ids;

    /**
     * @param batches number of batches measured, at least 1
     * @param tokens tokens per batch, at least 1
     * @param topK experts per token
     */
    public WorkloadBatches(Workload workload, int batches, int tokens, int topK) {
        if (batches < 1) {
            throw new IllegalArgumentException("batches: got " + batches + ", expected at least 1");
        }
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens: got " + tokens + ", expected at least 1");
        }
        if (topK < 1 || topK > workload.experts()) {
            throw new IllegalArgumentException("top-k: got " + topK + ", expected 1.." + workload.experts());
        }
        if ((long) tokens * topK > MOST_IDS) {
            throw new IllegalArgumentException(
                    "batch: got " + tokens + " tokens x " + topK + " experts, expected at most " + MOST_IDS + " ids");
        }
        this.workload = workload;
        this.batches = batches;
        this.tokens = tokens;
        this.topK = topK;
        this.ids = new int[tokens * topK];
    }

    /** Returns the ids of a batch, {@code [tokens][topK]} flattened; overwritten by the next call of any method. */
    public int[] ids(int batch) {
        workload.ids(batch, topK, ids);
        return ids;
    }

    @Override
    public int layers() {
        return 1;
    }

    @Override
    public int batches() {
        return batches;
    }

    @Override
    public int experts() {
        return workload.experts();
    }

    @Override
    public double[] history(int layer) {
        double[] history = new double[experts()];
        for (int b = -batches; b < 0; b++) {
            for (int id : ids(b)) {
                history[id]++;
            }
        }
        return history;
    }

    @Override
    public void counts(int layer, int batch, int[] out) {
        Arrays.fill(out, 0);
        for (int id : ids(batch)) {
            out[id]++;
        }
    }

    @Override
    public String historyOrigin() {
        return "the " + batches + " batches before";
    }

    @Override
    public String batchOrigin() {
        return batches + " batches of " + tokens + " tokens x " + topK + " experts";
    }
}
