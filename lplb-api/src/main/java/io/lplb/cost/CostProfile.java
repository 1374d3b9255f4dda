// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.cost.ProfileException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Measured times of one rank's experts: points of (tokens of each slot, microseconds) with their source.
 *
 * <p>File format, text, one item per line; lines that start with {@code #} and empty lines are skipped:
 *
 * <pre>
 *   name: deepseek-v3-h200
 *   source: what was measured, on which device, how
 *   unit: us
 *   columns: 4096 7168          optional: output columns of the layer's GEMMs
 *   multiprocessors: 132        optional: of the device; with columns, the fit looks for whole waves of tiles
 *   points:
 *   54.05 64 0 0 0 0 0 0 0      microseconds, then the tokens of each slot
 *   253.21 64 64 64 64 64 64 64 64
 * </pre>
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class CostProfile {
    /** No grouped GEMM of a layer takes less or more than this; other times are of another unit. */
    private static final double LEAST_MICROS = 1;

    private static final double MOST_MICROS = 1e6;

    /** No device computes a token of an expert in less. */
    private static final double LEAST_MICROS_PER_TOKEN = 0.001;

    private static final long MOST_TOKENS = Integer.MAX_VALUE;
    private static final int MOST_POINTS = 4096;
    private static final int MOST_SLOTS = 4096;
    private static final int MOST_BYTES = 64 << 20;

    /** Noise may make more tokens faster, but not by this factor. */
    private static final double NOISE = 0.6;

    private final String name;
    private final String source;
    private final int[] columns;
    private final int multiprocessors;
    private final long[][] counts;
    private final double[] micros;

    private CostProfile(
            String name, String source, int[] columns, int multiprocessors, long[][] counts, double[] micros) {
        this.name = name;
        this.source = source;
        this.columns = columns;
        this.multiprocessors = multiprocessors;
        this.counts = counts;
        this.micros = micros;
    }

    /**
     * Reads a profile.
     *
     * @param file in the format of this class
     * @return the profile
     * @throws IOException if the file cannot be read
     * @throws ProfileException if it is not usable
     */
    public static CostProfile read(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": got a folder, a pipe or a device, expected a regular file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw new ProfileException(
                    Fault.MALFORMED, file + ": got more than " + MOST_BYTES + " bytes, expected at most as many");
        }
        // Bytes that are no UTF-8 become replacement characters, which no field takes but name and source.
        return parse(file.toString(), new String(bytes, StandardCharsets.UTF_8));
    }

    /**
     * Makes a profile of measured points.
     *
     * @param name short name
     * @param source what was measured, on which device, how
     * @param counts {@code [points][slots]}, tokens of each slot
     * @param micros {@code [points]}, measured microseconds
     * @return the profile
     * @throws ProfileException if the points are not usable
     */
    public static CostProfile of(String name, String source, long[][] counts, double[] micros) {
        if (counts.length != micros.length) {
            throw new ProfileException(
                    Fault.MALFORMED,
                    name + ": got " + micros.length + " times, expected " + counts.length + " as counts");
        }
        long[][] copy = new long[counts.length][];
        for (int p = 0; p < copy.length; p++) {
            copy[p] = counts[p].clone();
        }
        CostProfile profile = new CostProfile(name, source, new int[0], 0, copy, micros.clone());
        profile.requireUsable("");
        return profile;
    }

    /**
     * Parses a profile.
     *
     * @param origin name of the file, for messages
     * @param text contents in the format of this class
     * @return the profile
     * @throws ProfileException if it is not usable
     */
    public static CostProfile parse(String origin, String text) {
        return new ProfileParser(origin, text).parse();
    }

    /** Builds a profile from a parsed file whose points have the given line numbers. */
    static CostProfile parsed(ProfileParser file) {
        CostProfile profile = new CostProfile(
                file.name,
                file.source,
                file.columns,
                file.multiprocessors,
                file.counts.toArray(new long[0][]),
                file.micros.stream().mapToDouble(Double::doubleValue).toArray());
        profile.requireUsable(file.origin + ": ");
        return profile;
    }

    private void requireUsable(String where) {
        if (micros.length > MOST_POINTS) {
            throw new ProfileException(
                    Fault.MALFORMED, where + "points: got " + micros.length + ", expected at most " + MOST_POINTS);
        }
        long least = Long.MAX_VALUE;
        long most = -1;
        for (int p = 0; p < micros.length; p++) {
            requirePoint(where + "point " + (p + 1), counts[p], micros[p]);
            long tokens = tokens(p);
            least = Math.min(least, tokens);
            most = Math.max(most, tokens);
        }
        if (micros.length < 2 || least == most) {
            throw new ProfileException(
                    Fault.TOO_FEW_POINTS,
                    where + "points: got " + micros.length + " with " + (micros.length == 0 ? 0 : 1)
                            + " number of tokens, expected at least 2 points with different numbers of tokens");
        }
        requireUnit(where);
        requireRising(where);
    }

    private static void requirePoint(String where, long[] counts, double us) {
        if (counts.length > MOST_SLOTS) {
            throw new ProfileException(
                    Fault.MALFORMED, where + ": got " + counts.length + " slots, expected at most " + MOST_SLOTS);
        }
        if (Double.isNaN(us) || Double.isInfinite(us)) {
            throw new ProfileException(Fault.NOT_A_NUMBER, where + ": got " + us + " us, expected a finite number");
        }
        if (us <= 0) {
            throw new ProfileException(Fault.NEGATIVE, where + ": got " + us + " us, expected a positive number");
        }
        long tokens = 0;
        for (long count : counts) {
            if (count < 0) {
                throw new ProfileException(Fault.NEGATIVE, where + ": got " + count + " tokens, expected at least 0");
            }
            if (count > MOST_TOKENS) {
                throw new ProfileException(
                        Fault.MALFORMED, where + ": got " + count + " tokens, expected at most " + MOST_TOKENS);
            }
            tokens += count;
        }
        if (tokens == 0) {
            throw new ProfileException(Fault.MALFORMED, where + ": got no token, expected at least one");
        }
    }

    private void requireUnit(String where) {
        double least = Arrays.stream(micros).min().orElse(0);
        double most = Arrays.stream(micros).max().orElse(0);
        if (least < LEAST_MICROS || most > MOST_MICROS) {
            throw new ProfileException(
                    Fault.WRONG_UNIT,
                    where + "points: got times from " + least + " to " + most + ", expected microseconds from "
                            + LEAST_MICROS + " to " + MOST_MICROS);
        }
        for (int p = 0; p < micros.length; p++) {
            if (micros[p] < LEAST_MICROS_PER_TOKEN * tokens(p)) {
                throw new ProfileException(
                        Fault.WRONG_UNIT,
                        where + "point " + (p + 1) + ": got " + micros[p] + " for " + tokens(p)
                                + " tokens, expected at least " + LEAST_MICROS_PER_TOKEN + " microseconds per token");
            }
        }
    }

    /** A point with no fewer tokens in any slot than another must not be clearly faster. */
    private void requireRising(String where) {
        for (int p = 0; p < micros.length; p++) {
            for (int q = 0; q < micros.length; q++) {
                if (micros[q] < NOISE * micros[p] && tokens(q) > tokens(p) && dominates(counts[q], counts[p])) {
                    throw new ProfileException(
                            Fault.DECREASING,
                            where + "point " + (q + 1) + ": got " + micros[q] + " us for " + tokens(q)
                                    + " tokens, expected at least about the " + micros[p] + " us of point " + (p + 1)
                                    + " with " + tokens(p) + " tokens");
                }
            }
        }
    }

    private static boolean dominates(long[] more, long[] less) {
        if (more.length != less.length) {
            return false;
        }
        for (int k = 0; k < more.length; k++) {
            if (more[k] < less[k]) {
                return false;
            }
        }
        return true;
    }

    /** {@return the cost: a staircase fitted to the points} */
    public ExpertCost fit() {
        return new ProfileFit(this).fit();
    }

    /** {@return the short name} */
    public String name() {
        return name;
    }

    /** {@return what was measured, on which device, how} */
    public String source() {
        return source;
    }

    /** {@return the number of measured points} */
    public int points() {
        return micros.length;
    }

    /**
     * {@return the measured time of a point in microseconds}
     *
     * @param point from 0 to {@code points - 1}
     */
    public double micros(int point) {
        return micros[point];
    }

    /**
     * {@return a copy of the tokens of each slot of a point}
     *
     * @param point from 0 to {@code points - 1}
     */
    public long[] counts(int point) {
        return counts[point].clone();
    }

    long[] countsOf(int point) {
        return counts[point];
    }

    long tokens(int point) {
        return Arrays.stream(counts[point]).sum();
    }

    int[] columns() {
        return columns;
    }

    int multiprocessors() {
        return multiprocessors;
    }

    /** {@return the profile in the format of a file, which {@link #parse} reads} */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(
                "# Measured time of one rank of an MoE layer. One line per point: us, then the tokens of each slot.\n");
        text.append("name: ").append(name).append("\nsource: ").append(source).append("\nunit: us\n");
        if (columns.length > 0) {
            text.append("columns:");
            for (int c : columns) {
                text.append(' ').append(c);
            }
            text.append("\nmultiprocessors: ").append(multiprocessors).append('\n');
        }
        text.append("points:\n");
        for (int p = 0; p < micros.length; p++) {
            text.append(micros[p]);
            for (long c : counts[p]) {
                text.append(' ').append(c);
            }
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Writes the profile to a file, which {@link #read} reads.
     *
     * @param file created or overwritten
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Files.writeString(Objects.requireNonNull(file, "file"), toText(), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "CostProfile[" + name + ", " + micros.length + " points]";
    }
}
