// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.lplb.trace.FormatException;
import io.lplb.trace.IdType;
import io.lplb.trace.Printable;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * File of named one-dimensional integer arrays in the safetensors format (huggingface/safetensors, README "Format"):
 *
 * <pre>
 *   byte   0               8
 *         | header length | header: {"NAME": {"dtype": "I64", "shape": [n], "data_offsets": [from, to]}, ...} | data
 *           8 bytes, little endian
 * </pre>
 *
 * <p>Arrays are read from the file when asked for. Not thread-safe.
 */
final class SafeTensors implements Closeable {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final int HEADER_LIMIT = 100_000_000;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final Map<String, IdType> TYPES = Map.of(
            "U8", IdType.UINT8, "I8", IdType.INT8, "I16", IdType.INT16, "I32", IdType.INT32, "I64", IdType.INT64);

    private final FileChannel channel;
    private final long dataAt;
    private final Map<String, Array> arrays;

    /** Where an array lies after the header. */
    private record Array(IdType type, long length, long from) {}

    private SafeTensors(FileChannel channel, long dataAt, Map<String, Array> arrays) {
        this.channel = channel;
        this.dataAt = dataAt;
        this.arrays = arrays;
    }

    /**
     * Opens a file and reads its header.
     *
     * @throws FormatException if it is not as described above
     * @throws IOException if it cannot be read
     */
    static SafeTensors open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long length = read(channel, 0, Long.BYTES).getLong(0);
            if (length < 2 || length > Math.min(HEADER_LIMIT, channel.size() - Long.BYTES)) {
                throw new FormatException("got a header of " + length + " bytes, expected at most " + HEADER_LIMIT
                        + " that the file has");
            }
            byte[] header = read(channel, Long.BYTES, (int) length).array();
            long dataAt = Long.BYTES + length;
            return new SafeTensors(channel, dataAt, arrays(header, channel.size() - dataAt));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    private static Map<String, Array> arrays(byte[] header, long dataBytes) throws IOException {
        Map<String, Array> arrays = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(new ByteArrayInputStream(header))) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "header", "an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("__metadata__")) {
                    parser.skipChildren();
                } else {
                    arrays.put(name, array(parser, name, dataBytes));
                }
            }
            require(
                    parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null,
                    "header",
                    "one object");
        }
        return arrays;
    }

    private static Array array(JsonParser parser, String name, long dataBytes) throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, name, "an object");
        IdType type = null;
        long[] shape = {};
        long[] offsets = {};
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "dtype" -> {
                    type = TYPES.get(parser.getText());
                    require(type != null, name, "a dtype of integers, U8 or I8 to I64");
                }
                case "shape" -> shape = numbers(parser, name, 1);
                case "data_offsets" -> offsets = numbers(parser, name, 2);
                default -> parser.skipChildren();
            }
        }
        require(
                type != null && shape.length == 1 && offsets.length == 2,
                name,
                "dtype, shape of one dimension and data_offsets");
        if (type == null
                || offsets[0] < 0
                || offsets[1] > dataBytes
                || offsets[1] - offsets[0] != Math.multiplyHigh(shape[0], type.bytes()) + shape[0] * type.bytes()) {
            throw new FormatException(Printable.oneLine(name) + ": got bytes " + offsets[0] + " to " + offsets[1]
                    + " for shape [" + shape[0] + "], expected as many in the file's " + dataBytes);
        }
        return new Array(type, shape[0], offsets[0]);
    }

    private static long[] numbers(JsonParser parser, String name, int count) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY, name, "an array of numbers");
        long[] numbers = new long[count];
        for (int k = 0; k < count; k++) {
            require(
                    parser.nextToken() == JsonToken.VALUE_NUMBER_INT
                            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER,
                    name,
                    count + " whole numbers");
            numbers[k] = parser.getLongValue();
            require(numbers[k] >= 0, name, "numbers from 0");
        }
        require(parser.nextToken() == JsonToken.END_ARRAY, name, count + " whole numbers");
        return numbers;
    }

    private static void require(boolean holds, String name, String expected) throws FormatException {
        if (!holds) {
            throw new FormatException(Printable.oneLine(name) + ": got something else, expected " + expected);
        }
    }

    /** Returns the names of the arrays. */
    Set<String> names() {
        return arrays.keySet();
    }

    /** Returns the length of an array, which must exist. */
    long length(String name) {
        Array array = arrays.get(name);
        return array == null ? -1 : array.length;
    }

    /** Reads an array; null if the file has none of that name. */
    long @Nullable [] read(String name) throws IOException {
        Array array = arrays.get(name);
        if (array == null) {
            return null;
        }
        long length = array.length * array.type.bytes();
        if (length > LARGEST_ARRAY) {
            throw new FormatException(
                    Printable.oneLine(name) + ": got " + length + " bytes, expected at most " + LARGEST_ARRAY);
        }
        long[] numbers = new long[(int) array.length];
        MemorySegment bytes = MemorySegment.ofBuffer(read(channel, dataAt + array.from, (int) length));
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = array.type.read(bytes, (long) k * array.type.bytes());
        }
        return numbers;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
