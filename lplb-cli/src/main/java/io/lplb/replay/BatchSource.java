// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

/**
 * The batches to replay: for every layer a history, from which its placement is made, and a number of batches that are
 * measured and are no part of that history.
 *
 * <p>Not thread-safe.
 */
public interface BatchSource {

    /** Returns the number of layers, each with a placement of its own. */
    int layers();

    /** Returns the number of measured batches of each layer. */
    int batches();

    /** Returns the number of experts of each layer. */
    int experts();

    /** Returns the past load of each expert of a layer, {@code [experts]}. */
    double[] history(int layer);

    /** Writes the number of tokens of each expert, {@code [experts]}. */
    void counts(int layer, int batch, int[] out);

    /** Returns in words where the history comes from. */
    String historyOrigin();

    /** Returns in words what the batches are. */
    String batchOrigin();
}
