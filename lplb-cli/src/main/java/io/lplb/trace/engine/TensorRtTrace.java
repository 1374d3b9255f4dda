// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.trace.FileTrace;
import io.lplb.trace.FormatException;
import io.lplb.trace.Printable;
import io.lplb.trace.TraceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Trace of a folder of TensorRT-LLM's expert statistics ({@code EXPERT_STATISTIC_PATH}, {@code EXPERT_STATISTIC_ITER_RANGE}; NVIDIA/TensorRT-LLM,
 * {@code examples/ep_load_balancer/README.md} and {@code utils.py}):
 *
 * <ul>
 *   <li>{@code meta_info.json}: an object with {@code num_experts};
 *   <li>{@code rankN.safetensors}: an array {@code [experts]} of routed tokens per iteration and layer, named {@code ITERATION_LAYER}.
 * </ul>
 *
 * <p>A step is an iteration; the sources are the ranks in order of their numbers. An iteration and layer that a rank lacks counts as no tokens
 * of that rank.
 */
public final class TensorRtTrace extends FileTrace {
    private static final String META = "meta_info.json";
    private static final int META_LIMIT = 1 << 20;

    private final List<SafeTensors> ranks;
    private final List<Integer> iterations;
    private final List<Integer> layers;
    private final int perArray;
    private int next;

    /** Iterations and layers that the names of arrays state. */
    private record Keys(List<Integer> iterations, List<Integer> layers) {}

    private TensorRtTrace(Path folder, List<SafeTensors> ranks, Keys keys, int experts, TraceOptions options)
            throws FormatException {
        super(folder, "TensorRT-LLM expert statistics", keys.layers.size(), experts(experts, options), ranks.size());
        this.ranks = ranks;
        this.iterations = keys.iterations;
        this.layers = keys.layers;
        this.perArray = experts;
        states(iterations.size());
    }

    /**
     * Opens a folder.
     *
     * @throws FormatException naming the folder, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static TensorRtTrace open(Path folder, TraceOptions options) throws IOException {
        return naming(folder, () -> {
            int experts = experts(folder.resolve(META));
            List<SafeTensors> ranks = new ArrayList<>();
            try {
                for (Path file : files(folder)) {
                    ranks.add(naming(Path.of(String.valueOf(file.getFileName())), () -> SafeTensors.open(file)));
                }
                return new TensorRtTrace(folder, ranks, keys(ranks, experts), experts, options);
            } catch (IOException | RuntimeException e) {
                closeAll(ranks);
                throw e;
            }
        });
    }

    /** Returns whether a folder has the file that describes the statistics. */
    public static boolean isFolder(Path folder) {
        return Files.isRegularFile(folder.resolve(META));
    }

    private static int experts(Path meta) throws IOException {
        if (!Files.isRegularFile(meta) || Files.size(meta) > META_LIMIT) {
            throw new FormatException("got no " + META + " of at most " + META_LIMIT + " bytes, expected one");
        }
        JsonNode json = new ObjectMapper().readTree(meta.toFile());
        JsonNode experts = json == null ? null : json.get("num_experts");
        if (experts == null
                || !experts.canConvertToInt()
                || experts.intValue() < 1
                || experts.intValue() > EXPERT_LIMIT) {
            throw new FormatException(META + ": got num_experts " + Printable.oneLine(String.valueOf(experts))
                    + ", expected 1 to " + EXPERT_LIMIT);
        }
        return experts.intValue();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> ranks = files.filter(
                            file -> String.valueOf(file.getFileName()).matches("rank[0-9]{1,6}\\.safetensors"))
                    .sorted(Comparator.comparingInt(TensorRtTrace::rank))
                    .toList();
            if (ranks.isEmpty()) {
                throw new FormatException("got no rank0.safetensors, expected a file per rank");
            }
            return ranks;
        }
    }

    private static int rank(Path file) {
        return Integer.parseInt(String.valueOf(file.getFileName()).replaceAll("[^0-9]", ""));
    }

    private static Keys keys(List<SafeTensors> ranks, int experts) throws FormatException {
        TreeSet<Integer> iterations = new TreeSet<>();
        TreeSet<Integer> layers = new TreeSet<>();
        TreeSet<String> names = new TreeSet<>();
        for (SafeTensors rank : ranks) {
            for (String name : rank.names()) {
                if (!name.matches("(0|[1-9][0-9]{0,8})_(0|[1-9][0-9]{0,8})") || rank.length(name) != experts) {
                    throw new FormatException(Printable.quoted(name) + ": got an array of " + rank.length(name)
                            + " numbers, expected ITERATION_LAYER with " + experts);
                }
                names.add(name);
                iterations.add(Integer.parseInt(name.substring(0, name.indexOf('_'))));
                layers.add(Integer.parseInt(name.substring(name.indexOf('_') + 1)));
            }
        }
        if (names.size() != (long) iterations.size() * layers.size()) {
            throw new FormatException("got " + names.size() + " pairs of iteration and layer, expected "
                    + iterations.size() + " iterations x " + layers.size() + " layers");
        }
        return new Keys(List.copyOf(iterations), List.copyOf(layers));
    }

    @Override
    protected boolean read() throws IOException {
        if (next == iterations.size()) {
            return false;
        }
        int iteration = iterations.get(next++);
        for (int layer = 0; layer < layers.size(); layer++) {
            for (int rank = 0; rank < ranks.size(); rank++) {
                long[] tokens = ranks.get(rank).read(iteration + "_" + layers.get(layer));
                for (int e = 0; tokens != null && e < perArray; e++) {
                    add(layer, rank, e, tokens[e]);
                }
            }
        }
        return true;
    }

    @Override
    protected void restart() {
        next = 0;
    }

    @Override
    public void close() throws IOException {
        closeAll(ranks);
    }

    private static void closeAll(List<SafeTensors> ranks) throws IOException {
        for (SafeTensors rank : ranks) {
            rank.close();
        }
    }
}
