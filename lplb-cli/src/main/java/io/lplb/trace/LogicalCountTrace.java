// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trace of recorded loads in JSON, as SGLang and DeepSeek's tools exchange them for EPLB: an object whose field {@code logical_count} is
 * {@code [steps][layers][experts]}, or {@code [layers][experts]}, which is one step. Other fields are ignored.
 *
 * <p>Counts are whole numbers from 0 to 2^63 - 1; written with a fraction or an exponent, such as 12.0, up to 2^53.
 */
final class LogicalCountTrace extends FileTrace {
    private static final String FIELD = "logical_count";
    private static final double WHOLE_LIMIT = 1L << 53;

    private final Path file;
    private Document document;

    /** A file under way. The first step is read when the file is opened, because it tells the sizes. */
    private static final class Document {
        private final JsonParser parser;
        private boolean hasSteps;
        private long @Nullable [][] first;

        Document(JsonParser parser) {
            this.parser = parser;
        }
    }

    private LogicalCountTrace(Path file, Document document, long[][] first, TraceOptions options)
            throws FormatException {
        super(file, FIELD + " in JSON", first.length, experts(first[0].length, options), 1);
        this.file = file;
        this.document = document;
    }

    /**
     * Opens a file.
     *
     * @throws FormatException naming the file and the entry, if it is not as described above
     * @throws IOException if it cannot be read
     */
    static LogicalCountTrace open(Path file, TraceOptions options) throws IOException {
        return naming(file, () -> {
            Document document = begin(file);
            long[][] first = document.first;
            if (first == null) {
                document.parser.close();
                throw new FormatException("got no " + FIELD + ", expected [layers][experts]");
            }
            try {
                return new LogicalCountTrace(file, document, first, options);
            } catch (IOException | RuntimeException e) {
                document.parser.close();
                throw e;
            }
        });
    }

    private static Document begin(Path file) throws IOException {
        JsonParser parser = Json.FACTORY.createParser(Files.newInputStream(file));
        Document document = new Document(parser);
        try {
            parser.nextToken();
            Json.require(parser, JsonToken.START_OBJECT, "document", "an object with " + FIELD);
            skipToCounts(parser);
            if (parser.currentToken() == JsonToken.FIELD_NAME) {
                parser.nextToken();
                Json.require(parser, JsonToken.START_ARRAY, FIELD, "an array of layers");
                parser.nextToken();
                Json.require(parser, JsonToken.START_ARRAY, FIELD + "[0]", "an array of counts");
                parser.nextToken();
                document.hasSteps = parser.currentToken() == JsonToken.START_ARRAY;
                if (document.hasSteps) {
                    parser.nextToken();
                }
                document.first = firstStep(parser, document.hasSteps ? FIELD + "[0]" : FIELD);
            }
            return document;
        } catch (IOException | RuntimeException e) {
            parser.close();
            throw e;
        }
    }

    /** Goes to the field of the counts, or to the end of the object. */
    private static void skipToCounts(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME && !FIELD.equals(parser.currentName())) {
            parser.nextToken();
            parser.skipChildren();
        }
    }

    /** Reads a step of unknown size; the parser stands on the first token inside the first layer. */
    private static long[][] firstStep(JsonParser parser, String where) throws IOException {
        List<long[]> layers = new ArrayList<>();
        do {
            String layer = where + "[" + layers.size() + "]";
            if (!layers.isEmpty()) {
                Json.require(parser, JsonToken.START_ARRAY, layer, "an array of counts");
                parser.nextToken();
            }
            long[] counts = new long[64];
            int n = 0;
            for (; parser.currentToken() != JsonToken.END_ARRAY; parser.nextToken()) {
                if (n == EXPERT_LIMIT) {
                    throw new FormatException(layer + ": got more than " + EXPERT_LIMIT + " experts, expected fewer");
                }
                counts = n == counts.length ? Arrays.copyOf(counts, 2 * n) : counts;
                counts[n] = count(parser, layer, n);
                n++;
            }
            layers.add(Arrays.copyOf(counts, n));
            requireExperts(layer, n, layers.getFirst().length);
            requireSizes(layers.size(), n, 1);
        } while (parser.nextToken() != JsonToken.END_ARRAY);
        return layers.toArray(new long[0][]);
    }

    private static void requireExperts(String layer, int got, int expected) throws FormatException {
        if (got != expected) {
            throw new FormatException(
                    layer + ": got " + got + " experts, expected " + expected + " as in the first layer");
        }
    }

    private static long count(JsonParser parser, String where, int expert) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long count = parser.getLongValue();
            if (count >= 0) {
                return count;
            }
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            // Frameworks that count in floating point write whole numbers as 12.0.
            double value = parser.getDoubleValue();
            if (value >= 0 && value <= WHOLE_LIMIT && value == Math.rint(value)) {
                return (long) value;
            }
        }
        throw Json.unexpected(parser, where + "[" + expert + "]", "a whole number from 0 to 2^63 - 1");
    }

    @Override
    protected boolean read() throws IOException {
        JsonParser parser = document.parser;
        long[][] first = document.first;
        if (first != null) {
            document.first = null;
            for (int layer = 0; layer < first.length; layer++) {
                for (int e = 0; e < first[layer].length; e++) {
                    add(layer, e, first[layer][e]);
                }
            }
            return true;
        }
        if (parser.isClosed()) {
            return false;
        }
        if (document.hasSteps && parser.nextToken() != JsonToken.END_ARRAY) {
            readStep(parser, FIELD + "[" + step() + "]");
            return true;
        }
        skipToCounts(parser); // A second field of the counts would be refused as a duplicate.
        Json.requireEnd(parser);
        parser.close();
        return false;
    }

    private void readStep(JsonParser parser, String where) throws IOException {
        Json.require(parser, JsonToken.START_ARRAY, where, "an array of layers");
        int layer = 0;
        for (; parser.nextToken() != JsonToken.END_ARRAY; layer++) {
            String name = where + "[" + layer + "]";
            Json.require(parser, JsonToken.START_ARRAY, name, "an array of counts");
            requireLayers(where, layer + 1, layers(), layer == layers());
            int n = 0;
            for (; parser.nextToken() != JsonToken.END_ARRAY; n++) {
                if (n == experts()) {
                    throw new FormatException(
                            name + ": got more than " + experts() + " experts, expected as many as in step 0");
                }
                add(layer, n, count(parser, name, n));
            }
            requireExperts(name, n, experts());
        }
        requireLayers(where, layer, layers(), layer != layers());
    }

    private static void requireLayers(String where, int got, int expected, boolean wrong) throws FormatException {
        if (wrong) {
            throw new FormatException(where + ": got " + got + " layers, expected " + expected + " as in step 0");
        }
    }

    @Override
    protected void restart() throws IOException {
        document.parser.close();
        document = begin(file);
    }

    @Override
    public void close() throws IOException {
        document.parser.close();
    }
}
