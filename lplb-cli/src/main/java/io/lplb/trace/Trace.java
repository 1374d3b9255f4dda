// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.Closeable;
import java.io.IOException;

/**
 * Loads of experts, recorded or made, as a stream of steps:
 *
 * <pre>
 *   counts [layers][experts]      tokens that each expert gets, one such array per step
 * </pre>
 *
 * <p>Sizes are known before the first step. Memory holds one step, whatever the number of steps. A trace stands before its first step
 * when it is opened:
 *
 * <pre>{@code
 *   try (Trace trace = Traces.open(file, TraceOptions.DEFAULT)) {
 *       while (trace.next()) {
 *           use(trace.counts());
 *       }
 *       trace.rewind();    // to read it again
 *   }
 * }</pre>
 *
 * <p>The file must not change while it is open. Not thread-safe.
 */
public interface Trace extends Closeable {

    /** Returns in words what the trace is, such as {@code SGLang recorder, stat}. */
    String kind();

    /** Returns the number of MoE layers, at least 1. */
    int layers();

    /** Returns the number of logical experts of each layer, at least 1. */
    int experts();

    /** Returns the number of sources, such as sending ranks, whose counts are told apart; 1 if only their sum is known. */
    default int sources() {
        return 1;
    }

    /**
     * Returns the number of steps. Where the format does not state it, the first call reads the trace to its end. The trace stands before
     * its first step afterwards.
     *
     * @throws FormatException naming the file and the place, if a step cannot be read
     * @throws IOException if the file cannot be read
     */
    int steps() throws IOException;

    /**
     * Goes to the next step.
     *
     * @return whether there is one
     * @throws FormatException naming the file and the place, if the step is damaged
     * @throws IOException if the file cannot be read
     */
    boolean next() throws IOException;

    /**
     * Returns the tokens of the current step, summed over the sources, {@code [layers][experts]}, from 0 to 2^63 - 1 each. The array is the
     * trace's own: read it, and only until the next call of {@link #next} or {@link #rewind}.
     */
    long[][] counts();

    /**
     * Writes the tokens of one layer of the current step by source.
     *
     * @param out receives {@code [sources][experts]}, flattened, from its start; may be longer
     * @throws IndexOutOfBoundsException if the layer does not exist or {@code out} is too short
     */
    default void counts(int layer, long[] out) {
        System.arraycopy(counts()[layer], 0, out, 0, experts());
    }

    /** Returns the ids of the current step that were padding; 0 for traces of counts. */
    default long padding() {
        return 0;
    }

    /** Goes back before the first step. */
    void rewind() throws IOException;
}
