// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.graph.ProblemTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kernels that come with the library as PTX, by solver, shape and number of groups. A text file lists them:
 *
 * <pre>
 *   solver  shape  least groups  file
 * </pre>
 *
 * <p>Immutable and thread-safe.
 */
final class PtxLibrary {
    /** The list, beside the PTX. */
    static final String INDEX = "kernels.txt";

    private final List<Line> lines;

    private PtxLibrary(List<Line> lines) {
        this.lines = lines;
    }

    /** A line of the list. */
    record Line(String solver, String shape, int leastGroups, String file) {
        static Line parse(String line) {
            String[] words = line.split(" +", -1);
            if (words.length != 4) {
                throw new IllegalStateException(INDEX + ": got '" + line + "', expected solver, shape, groups, file");
            }
            return new Line(words[0], words[1], Integer.parseInt(words[2]), words[3]);
        }

        @Override
        public String toString() {
            return solver + " " + shape + " " + leastGroups + " " + file;
        }
    }

    /** Reads the list of this library. */
    static PtxLibrary read() {
        String index = resource(INDEX);
        return new PtxLibrary(
                index == null ? List.of() : index.lines().map(Line::parse).toList());
    }

    private static @Nullable String resource(String name) {
        try (InputStream in = PtxLibrary.class.getResourceAsStream("ptx/" + name)) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a resource of this library cannot be read: " + name, e);
        }
    }

    /**
     * What a kernel is compiled for: ranks, items, entries, hosts of every item (or the most), entries of every
     * rank (0 if they differ), colours, and whether all speeds are 1. The rest of a problem is in its tables.
     */
    static String shape(ProblemTables tables) {
        MinMaxProblem p = tables.problem();
        String hosts = tables.hosts() < 0 ? "upto" + -tables.hosts() : Integer.toString(tables.hosts());
        return "r" + p.ranks() + "-i" + p.items() + "-e" + p.entries() + "-h" + hosts + "-d" + tables.degree() + "-c"
                + tables.colours() + "-u" + tables.unitSpeeds();
    }

    /** Returns the lines of the list. */
    List<Line> lines() {
        return lines;
    }

    /** Whether there is a kernel. */
    boolean contains(String solver, String shape) {
        return lines.stream()
                .anyMatch(line -> line.solver().equals(solver) && line.shape().equals(shape));
    }

    /** Finds the kernel for batches of up to so many groups: the one with the largest {@code least groups} not above. */
    Optional<PtxKernel> find(String solver, String shape, int groups) {
        return lines.stream()
                .filter(line ->
                        line.solver().equals(solver) && line.shape().equals(shape) && line.leastGroups() <= groups)
                .max((a, b) -> Integer.compare(a.leastGroups(), b.leastGroups()))
                .map(PtxLibrary::load);
    }

    /** Reads the kernel of a line. */
    static PtxKernel load(Line line) {
        String text = resource(line.file());
        if (text == null) {
            throw new IllegalStateException(INDEX + ": got " + line + ", expected a file beside it");
        }
        return new PtxKernel(text);
    }
}
