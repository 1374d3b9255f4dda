// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

/**
 * Which experts every token was sent to, layer by layer, tokens in the order in which they were routed:
 *
 * <pre>
 *   id [layers][tokens][topK]     0..experts-1, or -1 where a token has fewer than topK experts
 * </pre>
 *
 * <p>Traces can be larger than the heap, so ids are copied out in runs of tokens. Immutable, hence safe for use by
 * several threads.
 */
public interface RoutingTrace {

    /** Returns the number of MoE layers. */
    int layers();

    /** Returns the number of tokens, the same in each layer. */
    int tokens();

    /** Returns the number of experts that each token is sent to. */
    int topK();

    /** Returns the largest id plus one; 0 if the trace names no expert. */
    int experts();

    /**
     * Copies the ids of the tokens from {@code fromToken} to {@code toToken - 1} of one layer, token after token.
     *
     * @param out receives {@code (toToken - fromToken) * topK} ids from its start; may be longer
     * @throws IndexOutOfBoundsException if the layer or a token does not exist
     * @throws IllegalArgumentException if {@code out} is too short
     */
    void copyIds(int layer, int fromToken, int toToken, int[] out);
}
