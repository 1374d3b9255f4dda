// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.PlacementChange.Move;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Placements of a model's layers as JSON, one line per layer:
 *
 * <pre>
 *   {"layers":[
 *   {"phy2log":[..],"log2phy":[[..],..],"imbalance":1.0,"bound":1.0,
 *    "moves":[{"expert":5,"fromRank":0,"fromSlot":3,"toRank":2,"toSlot":19},..]}
 *   ]}
 * </pre>
 *
 * <p>Slots are physical ids, {@code rank * slotsPerRank + index}. phy2log has -1 for empty slots. log2phy lists the slots
 * of each expert without padding, the original's first. Moves are the slots whose expert changed, by rising slot; empty
 * if there was no placement before.
 */
public final class PlacementFile {
    private static final int LAYER_LIMIT = 1 << 16;
    private static final int SLOT_LIMIT = 1 << 24;

    private PlacementFile() {}

    /**
     * A layer of the file.
     *
     * @param placement where every expert and its replicas live
     * @param imbalance max/mean of the history, split exactly
     * @param bound a lower bound of max/mean for every placement of these sizes
     * @param moves the slots whose expert changed
     */
    public record Layer(ExpertPlacement placement, double imbalance, double bound, List<Move> moves) {}

    /** Writes layers in UTF-8; does not close the stream. */
    public static void write(List<Layer> layers, OutputStream out) throws IOException {
        JsonGenerator json = Json.FACTORY.createGenerator(out);
        json.writeStartObject();
        json.writeArrayFieldStart("layers");
        for (Layer layer : layers) {
            json.writeRaw('\n');
            json.writeStartObject();
            json.writeFieldName("phy2log");
            int[] phy2log = layer.placement.phy2log();
            json.writeArray(phy2log, 0, phy2log.length);
            json.writeArrayFieldStart("log2phy");
            for (int[] slots : layer.placement.log2phy()) {
                json.writeArray(slots, 0, slots.length);
            }
            json.writeEndArray();
            json.writeNumberField("imbalance", layer.imbalance);
            json.writeNumberField("bound", layer.bound);
            json.writeArrayFieldStart("moves");
            for (Move move : layer.moves) {
                json.writeStartObject();
                json.writeNumberField("expert", move.expert());
                json.writeNumberField("fromRank", move.fromRank());
                json.writeNumberField("fromSlot", move.fromSlot());
                json.writeNumberField("toRank", move.toRank());
                json.writeNumberField("toSlot", move.toSlot());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeRaw('\n');
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    /**
     * Reads the placements of a file; of each layer phy2log, and log2phy if it is there.
     *
     * @param ranks number of ranks
     * @param experts number of experts of each layer
     * @throws FormatException naming the file and the entry, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static List<ExpertPlacement> read(Path file, int ranks, int experts) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file + ": got a folder, expected a JSON file");
        }
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = Json.FACTORY.createParser(in)) {
            return new Reader(parser, ranks, experts).document();
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        } catch (JsonProcessingException | CharConversionException e) {
            throw new FormatException(file + ": " + Json.malformed(e).getMessage(), e);
        }
    }

    private record Reader(JsonParser parser, int ranks, int experts) {
        List<ExpertPlacement> document() throws IOException {
            parser.nextToken();
            Json.require(parser, JsonToken.START_OBJECT, "document", "an object with layers");
            List<ExpertPlacement> layers = new ArrayList<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals("layers");
                parser.nextToken();
                if (!wanted) {
                    parser.skipChildren();
                    continue;
                }
                Json.require(parser, JsonToken.START_ARRAY, "layers", "an array");
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (layers.size() == LAYER_LIMIT) {
                        throw new FormatException("layers: got more than " + LAYER_LIMIT + ", expected fewer");
                    }
                    layers.add(layer("layers[" + layers.size() + "]"));
                }
            }
            Json.requireEnd(parser);
            if (layers.isEmpty()) {
                throw new FormatException("layers: got none, expected at least one");
            }
            return layers;
        }

        private ExpertPlacement layer(String where) throws IOException {
            Json.require(parser, JsonToken.START_OBJECT, where, "an object with phy2log");
            int[] phy2log = {};
            List<int[]> log2phy = new ArrayList<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (field.equals("phy2log")) {
                    phy2log = numbers(where + ".phy2log");
                } else if (field.equals("log2phy")) {
                    Json.require(parser, JsonToken.START_ARRAY, where + ".log2phy", "an array");
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        int[] slots = numbers(where + ".log2phy[" + log2phy.size() + "]");
                        // Padded tables are accepted, too.
                        log2phy.add(
                                Arrays.stream(slots).filter(slot -> slot >= 0).toArray());
                    }
                } else {
                    parser.skipChildren();
                }
            }
            try {
                if (log2phy.isEmpty()) {
                    return ExpertPlacement.of(ranks, ranks, experts, phy2log);
                }
                if (log2phy.size() != experts) {
                    throw new FormatException(
                            where + ".log2phy: got " + log2phy.size() + " experts, expected " + experts);
                }
                return ExpertPlacement.of(ranks, ranks, phy2log, log2phy.toArray(new int[0][]));
            } catch (IllegalArgumentException e) {
                throw new FormatException(where + ": " + e.getMessage(), e);
            }
        }

        private int[] numbers(String where) throws IOException {
            Json.require(parser, JsonToken.START_ARRAY, where, "an array of whole numbers");
            int[] numbers = new int[64];
            int n = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (n == SLOT_LIMIT) {
                    throw new FormatException(where + ": got more than " + SLOT_LIMIT + " numbers, expected fewer");
                }
                boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        && parser.getNumberType() == JsonParser.NumberType.INT
                        && parser.getIntValue() >= -1;
                if (!whole) {
                    throw Json.unexpected(parser, where + "[" + n + "]", "a whole number from -1 on");
                }
                numbers = n == numbers.length ? Arrays.copyOf(numbers, 2 * n) : numbers;
                numbers[n++] = parser.getIntValue();
            }
            return Arrays.copyOf(numbers, n);
        }
    }
}
