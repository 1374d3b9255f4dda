// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import io.lplb.trace.TraceOptions.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Trace of a NumPy .npy file of expert ids or of token counts, see {@link TraceOptions.Content} for shapes and {@link NpyArray} for types.
 * Counts in floats must be whole.
 *
 * <p>The file is mapped, not read. Where the options give no number of experts, all ids are read once when the trace is opened.
 */
final class NpyCounts extends FileTrace {
    private static final int MOST_TOP_K = 1 << 12;

    private final NpyArray array;
    private final Content content;
    private final Shape shape;
    private final long padding;
    private int next;

    /** Lengths of dimensions: for ids, inner is k and rows are the tokens of a step; for counts, rows are sources and inner experts. */
    private record Shape(int steps, long layers, long rows, long inner, long tokens) {}

    private NpyCounts(Path file, NpyArray array, Shape shape, long experts, TraceOptions options)
            throws FormatException {
        super(
                file,
                options.content() == Content.IDS ? "ids in .npy" : "counts in .npy",
                shape.layers,
                experts,
                options.content() == Content.SOURCES
                        ? shape.rows
                        : options.content() == Content.IDS ? idSources(shape.layers, experts, options) : 1);
        this.array = array;
        this.content = options.content();
        this.shape = shape;
        this.padding = options.padding();
        states(shape.steps);
    }

    /**
     * Opens a file.
     *
     * @throws FormatException naming the file, if it is not as described above
     * @throws IllegalArgumentException if the options ask for fewer experts than the file names, or for longer steps than it has
     * @throws IOException if it cannot be read
     */
    static NpyCounts open(Path file, TraceOptions options) throws IOException {
        boolean ids = options.content() == Content.IDS;
        NpyArray.Reader<NpyCounts> reader = array -> {
            Shape shape = ids ? ofIds(array.shape(), options) : ofCounts(array.shape(), options);
            long found = !ids ? shape.inner : options.experts() > 0 ? options.experts() : largest(array, options) + 1;
            return new NpyCounts(file, array, shape, Math.max(1, experts(found, options)), options);
        };
        return ids
                ? NpyArray.open(file, lengths -> ofIds(lengths, options), reader)
                : NpyArray.openNumbers(file, lengths -> ofCounts(lengths, options), reader);
    }

    private static Shape ofIds(List<Long> lengths, TraceOptions options) throws FormatException {
        NpyReader.checkShape(lengths);
        long tokens = lengths.get(lengths.size() - 2);
        NpyArray.require("k", lengths.getLast(), 1, MOST_TOP_K);
        long perStep = options.batchTokens() == 0 ? Math.max(1, tokens) : options.batchTokens();
        if (tokens == 0 || perStep > tokens) {
            throw new FormatException(
                    "shape: got " + tokens + " tokens, expected at least one step of " + perStep + " tokens");
        }
        return new Shape(
                (int) (tokens / perStep),
                lengths.size() == 3 ? lengths.getFirst() : 1,
                perStep,
                lengths.getLast(),
                tokens);
    }

    private static Shape ofCounts(List<Long> lengths, TraceOptions options) throws FormatException {
        boolean sources = options.content() == Content.SOURCES;
        int dimensions = lengths.size();
        if (dimensions > 3 || dimensions < (sources ? 2 : 1)) {
            throw new FormatException("shape: got " + dimensions + " dimensions, expected "
                    + (sources
                            ? "[steps, sources, experts] or [steps, experts]"
                            : "[steps, layers, experts], [layers, experts] or [experts]"));
        }
        long first = dimensions == 3 || (dimensions == 2 && sources) ? lengths.getFirst() : 1;
        long second = dimensions == 3 ? lengths.get(1) : dimensions == 2 && !sources ? lengths.getFirst() : 1;
        NpyArray.require("steps", first, 0, Integer.MAX_VALUE);
        requireSizes(sources ? 1 : second, lengths.getLast(), sources ? second : 1);
        return new Shape((int) first, sources ? 1 : second, sources ? second : 1, lengths.getLast(), 0);
    }

    private static long largest(NpyArray array, TraceOptions options) throws FormatException {
        long largest = -1;
        long count = 1;
        for (long length : array.shape()) {
            count *= length;
        }
        for (long k = 0; k < count; k++) {
            long id = array.get(k);
            if (id > largest && id != options.padding()) {
                largest = id;
            }
        }
        return largest;
    }

    @Override
    protected boolean read() throws IOException {
        if (next == shape.steps) {
            return false;
        }
        if (content == Content.IDS) {
            readIds(next++);
        } else {
            readCounts(next++);
        }
        return true;
    }

    private void readIds(int step) throws FormatException {
        for (int layer = 0; layer < layers(); layer++) {
            long from = (layer * shape.tokens + step * shape.rows) * shape.inner;
            for (long k = 0; k < shape.rows * shape.inner; k++) {
                long id = array.get(from + k);
                if (id == -1 || id == padding) {
                    pad();
                } else if (id < 0 || id >= experts()) {
                    throw new FormatException("layer " + layer + ", token " + (step * shape.rows + k / shape.inner)
                            + ", entry " + k % shape.inner + ": got id " + id + ", expected -1 to " + (experts() - 1));
                } else {
                    add(layer, (int) (k / shape.inner * sources() / shape.rows), (int) id, 1);
                }
            }
        }
    }

    private void readCounts(int step) throws FormatException {
        long at = step * shape.layers * shape.rows * shape.inner;
        for (int layer = 0; layer < layers(); layer++) {
            for (int source = 0; source < shape.rows; source++) {
                for (int e = 0; e < shape.inner; e++) {
                    add(layer, source, e, array.whole(at++));
                }
            }
        }
    }

    @Override
    protected void restart() {
        next = 0;
    }

    @Override
    public void close() {
        // The mapping ends when the array is no longer reachable.
    }
}
