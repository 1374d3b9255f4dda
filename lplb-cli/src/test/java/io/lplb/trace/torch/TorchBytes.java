// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files of {@code torch.save}, made byte by byte: a pickle of protocol 2 and the storages of its tensors. */
final class TorchBytes {
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    private final List<byte[]> storages = new ArrayList<>();

    TorchBytes() {
        bytes(0x80, 2);
    }

    /** Writes opcodes and small operands. */
    TorchBytes bytes(int... values) {
        for (int value : values) {
            pickle.write(value);
        }
        return this;
    }

    TorchBytes text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes('X', utf8.length, 0, 0, 0);
        pickle.writeBytes(utf8);
        return this;
    }

    TorchBytes name(String module, String name) {
        bytes('c');
        pickle.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    private TorchBytes number(int value) {
        bytes('J');
        pickle.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    private TorchBytes tuple(int... values) {
        bytes('(');
        for (int value : values) {
            number(value);
        }
        return bytes('t');
    }

    /** Writes a contiguous tensor with a storage of its own; the type is LongStorage or ShortStorage. */
    TorchBytes tensor(String type, int[] shape, long... numbers) {
        int size = type.equals("LongStorage") ? Long.BYTES : Short.BYTES;
        ByteBuffer data = ByteBuffer.allocate(size * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long number : numbers) {
            if (size == Long.BYTES) {
                data.putLong(number);
            } else {
                data.putShort((short) number);
            }
        }
        storages.add(data.array());
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= shape[d];
        }
        name("torch._utils", "_rebuild_tensor_v2")
                .bytes('(', '(')
                .text("storage")
                .name("torch", type);
        text(String.valueOf(storages.size() - 1))
                .text("cpu")
                .number(numbers.length)
                .bytes('t', 'Q');
        number(0).tuple(shape).tuple(strides).bytes(0x89);
        return name("collections", "OrderedDict").bytes(')', 'R', 't', 'R');
    }

    /** Ends the pickle and returns the file. */
    byte[] file() {
        bytes('.');
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            entry(zip, "a/data.pkl", pickle.toByteArray());
            entry(zip, "a/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            for (int k = 0; k < storages.size(); k++) {
                entry(zip, "a/data/" + k, storages.get(k));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** The file of mode stat: two steps, two layers, three experts. */
    static byte[] stat(long... counts) {
        return new TorchBytes()
                .bytes('}', '(')
                .text("rank")
                .bytes('K', 0)
                .text("logical_count")
                .tensor("LongStorage", new int[] {2, 2, 3}, counts)
                .bytes('u')
                .file();
    }

    /** A file of records with one tensor each, and a map of one layer with four slots: experts 0, 1, 2, 0. */
    static byte[] records(String field, String type, int[][] shapes, long[][] numbers) {
        TorchBytes file = new TorchBytes().bytes('}', '(').text("records").bytes(']', '(');
        for (int k = 0; k < shapes.length; k++) {
            file.bytes('}', '(').text(field).tensor(type, shapes[k], numbers[k]).bytes('u');
        }
        return file.bytes('e')
                .text("last_physical_to_logical_map")
                .tensor("LongStorage", new int[] {1, 4}, 0, 1, 2, 0)
                .bytes('u')
                .file();
    }
}
