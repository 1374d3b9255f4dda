// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.ProblemTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The kernels that come with the library as PTX, by solver, size and number of groups. A text file lists them:
 *
 * <pre>
 *   solver  size  least groups  file
 * </pre>
 *
 * <p>Every file, the list included, is compared with its SHA-256 in {@value #SUMS} when it is read.
 *
 * <p>Immutable and thread-safe.
 */
public final class PtxLibrary {
    /** The list, beside the PTX. */
    public static final String INDEX = "kernels.txt";

    /** The SHA-256 of the list and of every PTX file, as {@code sha256sum} writes them. */
    static final String SUMS = "SHA256SUMS";

    private static final String SEPARATOR = "  ";

    private final List<Line> lines;

    private PtxLibrary(List<Line> lines) {
        this.lines = lines;
    }

    /** A line of the list. */
    public record Line(String solver, KernelSize size, int leastGroups, String file) {
        public static Line parse(String line) {
            String[] words = line.split(" +", -1);
            if (words.length != 4) {
                throw new IllegalStateException(INDEX + ": got '" + line + "', expected solver, size, groups, file");
            }
            return new Line(words[0], KernelSize.parse(words[1]), Integer.parseInt(words[2]), words[3]);
        }

        @Override
        public String toString() {
            return solver + " " + size + " " + leastGroups + " " + file;
        }
    }

    /** Reads the list of this library. */
    public static PtxLibrary read() {
        String index = resource(INDEX);
        return new PtxLibrary(
                index == null ? List.of() : index.lines().map(Line::parse).toList());
    }

    private static @Nullable String resource(String name) {
        byte[] content = bytes(name);
        if (content == null) {
            return null;
        }
        requireSum(name, content);
        return new String(content, StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] bytes(String name) {
        try (InputStream in = PtxLibrary.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("a resource of this library cannot be read: " + name, e);
        }
    }

    /**
     * Compares a file with its sum.
     *
     * @throws IllegalStateException if it has none, or another one: the file is not the one that was shipped
     */
    static void requireSum(String name, byte[] content) {
        String got = HexFormat.of().formatHex(sha256().digest(content));
        String expected = Sums.BY_NAME.getOrDefault(name, "none");
        if (!got.equals(expected)) {
            throw new IllegalStateException(
                    "PTX: got " + name + " with SHA-256 " + got + ", expected " + expected + " by " + SUMS);
        }
    }

    /** The sums, read once. */
    private static final class Sums {
        static final Map<String, String> BY_NAME = read();

        private static Map<String, String> read() {
            byte[] sums = bytes(SUMS);
            return sums == null
                    ? Map.of()
                    : new String(sums, StandardCharsets.UTF_8)
                            .lines()
                            .collect(Collectors.toMap(
                                    line -> line.substring(line.indexOf(SEPARATOR) + SEPARATOR.length()),
                                    line -> line.substring(0, line.indexOf(SEPARATOR))));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Returns the lines of the list. */
    public List<Line> lines() {
        return lines;
    }

    /** Says which of these solvers has no kernel that holds a problem; empty if all have one, or nothing is to be solved. */
    public String missing(MinMaxProblem problem, String... solvers) {
        if (problem.items() == 0) {
            return "";
        }
        KernelSize size = new ProblemTables(problem).size();
        for (String solver : solvers) {
            if (lines.stream()
                    .noneMatch(
                            line -> line.solver().equals(solver) && line.size().holds(size))) {
                return "problem: got " + problem + " of size " + size + ", expected one with PTX of the " + solver
                        + " solver in this library";
            }
        }
        return "";
    }

    /**
     * Finds the kernel for batches of up to so many groups of problems of this size: of the smallest size that holds
     * them, the one with the largest {@code least groups} not above.
     */
    public Optional<PtxKernel> find(String solver, KernelSize problem, int groups) {
        return lines.stream()
                .filter(line -> line.solver().equals(solver)
                        && line.leastGroups() <= groups
                        && line.size().holds(problem))
                .min(Comparator.comparingInt((Line line) -> line.size().ranks())
                        .thenComparingInt(line -> line.size().entries())
                        .thenComparingInt(line -> Math.abs(line.size().hosts()))
                        .thenComparing(line -> line.leastGroups(), Comparator.reverseOrder()))
                .map(PtxLibrary::load);
    }

    /** Reads the kernel of a line. */
    public static PtxKernel load(Line line) {
        return load(line.file());
    }

    /**
     * Reads the kernel of a launch that has one PTX for all sizes.
     *
     * @param program name of the launch's program
     */
    public static PtxKernel load(String program, KernelSpec launch) {
        return load(program + "_" + launch.method() + ".ptx");
    }

    /** Reads the kernel that packs, solves and certifies as a solver's kernel does; empty if there is none. */
    public static Optional<PtxKernel> batchKernel(PtxKernel solver) {
        String text = resource(batchFile(solver.entry()));
        return text == null ? Optional.empty() : Optional.of(new PtxKernel(text));
    }

    /** Returns the file of the kernel that packs, solves and certifies as a solver's kernel does. */
    public static String batchFile(String solver) {
        return "batch_" + solver + ".ptx";
    }

    /** Reads the kernel in a file. */
    public static PtxKernel load(String file) {
        String text = resource(file);
        if (text == null) {
            throw new IllegalStateException("PTX: got no resource " + file + ", expected one in this library");
        }
        return new PtxKernel(text);
    }
}
