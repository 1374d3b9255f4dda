// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens NumPy's .npy files of expert ids as routing traces; see {@link NpyArray} for the format.
 *
 * <p>Shapes are {@code [layers, tokens, topK]} or {@code [tokens, topK]}. Every id is checked once on opening; the file must
 * not change while the trace is in use.
 *
 * <p>Limits: 65,536 layers, 4,096 experts a token, ids below 1,048,576.
 */
public final class NpyReader {
    /** Ids must be below this: no model has a million experts in a layer, but a wrong file has such numbers. */
    static final int ID_LIMIT = 1 << 20;

    private static final int LAYER_LIMIT = 1 << 16;
    private static final int TOP_K_LIMIT = 1 << 12;

    private NpyReader() {}

    /**
     * Opens a trace.
     *
     * @throws FormatException naming the file, if it is not a .npy file of ids as described above
     * @throws IOException if it cannot be read
     */
    public static RoutingTrace open(Path file) throws IOException {
        return NpyArray.open(file, NpyReader::checkShape, NpyReader::trace);
    }

    /** At most 2^16 * 2^31 * 2^12 numbers. */
    static void checkShape(List<Long> shape) throws FormatException {
        if (shape.size() != 2 && shape.size() != 3) {
            throw new FormatException(
                    "shape: got " + shape.size() + " dimensions, expected [layers, tokens, k] or [tokens, k]");
        }
        NpyArray.require("layers", shape.size() == 3 ? shape.getFirst() : 1, 1, LAYER_LIMIT);
        NpyArray.require("tokens", shape.get(shape.size() - 2), 0, Integer.MAX_VALUE);
        NpyArray.require("k", shape.getLast(), 1, TOP_K_LIMIT);
    }

    private static RoutingTrace trace(NpyArray array) throws FormatException {
        List<Long> shape = array.shape();
        int layers = shape.size() == 3 ? shape.getFirst().intValue() : 1;
        int tokens = shape.get(shape.size() - 2).intValue();
        return NpyTrace.checked(
                array.data(), array.type(), layers, tokens, shape.getLast().intValue());
    }
}
