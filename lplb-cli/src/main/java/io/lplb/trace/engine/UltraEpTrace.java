// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.trace.FileTrace;
import io.lplb.trace.FormatException;
import io.lplb.trace.Printable;
import io.lplb.trace.TraceOptions;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Trace of UltraEP's load profiler, the input of its load viewer ({@code ULTRA_EP_LOAD_PROFILE_DIR}; UltraEP 1.0.0, README "Load profiler and
 * viewer" and {@code ultra_ep/profiling.py}, schema {@code ultra_ep_trace_v1}). A folder holds the chunks of an EP group,
 * {@code TRACE_ID.chunkNNNNNN.npz}, each with arrays of records:
 *
 * <pre>
 *   metadata                       JSON text
 *   layers              [records]  layer of the record
 *   microbatches        [records]  number of the micro-batch in that layer, growing
 *   pre_logical_loads   [records, experts]
 * </pre>
 *
 * <p>A step is a micro-batch. Its layers may be records apart; a micro-batch without all layers, because the profiler dropped a record, is
 * left out. Memory holds the micro-batches under way, at most 64.
 */
public final class UltraEpTrace extends FileTrace {
    private static final String SCHEMA = "ultra_ep_trace_v1";
    private static final int MOST_OPEN = 64;
    private static final long OPEN_CELLS = 1 << 23;

    private final List<Path> chunks;
    private final Map<Integer, Integer> layerOf;
    private final int perRecord;
    private final int mostOpen;
    private final TreeMap<Long, Step> open = new TreeMap<>();
    private int chunk;
    private @Nullable Chunk records;

    /** Micro-batch under way. */
    private static final class Step {
        private final long[] @Nullable [] counts;
        private int left;

        Step(int layers) {
            this.counts = new long[layers][];
            this.left = layers;
        }
    }

    /** Layers and experts of all chunks. */
    private record Sizes(Map<Integer, Integer> layerOf, long experts) {}

    private UltraEpTrace(Path file, List<Path> chunks, Sizes sizes, TraceOptions options) throws FormatException {
        super(file, "UltraEP load profile", sizes.layerOf.size(), experts(sizes.experts, options), 1);
        this.chunks = chunks;
        this.layerOf = sizes.layerOf;
        this.perRecord = (int) sizes.experts;
        this.mostOpen = Math.clamp(OPEN_CELLS / ((long) layers() * experts()), 2, MOST_OPEN);
    }

    /**
     * Opens a folder of chunks, or the chunks of the trace that a chunk file belongs to.
     *
     * @throws FormatException naming the file, if it is not as described above, or the folder has chunks of several EP groups
     * @throws IOException if it cannot be read
     */
    public static UltraEpTrace open(Path file, TraceOptions options) throws IOException {
        return naming(file, () -> {
            List<Path> chunks = chunks(file);
            return new UltraEpTrace(file, chunks, sizes(chunks), options);
        });
    }

    /** Returns whether a folder has chunks. */
    public static boolean isFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(each -> !traceId(each).isEmpty());
        }
    }

    /** The trace that a chunk belongs to; empty for other files. */
    private static String traceId(Path file) {
        String name = String.valueOf(file.getFileName());
        int at = name.indexOf(".chunk");
        return at > 0 && name.endsWith(".npz") ? name.substring(0, at) : "";
    }

    private static List<Path> chunks(Path file) throws IOException {
        if (!Files.isDirectory(file) && traceId(file).isEmpty()) {
            return List.of(file);
        }
        Path parent = Files.isDirectory(file) ? file : file.toAbsolutePath().getParent();
        String only = Files.isDirectory(file) ? "" : traceId(file);
        List<Path> chunks;
        try (Stream<Path> files = Files.list(parent == null ? Path.of("") : parent)) {
            chunks = files.filter(each -> !traceId(each).isEmpty() && (only.isEmpty() || only.equals(traceId(each))))
                    .sorted()
                    .toList();
        }
        TreeSet<String> ids = chunks.stream().map(UltraEpTrace::traceId).collect(Collectors.toCollection(TreeSet::new));
        if (ids.size() != 1) {
            throw new FormatException("got chunks of " + ids.size() + " EP groups " + Printable.oneLine(ids.toString())
                    + ", expected one group; name one of its chunk files");
        }
        return chunks;
    }

    private static Sizes sizes(List<Path> chunks) throws IOException {
        TreeMap<Integer, Integer> layers = new TreeMap<>();
        long experts = -1;
        for (Path path : chunks) {
            try (Chunk chunk = new Chunk(path)) {
                if (experts >= 0 && chunk.experts != experts) {
                    throw new FormatException(path.getFileName() + ": got " + chunk.experts + " experts, expected "
                            + experts + " as in the first chunk");
                }
                experts = chunk.experts;
                for (long k = 0; k < chunk.records; k++) {
                    layers.put(layer(chunk.layers.next()), 0);
                    if (layers.size() > LAYER_LIMIT) {
                        throw new FormatException("got more than " + LAYER_LIMIT + " layers, expected fewer");
                    }
                }
            }
        }
        int number = 0;
        for (Map.Entry<Integer, Integer> layer : layers.entrySet()) {
            layer.setValue(number++);
        }
        return new Sizes(layers, experts);
    }

    private static int layer(long number) throws FormatException {
        if (number != (int) number) {
            throw new FormatException("layers: got " + number + ", expected the number of a layer");
        }
        return (int) number;
    }

    @Override
    protected boolean read() throws IOException {
        while (true) {
            Map.Entry<Long, Step> first = open.firstEntry();
            if (first != null && (first.getValue().left == 0 || open.size() > mostOpen)) {
                open.pollFirstEntry();
                if (take(first.getValue())) {
                    return true;
                }
            } else if (!readRecord()) {
                Map.Entry<Long, Step> rest = open.pollFirstEntry();
                if (rest == null) {
                    return false;
                }
                if (take(rest.getValue())) {
                    return true;
                }
            }
        }
    }

    private boolean take(Step step) throws FormatException {
        if (step.left > 0) {
            return false;
        }
        for (int layer = 0; layer < step.counts.length; layer++) {
            long[] counts = step.counts[layer];
            for (int e = 0; counts != null && e < counts.length; e++) {
                add(layer, e, counts[e]);
            }
        }
        return true;
    }

    private boolean readRecord() throws IOException {
        while (records == null || records.at == records.records) {
            close();
            if (chunk == chunks.size()) {
                return false;
            }
            records = new Chunk(chunks.get(chunk++));
        }
        records.at++;
        Integer layer = layerOf.get(layer(records.layers.next()));
        long microbatch = records.microbatches.next();
        long[] counts = new long[perRecord];
        for (int e = 0; e < counts.length; e++) {
            counts[e] = records.loads.next();
        }
        Step step = open.computeIfAbsent(microbatch, number -> new Step(layers()));
        if (layer == null || step.counts[layer] != null) {
            throw new FormatException(
                    "micro-batch " + microbatch + ": got a layer twice, or one that was not there before");
        }
        step.counts[layer] = counts;
        step.left--;
        return true;
    }

    @Override
    protected void restart() throws IOException {
        close();
        chunk = 0;
        open.clear();
    }

    @Override
    public void close() throws IOException {
        if (records != null) {
            records.close();
            records = null;
        }
    }

    /** Arrays of a chunk, read in step. */
    private static final class Chunk implements AutoCloseable {
        private final ZipFile zip;
        private final NpyStream layers;
        private final NpyStream microbatches;
        private final NpyStream loads;
        private final long records;
        private final long experts;
        private long at;

        Chunk(Path path) throws IOException {
            try {
                zip = new ZipFile(path.toFile());
            } catch (ZipException | EOFException e) {
                throw new FormatException(
                        "got no zip archive (" + Printable.oneLine(String.valueOf(e.getMessage()))
                                + "), expected an .npz",
                        e);
            }
            try {
                layers = array("layers");
                microbatches = array("microbatches");
                loads = array("pre_logical_loads");
                records = layers.shape().size() == 1 ? layers.shape().getFirst() : -1;
                if (records < 0
                        || !microbatches.shape().equals(layers.shape())
                        || loads.shape().size() != 2
                        || loads.shape().getFirst() != records) {
                    throw new FormatException("got shapes " + layers.shape() + ", " + microbatches.shape() + " and "
                            + loads.shape() + ", expected [records], [records] and [records, experts]");
                }
                experts = loads.shape().getLast();
                requireSizes(1, experts, 1);
                requireSchema();
            } catch (IllegalArgumentException e) {
                zip.close();
                throw new FormatException(
                        "got a damaged zip archive: " + Printable.oneLine(String.valueOf(e.getMessage())), e);
            } catch (IOException | RuntimeException e) {
                zip.close();
                throw e;
            }
        }

        private NpyStream array(String name) throws IOException {
            ZipEntry entry = zip.getEntry(name + ".npy");
            if (entry == null) {
                throw new FormatException("got an archive without " + name + ", expected UltraEP's arrays");
            }
            return new NpyStream(zip.getInputStream(entry));
        }

        private void requireSchema() throws IOException {
            try (NpyStream metadata = array("metadata")) {
                JsonNode json = new ObjectMapper().readTree(metadata.text());
                String schema = json.path("schema").asText();
                if (!schema.equals(SCHEMA)) {
                    throw new FormatException(
                            "metadata: got schema " + Printable.quoted(schema) + ", expected " + SCHEMA);
                }
            }
        }

        @Override
        public void close() throws IOException {
            zip.close();
        }
    }
}
