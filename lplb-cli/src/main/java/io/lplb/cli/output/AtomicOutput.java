// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.output;

import io.lplb.exchange.aeron.ProcessFiles;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * An output that appears as a whole or not at all: it is written to a temporary file, and {@link #commit} moves that
 * file to its place in one step. Where the place is a stream, a device or a pipe, commit copies the file there.
 *
 * <p>Not thread-safe.
 */
public final class AtomicOutput implements Closeable {
    private static final String PREFIX = ".lplb-";
    private static final String SUFFIX = ".tmp";

    private final Path temporary;
    private final Receiver receiver;
    private final OutputStream stream;

    private AtomicOutput(Path folder, Receiver receiver) throws IOException {
        // What runs that were killed have left.
        ProcessFiles.removeLeftovers(folder, PREFIX.replace(".", "\\."), SUFFIX);
        this.temporary = folder.resolve(ProcessFiles.name(PREFIX, SUFFIX));
        this.receiver = receiver;
        this.stream = new BufferedOutputStream(
                Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 1 << 16);
        // For the run that is interrupted.
        temporary.toFile().deleteOnExit();
    }

    /** Takes the finished file. */
    @FunctionalInterface
    private interface Receiver {
        void take(Path finished) throws IOException;
    }

    /** The output that an option names: a file, or standard output for {@code -}. */
    public static AtomicOutput to(String name, Console console) throws IOException {
        return name.equals("-") ? toStream(console.out()) : toFile(Path.of(name));
    }

    /**
     * Refuses an output that would replace an input, by whatever name or link, such as {@code report results.json --html results.json}.
     *
     * @param name as for {@link #to}
     */
    public static void requireOther(String name, Iterable<Path> inputs) throws IOException {
        for (Path input : inputs) {
            if (!name.equals("-")
                    && Files.isRegularFile(Path.of(name))
                    && Files.exists(input)
                    && Files.isSameFile(Path.of(name), input)) {
                throw new IOException(name + ": got an input as the place to write to, expected another file");
            }
        }
    }

    /**
     * Refuses two outputs in the same place, where the later one would replace the earlier one.
     *
     * @param option the option that names {@code name}
     * @param name as for {@link #to}, or null for no output
     * @param otherOption the option that names {@code otherName}
     * @param otherName likewise
     */
    public static void requireDistinct(
            String option, @Nullable String name, String otherOption, @Nullable String otherName) throws IOException {
        if (name != null && otherName != null && isSamePlace(name, otherName)) {
            throw new IOException(
                    "got " + name + " for both " + option + " and " + otherOption + ", expected different places");
        }
    }

    private static boolean isSamePlace(String name, String other) throws IOException {
        if (name.equals("-") || other.equals("-")) {
            return name.equals(other);
        }
        Path a = Path.of(name);
        Path b = Path.of(other);
        if (Files.exists(a) && Files.exists(b)) {
            return Files.isSameFile(a, b) && Files.isRegularFile(a);
        }
        return place(a).equals(place(b));
    }

    /** Returns the path of a file that need not exist, without symbolic links in its folder. */
    private static Path place(Path file) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        return folder != null && Files.isDirectory(folder)
                ? folder.toRealPath().resolve(folder.relativize(absolute))
                : absolute;
    }

    private static AtomicOutput toStream(OutputStream stream) throws IOException {
        return new AtomicOutput(temporaryFolder(), finished -> {
            Files.copy(finished, stream);
            stream.flush();
        });
    }

    private static AtomicOutput toFile(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": got a folder, expected a file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new AtomicOutput(temporaryFolder(), finished -> copyToDevice(finished, file));
        }
        // Through a symbolic link, the file behind it is replaced and the link stays.
        Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path folder = place.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException(file + ": got no folder " + folder + ", expected it to exist");
        }
        return new AtomicOutput(folder, finished -> Files.move(finished, place, StandardCopyOption.ATOMIC_MOVE));
    }

    private static void copyToDevice(Path finished, Path device) throws IOException {
        try (OutputStream out = Files.newOutputStream(device)) {
            Files.copy(finished, out);
        }
    }

    private static Path temporaryFolder() {
        return Path.of(System.getProperty("java.io.tmpdir", "."));
    }

    /** Returns the stream to write to; buffered. */
    public OutputStream stream() {
        return stream;
    }

    /** Puts what was written in its place. */
    public void commit() throws IOException {
        stream.close();
        receiver.take(temporary);
    }

    /** Removes the temporary file if it is still there. */
    @Override
    public void close() throws IOException {
        try {
            stream.close();
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
