// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import io.lplb.trace.FormatException;
import io.lplb.trace.torch.Pickle.Tensor;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@code torch.save} since PyTorch 1.6: a zip archive with a pickle of the values, {@code NAME/data.pkl}, and a file of bytes per
 * storage, {@code NAME/data/KEY} (PyTorch, caffe2/serialize/inline_container.h).
 *
 * <p>Memory: the pickle has at most 256 MiB; a tensor is read in runs, so that its size is not limited. Little-endian integers and floats.
 * Not thread-safe.
 */
final class TorchFile implements Closeable {
    private static final int PICKLE_LIMIT = 1 << 28;

    private final ZipFile zip;
    private final String folder;
    private final @Nullable Object root;

    private TorchFile(ZipFile zip, String folder, @Nullable Object root) {
        this.zip = zip;
        this.folder = folder;
        this.root = root;
    }

    /**
     * Opens a file.
     *
     * @param wanted keys of dictionaries whose values are kept
     * @throws FormatException if it is not a file as described above
     * @throws IOException if it cannot be read
     */
    static TorchFile open(Path file, Set<String> wanted) throws IOException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException | EOFException e) {
            throw new FormatException("got no zip archive (" + e.getMessage() + "), expected a file of torch.save", e);
        }
        try {
            return open(zip, wanted);
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            zip.close();
            throw new FormatException("got a damaged zip archive: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static TorchFile open(ZipFile zip, Set<String> wanted) throws IOException {
        Iterator<? extends ZipEntry> entries = zip.entries().asIterator();
        while (entries.hasNext()) {
            String name = entries.next().getName();
            if (name.endsWith("/data.pkl")) {
                String folder = name.substring(0, name.length() - "data.pkl".length());
                requireLittleEndian(zip, folder);
                byte[] pickle = bytes(zip, name, PICKLE_LIMIT);
                return new TorchFile(zip, folder, Pickle.read(pickle, wanted));
            }
        }
        throw new FormatException("got an archive without data.pkl, expected a file of torch.save");
    }

    private static void requireLittleEndian(ZipFile zip, String folder) throws IOException {
        if (zip.getEntry(folder + "byteorder") != null) {
            String order = new String(bytes(zip, folder + "byteorder", 16), StandardCharsets.US_ASCII).strip();
            if (!order.equals("little")) {
                throw new FormatException("byteorder: got " + order + ", expected little");
            }
        }
    }

    private static byte[] bytes(ZipFile zip, String name, int limit) throws IOException {
        try (InputStream in = entry(zip, name)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new FormatException(name + ": got more than " + limit + " bytes, expected fewer");
            }
            return bytes;
        }
    }

    private static InputStream entry(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new FormatException("got an archive without " + name + ", expected it");
        }
        return zip.getInputStream(entry);
    }

    /** Returns the value of the pickle. */
    @Nullable Object root() {
        return root;
    }

    /**
     * Opens a tensor to read its numbers.
     *
     * @throws FormatException if it is not a contiguous tensor of numbers, or its storage does not exist
     * @throws IOException if it cannot be read
     */
    Numbers numbers(Tensor tensor) throws IOException {
        Element element = Element.of(tensor.storage().type());
        long count = requireContiguous(tensor);
        String name = folder + "data/" + tensor.storage().key();
        InputStream in = entry(zip, name);
        try {
            in.skipNBytes(Math.multiplyExact(tensor.offset(), (long) element.bytes));
        } catch (EOFException e) {
            in.close();
            throw ends(name, count, e);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
        return new Numbers(name, element, count, in);
    }

    private static FormatException ends(String name, long count, EOFException e) {
        return new FormatException(name + ": got a storage that ends early, expected " + count + " numbers", e);
    }

    /** The numbers of a tensor, one after another in C order. */
    static final class Numbers implements Closeable {
        private final String name;
        private final Element element;
        private final long count;
        private final InputStream in;
        private final byte[] run = new byte[1 << 16];
        private final ByteBuffer buffer = ByteBuffer.wrap(run).order(ByteOrder.LITTLE_ENDIAN);
        private long left;
        private int at;
        private int end;

        private Numbers(String name, Element element, long count, InputStream in) {
            this.name = name;
            this.element = element;
            this.count = count;
            this.left = count;
            this.in = in;
        }

        /** Returns how many numbers have not been read. */
        long left() {
            return left;
        }

        /**
         * Returns the next number.
         *
         * @throws FormatException if it is no whole number below 2^63, or the storage ends
         */
        long next() throws IOException {
            if (at == end) {
                fill();
            }
            long number = element.number(buffer, at);
            at += element.bytes;
            left--;
            return number;
        }

        private void fill() throws IOException {
            int bytes = (int) Math.min(run.length / element.bytes, left) * element.bytes;
            try {
                if (bytes == 0 || in.readNBytes(run, 0, bytes) < bytes) {
                    throw new EOFException();
                }
            } catch (EOFException e) {
                throw ends(name, count, e);
            } catch (ZipException e) {
                throw new FormatException(name + ": got damaged data: " + e.getMessage(), e);
            }
            at = 0;
            end = bytes;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static long requireContiguous(Tensor tensor) throws FormatException {
        List<Long> shape = tensor.shape();
        long count = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            long length = shape.get(d);
            if (tensor.strides().size() != shape.size()
                    || length < 0
                    || (length > 1 && tensor.strides().get(d) != count)) {
                throw new FormatException("got a tensor of shape " + shape + " with strides " + tensor.strides()
                        + ", expected a contiguous one");
            }
            count = length == 0 ? 0 : count > Long.MAX_VALUE / 16 / length ? -1 : count * length;
            if (count < 0) {
                throw new FormatException("got a tensor of shape " + shape + ", expected fewer than 2^59 numbers");
            }
        }
        if (tensor.offset() < 0 || tensor.offset() > Long.MAX_VALUE / 16) {
            throw new FormatException("got a tensor at offset " + tensor.offset() + ", expected 0 or more");
        }
        return count;
    }

    /** An element type. */
    private enum Element {
        BYTE("ByteStorage", 1),
        CHAR("CharStorage", 1),
        SHORT("ShortStorage", 2),
        INT("IntStorage", 4),
        LONG("LongStorage", 8),
        FLOAT("FloatStorage", 4),
        DOUBLE("DoubleStorage", 8);

        private final String storage;
        private final int bytes;

        Element(String storage, int bytes) {
            this.storage = storage;
            this.bytes = bytes;
        }

        static Element of(String storage) throws FormatException {
            for (Element element : values()) {
                if (element.storage.equals(storage)) {
                    return element;
                }
            }
            throw new FormatException("got a tensor of " + storage + ", expected integers, floats or doubles");
        }

        private long number(ByteBuffer from, int at) throws FormatException {
            return switch (this) {
                case BYTE -> from.get(at) & 0xff;
                case CHAR -> from.get(at);
                case SHORT -> from.getShort(at);
                case INT -> from.getInt(at);
                case LONG -> from.getLong(at);
                case FLOAT -> whole(from.getFloat(at));
                case DOUBLE -> whole(from.getDouble(at));
            };
        }

        private static long whole(double value) throws FormatException {
            long number = (long) value;
            if (number != value || Math.abs(value) > 1L << 53) {
                throw new FormatException("got " + value + " in a tensor, expected whole numbers to 2^53");
            }
            return number;
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
