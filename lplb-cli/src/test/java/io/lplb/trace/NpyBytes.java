// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes .npy files byte by byte, right and wrong ones. */
public final class NpyBytes {
    private NpyBytes() {}

    /** A file of a version with this header text and these numbers of {@code size} bytes each. */
    static byte[] file(int version, String header, int size, long... numbers) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int lengthBytes = version == 1 ? 2 : 4;
        ByteBuffer file = ByteBuffer.allocate(8 + lengthBytes + text.length + size * numbers.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        file.put((byte) version).put((byte) 0);
        if (version == 1) {
            file.putShort((short) text.length);
        } else {
            file.putInt(text.length);
        }
        file.put(text);
        for (long number : numbers) {
            for (int b = 0; b < size; b++) {
                file.put((byte) (number >> (8 * b)));
            }
        }
        return file.array();
    }

    /** A header as NumPy writes it. */
    static String header(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }      \n";
    }

    /** Writes a file of version 1 into a folder. */
    public static Path write(Path folder, String descr, String shape, int size, long... numbers) throws IOException {
        return write(folder, file(1, header(descr, shape), size, numbers));
    }

    static Path write(Path folder, byte[] bytes) throws IOException {
        return Files.write(folder.resolve("trace.npy"), bytes);
    }

    /** Two files, one after the other. */
    static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
