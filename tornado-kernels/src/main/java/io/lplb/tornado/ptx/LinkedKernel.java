// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.program.KernelSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Packing, a solver and certifying in one kernel: the PTX of the three, one after another. Each launch of a kernel costs the device 2
 * to 3 us, and that all groups are packed before the first one is solved, and solved before the first one is certified; linked, a group
 * goes its own way, so that one is computed while another one's loads are still on their way from the host.
 *
 * <pre>
 *   .visible .entry linked(parameters of all three) {
 *       .shared pool                       as large as the largest part needs
 *       { packBatch }     barrier
 *       { solver }        barrier
 *       { certifyBatch }
 *   }
 * </pre>
 *
 * <p>Sound where a work-group of the solver holds one group, as those of the other two do: what a part leaves in the device's memory, the
 * next one's threads of the same work-group see after the barrier. Returns become jumps behind the part. The parts' arrays of shared memory
 * share one pool, since no part needs another's. Packing and certifying are made for all sizes; here the solver's is known, so that their
 * arrays, declared for the largest problem, shrink, and what they read of sizes may become constants.
 *
 * <p>Immutable.
 */
public final class LinkedKernel {
    /** The name of the kernel. */
    public static final String ENTRY = "linked";

    private static final Pattern OPENING = Pattern.compile("(?m)^\\.visible \\.entry \\w+\\(([^)]*)\\) \\{$");
    private static final Pattern PARAMETER = Pattern.compile("(\\.param [^,]*?)(\\w+)(?=,|$)");
    private static final String READING = "\tld.param.";
    private static final Pattern READ =
            Pattern.compile("\\tadd\\.u64\\t(\\w+), \\w+, (\\d+);\\tld\\.global\\.s32\\t(\\w+), \\[\\1\\];");
    private static final Pattern SIZES = Pattern.compile("\\tld\\.param\\.u64\\t(\\w+), \\[sizes\\];");
    private static final String RETURN = "\tret;";

    private final PtxKernel packing;
    private final PtxKernel solver;
    private final PtxKernel certifying;

    /**
     * @param solver a kernel that {@link #isPossible}
     */
    public LinkedKernel(PtxKernel packing, PtxKernel solver, PtxKernel certifying) {
        if (!isPossible(solver)) {
            throw new IllegalArgumentException(
                    "solver: got " + solver.problems() + " problems a work-group, expected 1 to link it");
        }
        this.packing = packing;
        this.solver = solver;
        this.certifying = certifying;
    }

    /** Whether a solver's kernel can be linked with the others. */
    public static boolean isPossible(PtxKernel solver) {
        return solver.problems() == 1;
    }

    /** Returns the PTX, for all problems that the solver's kernel holds. */
    public String text() {
        return text(UnaryOperator.identity());
    }

    /**
     * Returns the PTX for problems of one size only.
     *
     * @param sizes what packing and certifying would read, see {@link BatchLayout}
     */
    public String text(int[] sizes) {
        return text(code -> withSizes(code, sizes));
    }

    private String text(UnaryOperator<String> change) {
        KernelSize size = solver.size();
        List<Part> parts = List.of(
                new Part(packing, 0, change, elements -> shrunk(elements, size)),
                new Part(solver, 1, UnaryOperator.identity(), elements -> elements),
                new Part(certifying, 2, change, elements -> shrunk(elements, size)));
        int bytes = parts.stream().mapToInt(Part::sharedBytes).max().orElseThrow();
        StringBuilder text = new StringBuilder(parts.get(0).heading());
        text.append(".visible .entry ").append(ENTRY).append('(');
        text.append(parts.stream().map(Part::parameters).collect(Collectors.joining(", ")));
        text.append(") {\n").append(SharedArrays.pool(bytes));
        for (Part part : parts) {
            text.append(part.number == 0 ? "" : barrier(part.number)).append(part.block());
        }
        return text.append(Part.end(parts.size() - 1)).append(":\n\tret;\n}\n").toString();
    }

    /** Where threads of a part meet that has returned before. */
    private String barrier(int number) {
        String warp = "\tbar.warp.sync\t0xffffffff;\n";
        return Part.end(number - 1) + ":\n" + warp
                + (solver.threads() > BatchLayout.THREADS ? "\tbarrier.sync\t0;\n" : "");
    }

    /** Returns code that reads no sizes. */
    private static String withSizes(String code, int[] sizes) {
        Matcher address = SIZES.matcher(code);
        if (!address.find()) {
            throw new IllegalStateException("PTX: got no sizes that are read, expected some in packing and certifying");
        }
        String operand = ", " + address.group(1) + ", ";
        List<String> result = new ArrayList<>();
        List<String> lines = code.lines().toList();
        for (int k = 0; k < lines.size(); k++) {
            if (lines.get(k).contains(operand)) {
                Matcher read = READ.matcher(lines.get(k) + lines.get(k + 1));
                if (!read.matches()) {
                    throw new IllegalStateException(
                            "PTX: got '" + lines.get(k) + "', expected a read of a size behind it");
                }
                long at = (Integer.parseInt(read.group(2)) - DeviceArrays.HEADER) / Integer.BYTES;
                result.add("\tmov.s32\t" + read.group(3) + ", " + sizes[(int) at] + ";");
                k++;
            } else {
                result.add(lines.get(k));
            }
        }
        return String.join("\n", result) + "\n";
    }

    /** Returns the elements that an array of packing or certifying needs, which is declared for the largest problem. */
    private static int shrunk(int elements, KernelSize size) {
        return switch (elements) {
            case BatchLayout.MAX_RANKS -> size.ranks();
            case BatchLayout.MAX_ITEMS -> size.items();
            case BatchLayout.MAX_RANKS + BatchLayout.MAX_ITEMS -> size.ranks() + size.items();
            case BatchLayout.MAX_ENTRIES -> size.entries();
            case BatchLayout.MAX_TABLE -> BatchLayout.tableWords(size.ranks(), size.items(), size.entries());
            default -> elements;
        };
    }

    /** One of the kernels. */
    private static final class Part {
        private final int number;
        private final String heading;
        private final String parameters;
        private final String body;
        private final SharedArrays arrays;

        Part(PtxKernel kernel, int number, UnaryOperator<String> change, IntUnaryOperator elements) {
            this.number = number;
            String text = kernel.text();
            Matcher opening = OPENING.matcher(text);
            if (!opening.find()) {
                throw new IllegalStateException(kernel + ": got PTX without an entry, expected one");
            }
            heading = text.substring(0, opening.start())
                    .lines()
                    .filter(line -> line.startsWith("."))
                    .collect(Collectors.joining("\n", "", "\n\n"));
            parameters =
                    PARAMETER.matcher(opening.group(1)).replaceAll(match -> match.group(1) + renamed(match.group(2)));
            arrays = new SharedArrays(text.substring(opening.end(), text.lastIndexOf('}')), elements);
            body = change.apply(arrays.inPool());
        }

        /** Version and target, without the comments before them. */
        String heading() {
            return heading;
        }

        String parameters() {
            return parameters;
        }

        int sharedBytes() {
            return arrays.bytes();
        }

        /** Returns the name of the place behind a part. */
        static String end(int number) {
            return "END_" + number;
        }

        private String renamed(String parameter) {
            return "part" + number + "_" + parameter;
        }

        /** Returns the code, in a scope of its own: its registers and labels have the names of the other parts'. */
        String block() {
            return body.lines().map(this::inBlock).collect(Collectors.joining("\n", "{\n", "\n}\n"));
        }

        private String inBlock(String line) {
            if (line.equals(RETURN)) {
                return "\tbra\t" + end(number) + ";";
            }
            if (line.startsWith(READING)) {
                int at = line.indexOf('[') + 1;
                return line.substring(0, at) + renamed(line.substring(at));
            }
            return line;
        }
    }
}
