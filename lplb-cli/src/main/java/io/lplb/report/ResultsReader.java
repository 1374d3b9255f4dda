// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lplb.trace.FormatException;
import io.lplb.trace.Printable;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads files of benchmark results: arrays of JSON, or one object a line. Objects with a "kind" are the project's own
 * (header, quality, scaling; any other kind is passed over), those without are JMH's as its option {@code -rf json} writes
 * them. Fields that a page can do without may be missing.
 *
 * <p>Not thread-safe.
 */
public final class ResultsReader {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** A run of everything writes some 300 kB; a tree of JSON takes many times the file's size. */
    private static final long MOST_BYTES = 16 << 20;

    private final Results results = new Results();
    private String origin = "";

    /**
     * Reads the files in their order.
     *
     * @throws FormatException if one is not of the format, with file and field
     */
    public static Results read(List<Path> files) throws IOException {
        ResultsReader reader = new ResultsReader();
        for (Path file : files) {
            reader.readFile(file);
        }
        reader.results.points.forEach((key, points) -> {
            List<Double> x = List.copyOf(points.keySet());
            List<Double> y = List.copyOf(points.values());
            reader.results.scaling.add(
                    new ScalingResult(key.get(0), key.get(1), key.get(2), x, y, ScalingResult.fit(x, y)));
        });
        return reader.results;
    }

    private void readFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": got a folder, expected a file");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new FormatException(
                    file + ": got " + Files.size(file) + " bytes, expected results of at most " + MOST_BYTES);
        }
        int origins = results.origins.size();
        int elements = 0;
        origin = String.valueOf(file.getFileName());
        try (InputStream in = Files.newInputStream(file);
                MappingIterator<JsonNode> values =
                        MAPPER.readerFor(JsonNode.class).readValues(in)) {
            while (values.hasNextValue()) {
                JsonNode value = values.nextValue();
                List<JsonNode> records = new ArrayList<>();
                if (value.isArray()) {
                    value.forEach(records::add);
                } else {
                    records.add(value);
                }
                for (JsonNode node : records) {
                    add(new JsonField(node, file + ", element " + elements++));
                }
            }
        } catch (CharConversionException e) { // begins like UTF-32 and is not
            throw new FormatException(file + ": not JSON: " + Printable.oneLine(String.valueOf(e.getMessage())), e);
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
            throw new FormatException(file + ": not JSON: " + Printable.oneLine(e.getOriginalMessage()) + where, e);
        }
        if (elements == 0) {
            throw new FormatException(file + ": got no result, expected JMH's as JSON");
        }
        if (results.origins.size() == origins) {
            results.origins.add(new Provenance(
                    Map.of("file", file + ", which does not say on what machine, commit and day it was measured")));
        }
    }

    private void add(JsonField record) throws FormatException {
        if (!record.node().isObject()) {
            throw record.unexpected("an object");
        }
        switch (record.field("kind").text()) {
            case "" -> results.timings.add(JmhRecord.read(record, origin));
            case "header" -> {
                results.origins.add(header(record));
                String name = record.field("name").text();
                origin = name.isEmpty() ? origin : name;
            }
            case "quality" -> results.quality.add(quality(record));
            case "scaling" -> addScaling(record);
            default -> {
                // A kind of a newer version; what is known can be shown without it.
            }
        }
    }

    private static Provenance header(JsonField record) throws FormatException {
        Map<String, String> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : record.node().properties()) {
            String text = record.field(entry.getKey()).text();
            if (!entry.getKey().equals("kind") && !text.isEmpty()) {
                entries.put(entry.getKey(), text);
            }
        }
        return new Provenance(entries);
    }

    private QualityResult quality(JsonField record) throws FormatException {
        String backend = record.field("backend").text();
        String solver = record.field("solver").requiredText();
        return new QualityResult(
                origin,
                backend.isEmpty() || backend.equals("cpu") ? solver : solver + " (" + backend + ")",
                record.field("topology").text(),
                record.field("load").text(),
                record.field("problems").number(),
                record.field("failed").number(),
                record.field("rejected").number(),
                record.field("gapMean").number(),
                record.field("gapMax").number(),
                record.field("imbalanceMean").number(),
                record.field("imbalanceMax").number(),
                gaps(record.field("gaps")));
    }

    private static List<Long> gaps(JsonField field) throws FormatException {
        List<Long> gaps = new ArrayList<>();
        if (!field.isMissing()) {
            for (JsonField element : field.elements()) {
                gaps.add((long) element.requiredNumber());
            }
            if (gaps.size() != GapBars.COLOURS.size()) {
                throw field.unexpected(GapBars.COLOURS.size() + " numbers");
            }
        }
        return List.copyOf(gaps);
    }

    private void addScaling(JsonField record) throws FormatException {
        String axis = record.field("axis").text();
        String series = record.field("series").requiredText();
        String unit = record.field("unit").text();
        JsonField x = record.field("x");
        JsonField y = record.field("y");
        if (!x.node().isArray()) {
            results.points
                    .computeIfAbsent(List.of(axis, series, unit), key -> new TreeMap<>())
                    .put(x.positiveNumber(), y.positiveNumber());
            return;
        }
        List<Double> sizes = positive(x);
        List<Double> times = positive(y);
        if (sizes.size() != times.size() || sizes.isEmpty()) {
            throw y.unexpected("as many numbers as x has, at least one");
        }
        double exponent = record.field("exponent").number();
        results.scaling.add(new ScalingResult(
                axis, series, unit, sizes, times, Double.isNaN(exponent) ? ScalingResult.fit(sizes, times) : exponent));
    }

    private static List<Double> positive(JsonField field) throws FormatException {
        List<Double> numbers = new ArrayList<>();
        for (JsonField element : field.elements()) {
            numbers.add(element.positiveNumber());
        }
        return numbers;
    }
}
