// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lplb.trace.Printable;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON file that the command {@code lplb layer} writes and {@code measure_layer.py} adds measured times to.
 *
 * <p>Not thread-safe.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class LayerFile {
    private static final long MOST_BYTES = 64 << 20;

    /** Hidden size of the model. */
    public int hidden;

    /** Intermediate size of one expert. */
    public int intermediate;

    /** Name of the cost under which plans were made and predicted. */
    public String cost = "";

    /** Command that wrote the plans. */
    public String command = "";

    /** Device that measured, or null. */
    public @Nullable String device;

    /** Driver of the device, or null. */
    public @Nullable String driver;

    /** Version of PyTorch, or null. */
    public @Nullable String torch;

    /** Date of the measurement, or null. */
    public @Nullable String date;

    /** Seconds of the measurement, or null. */
    public @Nullable Double seconds;

    /** Cases that the measurement left out for lack of time, or null. */
    @JsonProperty("left_out")
    public @Nullable Integer leftOut;

    /** Batches. */
    public List<Case> cases = new ArrayList<>();

    /** One batch of one layer under several plans. */
    public static final class Case {
        /** File of the batch. */
        public String trace = "";

        /** Where the placement's history is from: the same trace, or another file. */
        public String history = "";

        /** Whether the history is another part of the same trace. */
        @JsonProperty("same_task")
        public boolean sameTask;

        /** Layer of the trace. */
        public int layer;

        /** Number of the batch. */
        public int batch;

        /** Tokens of the batch before top-k. */
        public int tokens;

        /** Number of ranks. */
        public int ranks;

        /** Plans by name, as placed first. */
        public Map<String, Plan> plans = new LinkedHashMap<>();
    }

    /** Tokens of every slot under a plan, and the time of the slowest rank in microseconds. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Plan {
        /** {@code [ranks][slots]}, tokens. */
        public long[][] counts = {};

        /** Predicted time of the slowest rank. */
        public double predicted;

        /** Lower bound on the time of any split, or null where the plan proves none. */
        public @Nullable Double bound;

        /** Measured time of each rank, or null. */
        @JsonProperty("ranks_us")
        public double @Nullable [] ranksUs;

        /** Measured time of the slowest rank, or null. */
        public @Nullable Double measured;
    }

    /**
     * Reads a file.
     *
     * @throws IOException naming the file, if it cannot be read, has another form or more than 64 MiB
     */
    public static LayerFile read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + ": got " + Files.size(file) + " bytes, expected at most " + MOST_BYTES
                    + " of a layer's times");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return JsonMapper.builder().build().readValue(in, LayerFile.class);
        } catch (JsonProcessingException | CharConversionException e) {
            throw new IOException(
                    file + ": got " + Printable.oneLine(String.valueOf(e.getMessage()))
                            + ", expected JSON of a layer's times",
                    e);
        }
    }

    /**
     * Writes this file.
     *
     * @throws IOException if it cannot be written
     */
    public void write(OutputStream out) throws IOException {
        out.write(JsonMapper.builder().build().writeValueAsBytes(this));
        out.write('\n');
    }
}
