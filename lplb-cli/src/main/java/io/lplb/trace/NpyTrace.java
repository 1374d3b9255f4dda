// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A trace in a mapped array {@code [layers][tokens][topK]} in C order; see {@link NpyReader}. */
final class NpyTrace implements RoutingTrace {
    private final MemorySegment data;
    private final IdType type;
    private final int layers;
    private final int tokens;
    private final int topK;
    private final int experts;

    private NpyTrace(MemorySegment data, IdType type, int layers, int tokens, int topK, int experts) {
        this.data = data;
        this.type = type;
        this.layers = layers;
        this.tokens = tokens;
        this.topK = topK;
        this.experts = experts;
    }

    /**
     * A trace whose ids have all been looked at.
     *
     * @throws FormatException naming the first id that is not -1 to {@link NpyReader#ID_LIMIT} - 1
     */
    static NpyTrace checked(MemorySegment data, IdType type, int layers, int tokens, int topK) throws FormatException {
        long largest = -1;
        long count = data.byteSize() / type.bytes();
        for (long k = 0; k < count; k++) {
            long id = type.read(data, k * type.bytes());
            if (id < -1 || id >= NpyReader.ID_LIMIT) {
                long token = k / topK;
                throw new FormatException("layer " + token / tokens + ", token " + token % tokens + ", entry "
                        + k % topK + ": got id " + id + ", expected -1 to " + (NpyReader.ID_LIMIT - 1));
            }
            largest = Math.max(largest, id);
        }
        return new NpyTrace(data, type, layers, tokens, topK, (int) largest + 1);
    }

    @Override
    public int layers() {
        return layers;
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public int topK() {
        return topK;
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public void copyIds(int layer, int fromToken, int toToken, int[] out) {
        Objects.checkIndex(layer, layers);
        Objects.checkFromToIndex(fromToken, toToken, tokens);
        long count = (long) (toToken - fromToken) * topK;
        if (out.length < count) {
            throw new IllegalArgumentException("out: got length " + out.length + ", expected at least " + count);
        }
        long first = ((long) layer * tokens + fromToken) * topK;
        for (int k = 0; k < count; k++) {
            out[k] = (int) type.read(data, (first + k) * type.bytes());
        }
    }

    @Override
    public String toString() {
        return "RoutingTrace[layers=" + layers + ", tokens=" + tokens + ", topK=" + topK + ", experts=" + experts + "]";
    }
}
