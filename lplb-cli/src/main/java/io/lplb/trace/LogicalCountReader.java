// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads recorded expert loads, as serving engines dump them for EPLB: a JSON object whose field {@code logical_count}
 * is {@code [layers][experts]}, or {@code [steps][layers][experts]}, which is summed over the steps. Other fields are
 * ignored.
 *
 * <p>Counts are whole numbers from 0 to 2^53, the sums too. Limits: 65,536 layers, 1,048,576 experts, 64 million counts
 * a step.
 */
public final class LogicalCountReader {
    private static final String FIELD = "logical_count";
    private static final long COUNT_LIMIT = 1L << 53;
    private static final int LAYER_LIMIT = 1 << 16;
    private static final int EXPERT_LIMIT = NpyReader.ID_LIMIT;
    private static final long TOTAL_LIMIT = 64_000_000;

    private final JsonParser parser;

    private LogicalCountReader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads a file.
     *
     * @return {@code [layers][experts]}, every layer with as many experts, at least one of each
     * @throws FormatException naming the file and the entry, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static long[][] read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file + ": got a folder, expected a JSON file");
        }
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = Json.FACTORY.createParser(in)) {
            return new LogicalCountReader(parser).readDocument();
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        } catch (JsonProcessingException | CharConversionException e) {
            throw new FormatException(file + ": " + Json.malformed(e).getMessage(), e);
        }
    }

    private long[][] readDocument() throws IOException {
        parser.nextToken();
        Json.require(parser, JsonToken.START_OBJECT, "document", "an object with " + FIELD);
        long[][] counts = {};
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = FIELD.equals(parser.currentName());
            parser.nextToken();
            if (wanted) {
                counts = readCounts();
            } else {
                parser.skipChildren();
            }
        }
        Json.requireEnd(parser);
        if (counts.length == 0) {
            throw new FormatException("got no " + FIELD + ", expected [layers][experts]");
        }
        return counts;
    }

    private long[][] readCounts() throws IOException {
        Json.require(parser, JsonToken.START_ARRAY, FIELD, "an array of layers");
        parser.nextToken();
        Json.require(parser, JsonToken.START_ARRAY, FIELD + "[0]", "an array of counts");
        parser.nextToken();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return readLayers(FIELD);
        }
        long[][] sum = {};
        int step = 0;
        do {
            String where = FIELD + "[" + step + "]";
            if (step > 0) {
                Json.require(parser, JsonToken.START_ARRAY, where, "an array of layers");
                parser.nextToken();
                Json.require(parser, JsonToken.START_ARRAY, where + "[0]", "an array of counts");
            }
            parser.nextToken();
            long[][] layers = readLayers(where);
            sum = step == 0 ? layers : add(where, sum, layers);
            step++;
        } while (parser.nextToken() != JsonToken.END_ARRAY);
        return sum;
    }

    /** Reads layers up to the end of their array; the parser stands on the first token inside the first layer. */
    private long[][] readLayers(String where) throws IOException {
        List<long[]> layers = new ArrayList<>();
        long total = 0;
        do {
            String layer = where + "[" + layers.size() + "]";
            if (!layers.isEmpty()) {
                Json.require(parser, JsonToken.START_ARRAY, layer, "an array of counts");
                parser.nextToken();
            }
            long[] counts = readLayer(layer);
            total += counts.length;
            layers.add(counts);
            requireSize(where, layers, total);
        } while (parser.nextToken() != JsonToken.END_ARRAY);
        return layers.toArray(new long[0][]);
    }

    private static void requireSize(String where, List<long[]> layers, long total) throws FormatException {
        int experts = layers.getFirst().length;
        if (layers.getLast().length != experts) {
            throw new FormatException(where + "[" + (layers.size() - 1) + "]: got " + layers.getLast().length
                    + " experts, expected " + experts + " as in layer 0");
        }
        if (experts == 0 || layers.size() > LAYER_LIMIT || total > TOTAL_LIMIT) {
            throw new FormatException(where + ": got " + layers.size() + " layers and " + total
                    + " counts, expected 1 to " + LAYER_LIMIT + " layers and 1 to " + TOTAL_LIMIT + " counts");
        }
    }

    private long[] readLayer(String where) throws IOException {
        long[] counts = new long[64];
        int n = 0;
        for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
            if (n == EXPERT_LIMIT) {
                throw new FormatException(where + ": got more than " + EXPERT_LIMIT + " experts, expected fewer");
            }
            if (n == counts.length) {
                counts = Arrays.copyOf(counts, 2 * n);
            }
            counts[n] = readCount(where, n);
            n++;
        }
        return Arrays.copyOf(counts, n);
    }

    private long readCount(String where, int expert) throws IOException {
        JsonToken token = parser.currentToken();
        // Frameworks that count in floating point write whole numbers as 12.0.
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            boolean fits = token == JsonToken.VALUE_NUMBER_FLOAT
                    || parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            double value = fits ? parser.getDoubleValue() : -1;
            long count = fits && token == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() : (long) value;
            if (count >= 0 && count <= COUNT_LIMIT && count == value) {
                return count;
            }
        }
        throw Json.unexpected(parser, where + "[" + expert + "]", "a whole number from 0 to 2^53");
    }

    private static long[][] add(String where, long[][] sum, long[][] step) throws FormatException {
        if (step.length != sum.length || step[0].length != sum[0].length) {
            throw new FormatException(where + ": got " + step.length + " layers of " + step[0].length
                    + " experts, expected " + sum.length + " of " + sum[0].length + " as in step 0");
        }
        for (int l = 0; l < sum.length; l++) {
            for (int e = 0; e < sum[l].length; e++) {
                sum[l][e] += step[l][e];
                if (sum[l][e] > COUNT_LIMIT) {
                    throw new FormatException(
                            where + "[" + l + "][" + e + "]: got a sum over 2^53, expected at most 2^53");
                }
            }
        }
        return sum;
    }
}
