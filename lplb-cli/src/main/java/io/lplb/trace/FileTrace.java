// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * Base of the traces of files: holds the counts of the current step, clears them before each step, checks what is added and names the
 * file in errors. A subclass reads one step at a time.
 */
public abstract class FileTrace implements Trace {
    /** Most layers. */
    public static final int LAYER_LIMIT = 1 << 16;

    /** Most experts of a layer. */
    public static final int EXPERT_LIMIT = 1 << 20;

    /** Most sources. */
    public static final int SOURCE_LIMIT = 1 << 12;

    /** Most counts of a step, those of sources included. */
    public static final long CELL_LIMIT = 1 << 24;

    private static final int UNKNOWN = -1;

    private final Path file;
    private final String kind;
    private final int experts;
    private final int sources;
    private final long[][] counts;
    private final long[][] bySource;
    private int steps = UNKNOWN;
    private int at;
    private boolean atStart = true;
    private long padding;

    /**
     * @param file for messages
     * @throws FormatException if there are no or too many layers, experts or sources
     */
    protected FileTrace(Path file, String kind, long layers, long experts, long sources) throws FormatException {
        requireSizes(layers, experts, sources);
        this.file = file;
        this.kind = kind;
        this.experts = (int) experts;
        this.sources = (int) sources;
        this.counts = new long[(int) layers][(int) experts];
        this.bySource = sources == 1 ? counts : new long[(int) layers][(int) (sources * experts)];
    }

    /** Refuses sizes of steps that are out of range. */
    protected static void requireSizes(long layers, long experts, long sources) throws FormatException {
        require("layers", layers, LAYER_LIMIT);
        require("experts", experts, EXPERT_LIMIT);
        require("sources", sources, SOURCE_LIMIT);
        if (layers * experts * sources > CELL_LIMIT) {
            throw new FormatException("got " + layers + " layers x " + experts + " experts x " + sources
                    + " sources, expected at most " + CELL_LIMIT + " counts a step");
        }
    }

    private static void require(String what, long got, long most) throws FormatException {
        if (got < 1 || got > most) {
            throw new FormatException("got " + got + " " + what + ", expected 1 to " + most);
        }
    }

    /**
     * Returns the number of experts that the options ask for, or what the file has.
     *
     * @throws IllegalArgumentException if the file has more experts
     */
    protected static long experts(long found, TraceOptions options) {
        if (options.experts() > 0 && found > options.experts()) {
            throw new IllegalArgumentException(
                    "experts: got " + options.experts() + ", but the trace names expert " + (found - 1));
        }
        return Math.max(found, options.experts());
    }

    /** Returns the sources that the options ask for in a file of ids; 1 if the counts of a step would be too many. */
    protected static long idSources(long layers, long experts, TraceOptions options) {
        long sources = options.idSources();
        return sources <= SOURCE_LIMIT && layers * experts * sources <= CELL_LIMIT ? sources : 1;
    }

    /** Opens something of a file. */
    @FunctionalInterface
    public interface Opening<T> {
        T open() throws IOException;
    }

    /**
     * Runs code that reads a file.
     *
     * @return what it returns
     * @throws FormatException naming the file, if the code finds its content damaged
     * @throws IOException if the file cannot be read
     */
    public static <T> T naming(Path file, Opening<T> opening) throws IOException {
        try {
            return opening.open();
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new FormatException(file + ": got a file that ends early", e);
        } catch (JsonProcessingException | CharConversionException e) {
            throw new FormatException(file + ": " + Json.malformed(e).getMessage(), e);
        } catch (ZipException e) {
            throw new FormatException(
                    file + ": got damaged data: " + Printable.oneLine(String.valueOf(e.getMessage())), e);
        }
    }

    /** Reads the next step by {@link #add} and {@link #pad}; returns false if there is none. */
    protected abstract boolean read() throws IOException;

    /** Goes back before the first step. */
    protected abstract void restart() throws IOException;

    /** States the number of steps, for formats that say it. */
    protected final void states(int number) {
        steps = number;
    }

    /** Adds tokens of source 0 to an expert of the step under way. */
    protected final void add(int layer, int expert, long tokens) throws FormatException {
        add(layer, 0, expert, tokens);
    }

    /** Adds tokens of a source to an expert of the step under way. */
    protected final void add(int layer, int source, int expert, long tokens) throws FormatException {
        long sum = counts[layer][expert] + tokens;
        if (tokens < 0 || sum < 0) {
            throw new FormatException("step " + at + ", layer " + layer + ", expert " + expert + ": got a count of "
                    + tokens + (tokens < 0 ? "" : " after " + counts[layer][expert]) + ", expected 0 to 2^63 - 1");
        }
        counts[layer][expert] = sum;
        if (sources > 1) {
            bySource[layer][source * experts + expert] += tokens;
        }
    }

    /** Counts an id that is no expert. */
    protected final void pad() {
        padding++;
    }

    /** Returns the number of the step under way, from 0. */
    protected final int step() {
        return at;
    }

    @Override
    public final String kind() {
        return kind;
    }

    @Override
    public final int layers() {
        return counts.length;
    }

    @Override
    public final int experts() {
        return experts;
    }

    @Override
    public final int steps() throws IOException {
        if (steps == UNKNOWN) {
            rewind();
            while (next()) {
                // The last call sets the number.
            }
        }
        rewind();
        return steps;
    }

    @Override
    public final boolean next() throws IOException {
        clear(counts);
        if (sources > 1) {
            clear(bySource);
        }
        padding = 0;
        atStart = false;
        boolean more = naming(file, this::read);
        if (more) {
            if (at == Integer.MAX_VALUE) {
                throw new FormatException(file + ": got more than " + at + " steps, expected at most that many");
            }
            at++;
        } else {
            steps = at;
        }
        return more;
    }

    private static void clear(long[][] counts) {
        for (long[] layer : counts) {
            Arrays.fill(layer, 0);
        }
    }

    @Override
    public final int sources() {
        return sources;
    }

    @Override
    public final void counts(int layer, long[] out) {
        System.arraycopy(bySource[layer], 0, out, 0, sources * experts);
    }

    @Override
    public final long[][] counts() {
        return counts;
    }

    @Override
    public final long padding() {
        return padding;
    }

    @Override
    public final void rewind() throws IOException {
        if (!atStart) {
            at = 0;
            naming(file, () -> {
                restart();
                return this;
            });
            atStart = true;
        }
    }

    @Override
    public String toString() {
        return "Trace[" + kind + ", layers=" + counts.length + ", experts=" + experts + "]";
    }
}
