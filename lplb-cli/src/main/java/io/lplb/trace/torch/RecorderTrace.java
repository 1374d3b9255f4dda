// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import io.lplb.trace.FileTrace;
import io.lplb.trace.FormatException;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.torch.Pickle.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Trace of a file of SGLang's expert distribution recorder ({@code --expert-distribution-recorder-mode}; sgl-project/sglang,
 * {@code python/sglang/srt/eplb/expert_distribution.py}):
 *
 * <ul>
 *   <li>{@code stat} and {@code stat_approx}: a dictionary with {@code logical_count}, {@code [steps, layers, experts]} or {@code [layers, experts]};
 *   <li>{@code per_token}: a dictionary with {@code records}, each with {@code topk_ids_of_layer}, {@code [layers, tokens, k]}, padded with -1;
 *   <li>{@code per_pass}: a dictionary with {@code records}, each with {@code global_physical_count}, {@code [layers, slots]}.
 * </ul>
 *
 * <p>A step is an entry of the first dimension, or a record. Ids and counts of slots become those of experts by
 * {@code last_physical_to_logical_map}; ids count as slots where one of the file is not below the number of experts that the map names.
 *
 * <p>Counts are whole numbers from 0 to 2^63 - 1. Memory holds one step, and the descriptions of the records.
 */
public final class RecorderTrace extends FileTrace {
    private static final String COUNT = "logical_count";
    private static final String RECORDS = "records";
    private static final String IDS = "topk_ids_of_layer";
    private static final String PHYSICAL = "global_physical_count";
    private static final String MAP = "last_physical_to_logical_map";

    private final TorchFile file;
    private final Layout layout;
    private final long padding;
    private TorchFile.@Nullable Numbers numbers;
    private int record;

    /** Kinds of files. */
    private enum Mode {
        STAT,
        PER_TOKEN,
        PER_PASS
    }

    /** The tensors of a file, and how their numbers become counts of experts. */
    private record Layout(
            Mode mode,
            List<Tensor> tensors,
            int layers,
            long experts,
            @Nullable List<int[]> expertOfSlot) {}

    private RecorderTrace(Path path, TorchFile file, Layout layout, TraceOptions options) throws IOException {
        super(
                path,
                "SGLang recorder, " + layout.mode.name().toLowerCase(Locale.ROOT),
                layout.layers,
                experts(layout.experts, options),
                layout.mode == Mode.PER_TOKEN
                        ? idSources(layout.layers, experts(layout.experts, options), options)
                        : 1);
        this.file = file;
        this.layout = layout;
        this.padding = options.padding();
        if (layout.mode != Mode.STAT) {
            states(layout.tensors.size());
        } else {
            List<Long> shape = layout.tensors.getFirst().shape();
            long batches = shape.size() == 3 ? shape.getFirst() : 1;
            if (batches > Integer.MAX_VALUE) {
                throw new FormatException(path + ": got counts of shape " + shape + ", expected at most "
                        + Integer.MAX_VALUE + " batches");
            }
            states((int) batches);
        }
    }

    /**
     * Opens a file.
     *
     * @param path of {@code torch.save}, ending in .pt as a rule
     * @param options padding and experts
     * @throws FormatException naming the file, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static RecorderTrace open(Path path, TraceOptions options) throws IOException {
        return naming(path, () -> {
            TorchFile file = TorchFile.open(path, Set.of(COUNT, RECORDS, IDS, PHYSICAL, MAP));
            try {
                return new RecorderTrace(path, file, layout(file, options), options);
            } catch (ClassCastException | ArithmeticException e) {
                file.close();
                throw new FormatException("got values of other types than a recorder writes", e);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        });
    }

    private static Layout layout(TorchFile file, TraceOptions options) throws IOException {
        if (!(file.root() instanceof Map<?, ?> fields)) {
            throw new FormatException("got no dictionary, expected one with " + COUNT + " or records");
        }
        if (fields.get(COUNT) instanceof Tensor counts) {
            int layers = length(counts, -2, "layers");
            return new Layout(Mode.STAT, List.of(counts), layers, length(counts, -1, "experts"), null);
        }
        List<Tensor> tensors = records(fields.get(RECORDS));
        Tensor first = tensors.getFirst();
        boolean tokens = first.shape().size() == 3;
        int layers = length(first, tokens ? -3 : -2, "layers");
        int[][] map = fields.get(MAP) instanceof Tensor tensor ? map(file, tensor, layers) : null;
        long named = 0;
        for (int[] layer : map == null ? new int[0][] : map) {
            for (int expert : layer) {
                named = Math.max(named, expert + 1L);
            }
        }
        long ids;
        if (!tokens) {
            ids = length(first, -1, "slots");
        } else if (map == null && options.experts() > 0) {
            ids = options.experts(); // Larger ids are found on the way.
        } else {
            ids = largestId(file, tensors, options.padding()) + 1;
        }
        boolean slots = map != null && (!tokens || ids > named);
        return new Layout(
                tokens ? Mode.PER_TOKEN : Mode.PER_PASS,
                tensors,
                layers,
                slots ? named : Math.max(named, ids),
                slots && map != null ? List.of(map) : null);
    }

    private static List<Tensor> records(@Nullable Object list) throws FormatException {
        if (!(list instanceof List<?> records) || records.isEmpty()) {
            throw new FormatException("got neither " + COUNT + " nor records, expected one of them");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int k = 0; k < records.size(); k++) {
            Object value = records.get(k) instanceof Map<?, ?> record
                    ? record.containsKey(IDS) ? record.get(IDS) : record.get(PHYSICAL)
                    : null;
            if (!(value instanceof Tensor tensor)) {
                throw new FormatException(
                        "records[" + k + "]: got no tensor " + IDS + " or " + PHYSICAL + ", expected one");
            }
            length(tensor, -1, "entries");
            if (k > 0 && !sameLayers(tensor, tensors.getFirst())) {
                throw new FormatException("records[" + k + "]: got shape " + tensor.shape()
                        + ", expected that of records[0], " + tensors.getFirst().shape() + ", tokens aside");
            }
            tensors.add(tensor);
        }
        return tensors;
    }

    private static boolean sameLayers(Tensor a, Tensor b) {
        return a.shape().size() == b.shape().size()
                && a.shape().getFirst().equals(b.shape().getFirst())
                && a.shape().getLast().equals(b.shape().getLast());
    }

    private static int length(Tensor tensor, int fromEnd, String what) throws FormatException {
        List<Long> shape = tensor.shape();
        long length = shape.size() < 2 || shape.size() > 3 || shape.size() + fromEnd < 0
                ? -1
                : shape.get(shape.size() + fromEnd);
        if (length < 1 || length > EXPERT_LIMIT) {
            throw new FormatException("got a tensor of shape " + shape + ", expected two or three dimensions with 1 to "
                    + EXPERT_LIMIT + " " + what);
        }
        return (int) length;
    }

    private static int[][] map(TorchFile file, Tensor tensor, int layers) throws IOException {
        int rows = length(tensor, -2, "layers");
        int columns = length(tensor, -1, "slots");
        if (tensor.shape().size() != 2 || rows != layers || (long) rows * columns > CELL_LIMIT) {
            throw new FormatException(
                    MAP + ": got shape " + tensor.shape() + ", expected " + layers + " layers of slots");
        }
        int[][] map = new int[rows][columns];
        try (TorchFile.Numbers numbers = file.numbers(tensor)) {
            for (int[] row : map) {
                for (int slot = 0; slot < columns; slot++) {
                    long expert = numbers.next();
                    if (expert < -1 || expert >= EXPERT_LIMIT) {
                        throw new FormatException(
                                MAP + ": got expert " + expert + ", expected -1 to " + (EXPERT_LIMIT - 1));
                    }
                    row[slot] = (int) expert;
                }
            }
        }
        return map;
    }

    private static long largestId(TorchFile file, List<Tensor> tensors, long padding) throws IOException {
        long largest = -1;
        for (Tensor tensor : tensors) {
            try (TorchFile.Numbers numbers = file.numbers(tensor)) {
                while (numbers.left() > 0) {
                    long id = numbers.next();
                    largest = id == padding ? largest : Math.max(largest, id);
                }
            }
        }
        if (largest >= EXPERT_LIMIT) {
            throw new FormatException(IDS + ": got id " + largest + ", expected -1 to " + (EXPERT_LIMIT - 1));
        }
        return largest;
    }

    @Override
    protected boolean read() throws IOException {
        if (layout.mode == Mode.STAT) {
            return readStat();
        }
        if (record == layout.tensors.size()) {
            return false;
        }
        String where = "records[" + record + "]";
        Tensor tensor = layout.tensors.get(record++);
        try (TorchFile.Numbers values = file.numbers(tensor)) {
            long perLayer = values.left() / layers();
            long topK = tensor.shape().getLast();
            for (int layer = 0; layer < layers(); layer++) {
                for (long k = 0; k < perLayer; k++) {
                    int source = layout.mode == Mode.PER_TOKEN ? (int) (k / topK * sources() / (perLayer / topK)) : 0;
                    take(layer, source, k, values.next(), where);
                }
            }
        }
        return true;
    }

    private boolean readStat() throws IOException {
        if (numbers == null) {
            numbers = file.numbers(layout.tensors.getFirst());
        }
        if (numbers.left() == 0) {
            return false;
        }
        for (int layer = 0; layer < layers(); layer++) {
            for (int e = 0; e < layout.experts; e++) {
                add(layer, e, numbers.next());
            }
        }
        return true;
    }

    private void take(int layer, int source, long index, long value, String where) throws IOException {
        boolean tokens = layout.mode == Mode.PER_TOKEN;
        int id = tokens ? idOf(value, where) : (int) index;
        int expert = id < 0 || layout.expertOfSlot == null ? id : expertOf(layout.expertOfSlot.get(layer), id, where);
        if (expert >= 0) {
            add(layer, source, expert, tokens ? 1 : value);
        } else if (tokens) {
            pad();
        } else if (value != 0) {
            throw new FormatException(where + ": got " + value + " tokens of an empty slot, expected 0");
        }
    }

    private int idOf(long id, String where) throws FormatException {
        if (id == -1 || id == padding) {
            return -1;
        }
        int most = layout.expertOfSlot == null ? experts() : EXPERT_LIMIT;
        if (id < 0 || id >= most) {
            throw new FormatException(where + ": got id " + id + ", expected -1 to " + (most - 1));
        }
        return (int) id;
    }

    private static int expertOf(int[] expertOfSlot, int slot, String where) throws FormatException {
        if (slot >= expertOfSlot.length) {
            throw new FormatException(where + ": got slot " + slot + ", expected one of " + MAP);
        }
        return expertOfSlot[slot];
    }

    @Override
    protected void restart() throws IOException {
        record = 0;
        if (numbers != null) {
            numbers.close();
            numbers = null;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
