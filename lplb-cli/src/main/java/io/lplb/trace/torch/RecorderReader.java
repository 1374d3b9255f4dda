// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import io.lplb.trace.CountTrace;
import io.lplb.trace.FormatException;
import io.lplb.trace.torch.Pickle.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of SGLang's expert distribution recorder ({@code --expert-distribution-recorder-mode}), as its documentation and samples
 * show them:
 *
 * <ul>
 *   <li>{@code stat}: a dictionary with {@code logical_count}, {@code [steps, layers, experts]} or {@code [layers, experts]};
 *   <li>{@code per_token}: a dictionary with {@code records}, each with {@code topk_ids_of_layer}, {@code [layers, tokens, k]}, padded with -1;
 *   <li>{@code per_pass}: a dictionary with {@code records}, each with {@code global_physical_count}, {@code [layers, slots]}.
 * </ul>
 *
 * <p>Steps stay apart: a step is an entry of the first dimension, or a record. Ids and counts of slots become those of experts by
 * {@code last_physical_to_logical_map}; ids count as slots where one of the file is not below the number of experts that the map names.
 *
 * <p>Counts are whole numbers from 0 to 2^63 - 1. Memory holds one step. Limits: 65,536 layers and 65,536 experts.
 */
public final class RecorderReader {
    private static final String COUNT = "logical_count";
    private static final String IDS = "topk_ids_of_layer";
    private static final String PHYSICAL = "global_physical_count";
    private static final String MAP = "last_physical_to_logical_map";
    private static final int LIMIT = 1 << 16;
    private static final long CELL_LIMIT = 1 << 26;

    private final TorchFile file;
    private final String kind;
    private final List<Tensor> tensors;
    private final int layers;
    private final int experts;
    private final int @Nullable [][] map;
    private final boolean slots;
    private final int padding;

    /**
     * What a file says of itself and of its numbers.
     *
     * @param kind {@code stat}, {@code per_token} or {@code per_pass}
     * @param steps forward passes
     * @param layers MoE layers
     * @param experts logical experts
     * @param sum all counts of all steps, or all ids that are no padding
     * @param largest count of one expert in one layer and step
     * @param padding ids that are padding
     */
    public record Info(String kind, int steps, int layers, int experts, long sum, long largest, long padding) {}

    private RecorderReader(TorchFile file, int padding) throws IOException {
        this.file = file;
        this.padding = padding;
        if (!(file.root() instanceof Map<?, ?> fields)) {
            throw new FormatException("got no dictionary, expected one with " + COUNT + " or records");
        }
        Tensor physical = fields.get(MAP) instanceof Tensor tensor ? tensor : null;
        if (fields.get(COUNT) instanceof Tensor counts) {
            kind = "stat";
            tensors = List.of(counts);
            map = null;
            slots = false;
            layers = length(counts, -2, "layers");
            experts = length(counts, -1, "experts");
            return;
        }
        tensors = records(fields.get("records"));
        Tensor first = tensors.getFirst();
        boolean tokens = first.shape().size() == 3;
        kind = tokens ? "per_token" : "per_pass";
        layers = length(first, tokens ? -3 : -2, "layers");
        map = physical == null ? null : map(physical);
        int named = map == null
                ? 0
                : Arrays.stream(map).flatMapToInt(Arrays::stream).max().orElse(-1) + 1;
        int largest = tokens ? largestId() : length(first, -1, "slots") - 1;
        slots = map != null && (!tokens || largest >= named);
        experts = slots || named > largest ? named : largest + 1;
        if (experts < 1 || experts > LIMIT) {
            throw new FormatException("got " + experts + " experts, expected 1 to " + LIMIT);
        }
    }

    /**
     * Reads a file step by step.
     *
     * @param file of {@code torch.save}, ending in .pt as a rule
     * @param padding id that is no expert, beside -1
     * @param steps takes the counts of every step, in order
     * @return what the file holds
     * @throws FormatException naming the file, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static Info read(Path file, int padding, CountTrace.Steps steps) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file + ": got a folder, expected a file of torch.save");
        }
        try (TorchFile opened = TorchFile.open(file)) {
            return new RecorderReader(opened, padding).forEach(steps);
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        } catch (ClassCastException | ArithmeticException e) {
            throw new FormatException(file + ": got values of other types than a recorder writes", e);
        }
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
        if (length < 1 || length > LIMIT) {
            throw new FormatException("got a tensor of shape " + shape + ", expected two or three dimensions with 1 to "
                    + LIMIT + " " + what);
        }
        return (int) length;
    }

    private int[][] map(Tensor tensor) throws IOException {
        int rows = length(tensor, -2, "layers");
        int columns = length(tensor, -1, "slots");
        if (tensor.shape().size() != 2 || rows != layers || (long) rows * columns > CELL_LIMIT) {
            throw new FormatException(
                    MAP + ": got shape " + tensor.shape() + ", expected " + layers + " layers of slots");
        }
        int[][] read = new int[rows][columns];
        file.read(tensor, (index, value) -> {
            if (value < -1 || value >= LIMIT) {
                throw new FormatException(MAP + ": got expert " + value + ", expected -1 to " + (LIMIT - 1));
            }
            read[(int) (index / columns)][(int) (index % columns)] = (int) value;
        });
        return read;
    }

    private int largestId() throws IOException {
        long[] largest = {-1};
        for (Tensor tensor : tensors) {
            file.read(tensor, (index, id) -> {
                if (id != padding) {
                    largest[0] = Math.max(largest[0], id);
                }
            });
        }
        if (largest[0] >= LIMIT) {
            throw new FormatException(IDS + ": got id " + largest[0] + ", expected -1 to " + (LIMIT - 1));
        }
        return (int) largest[0];
    }

    private Info forEach(CountTrace.Steps steps) throws IOException {
        if ((long) layers * experts > CELL_LIMIT) {
            throw new FormatException("got " + layers + " layers of " + experts + " experts, expected at most "
                    + CELL_LIMIT + " counts a step");
        }
        Tally tally = new Tally(steps);
        if (kind.equals("stat")) {
            long cells = (long) layers * experts;
            file.read(tensors.getFirst(), (index, count) -> {
                tally.add((int) (index % cells / experts), (int) (index % experts), count);
                if (index % cells == cells - 1) {
                    tally.end();
                }
            });
        } else {
            for (int k = 0; k < tensors.size(); k++) {
                record(tensors.get(k), tally, "records[" + k + "]");
                tally.end();
            }
        }
        return new Info(kind, tally.steps, layers, experts, tally.sum, tally.largest, tally.padding);
    }

    private void record(Tensor tensor, Tally tally, String where) throws IOException {
        long perLayer = 1;
        for (long length : tensor.shape().subList(1, tensor.shape().size())) {
            perLayer = Math.multiplyExact(perLayer, length);
        }
        long cells = Math.max(1, perLayer);
        boolean tokens = kind.equals("per_token");
        int columns = tensor.shape().getLast().intValue();
        file.read(tensor, (index, value) -> {
            int layer = (int) (index / cells);
            int id = tokens ? idOf(value, where) : (int) (index % columns);
            int expert = id < 0 ? -1 : slots ? expertOf(layer, id, where) : id;
            if (expert >= 0) {
                tally.add(layer, expert, tokens ? 1 : value);
            } else if (tokens) {
                tally.padding++;
            } else if (value != 0) {
                throw new FormatException(where + ": got " + value + " tokens of an empty slot, expected 0");
            }
        });
    }

    private int idOf(long id, String where) throws FormatException {
        if (id == -1 || id == padding) {
            return -1;
        }
        if (id < 0 || id >= LIMIT) {
            throw new FormatException(where + ": got id " + id + ", expected -1 to " + (LIMIT - 1));
        }
        return (int) id;
    }

    private int expertOf(int layer, int slot, String where) throws FormatException {
        int[][] experts = map;
        if (experts == null || slot >= experts[layer].length) {
            throw new FormatException(where + ": got slot " + slot + ", expected one of " + MAP);
        }
        return experts[layer][slot];
    }

    /** The counts of the step under way, and sums over all steps. */
    private final class Tally {
        private final CountTrace.Steps to;
        private final long[][] counts = new long[layers][experts];
        private int steps;
        private long sum;
        private long largest;
        private long padding;

        Tally(CountTrace.Steps to) {
            this.to = to;
        }

        void add(int layer, int expert, long count) throws FormatException {
            if (count < 0 || sum + count < 0) {
                throw new FormatException("layer " + layer + ", expert " + expert + ": got a count of " + count
                        + " after a sum of " + sum + ", expected 0 to 2^63 - 1");
            }
            counts[layer][expert] += count;
            sum += count;
            largest = Math.max(largest, counts[layer][expert]);
        }

        void end() throws IOException {
            to.take(steps, counts);
            steps++;
            for (long[] layer : counts) {
                Arrays.fill(layer, 0);
            }
        }
    }
}
