// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lplb.report.Quality;
import io.lplb.trace.FormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A file of results: one JSON array whose first element is the header; the others are JMH's own records, and records of
 * quality, of scaling and of what is missing, told apart by "kind". Field by field: docs/measurements/bench.md.
 *
 * @param header where the results come from
 * @param jmh JMH's records as JMH wrote them
 * @param missing what the run was asked for and could not measure
 */
public record ResultFile(
        Header header, List<JsonNode> jmh, List<Quality> quality, List<Scaling> scaling, List<Missing> missing) {
    private static final String KIND = "kind";
    private static final String HEADER = "header";
    private static final String QUALITY = "quality";
    private static final String SCALING = "scaling";
    private static final String MISSING = "missing";

    /** Fields that are null in the file where there is no number. */
    private static final List<String> NUMBERS =
            List.of("gapMean", "gapMax", "imbalanceMean", "imbalanceMax", "exponent", "exponentError", "rSquared");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Copies the lists. */
    public ResultFile {
        jmh = List.copyOf(jmh);
        quality = List.copyOf(quality);
        scaling = List.copyOf(scaling);
        missing = List.copyOf(missing);
    }

    /** Returns JMH's records as far as tables need them. */
    public List<Timing> timings() {
        return jmh.stream().map(Timing::of).toList();
    }

    /** Writes the file, an element a line; leaves the stream open. Numbers that are none are written as null. */
    public void write(OutputStream out) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        all.add(tagged(HEADER, header));
        jmh.forEach(all::add);
        quality.forEach(q -> all.add(tagged(QUALITY, q)));
        scaling.forEach(s -> all.add(tagged(SCALING, s)));
        missing.forEach(m -> all.add(tagged(MISSING, m)));
        String lines = all.stream().map(JsonNode::toString).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        out.write(lines.getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode tagged(String kind, Object record) {
        ObjectNode node = MAPPER.createObjectNode().put(KIND, kind);
        MAPPER.valueToTree(record).properties().forEach(field -> {
            boolean number = field.getValue().isNumber();
            boolean none = number && !Double.isFinite(field.getValue().doubleValue());
            node.set(field.getKey(), none ? MAPPER.nullNode() : field.getValue());
        });
        return node;
    }

    /**
     * Reads a file.
     *
     * @throws FormatException if it is not one of results
     */
    public static ResultFile read(Path file) throws IOException {
        try {
            return of(MAPPER.readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
            throw new FormatException(file + ": not a file of results: " + message, e);
        }
    }

    private static ResultFile of(JsonNode all) throws JsonProcessingException {
        if (!all.isArray() || !all.path(0).path(KIND).asText().equals(HEADER)) {
            throw new IllegalArgumentException("got no array that starts with a header");
        }
        List<JsonNode> jmh = new ArrayList<>();
        List<Quality> quality = new ArrayList<>();
        List<Scaling> scaling = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        for (int k = 1; k < all.size(); k++) {
            JsonNode node = all.get(k);
            switch (node.path(KIND).asText()) {
                case "" -> {
                    Timing.of(node);
                    jmh.add(node);
                }
                case QUALITY -> quality.add(untagged(node, Quality.class));
                case SCALING -> scaling.add(untagged(node, Scaling.class));
                case MISSING -> missing.add(untagged(node, Missing.class));
                default ->
                    throw new IllegalArgumentException("element " + k + ": got kind " + node.path(KIND)
                            + ", expected quality, scaling, missing or one of JMH's");
            }
        }
        return new ResultFile(untagged(all.get(0), Header.class), jmh, quality, scaling, missing);
    }

    /** Null numbers come back as NaN. */
    private static <T> T untagged(JsonNode node, Class<T> type) throws JsonProcessingException {
        ObjectNode fields = node.deepCopy();
        fields.remove(KIND);
        for (String name : NUMBERS) {
            if (fields.path(name).isNull()) {
                fields.put(name, Double.NaN);
            }
        }
        return MAPPER.treeToValue(fields, type);
    }
}
