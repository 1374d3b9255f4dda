// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fused kernel as PTX, with what its header says: comment lines {@code // key: value} before the code.
 *
 * <p>The kernel was compiled for one {@link KernelSize}; the goal is the one number of it
 * that may still be changed, as it stands in the code as a literal.
 *
 * <p>Immutable.
 */
public final class PtxKernel {
    /** Keys of the header. */
    public static final String KERNEL = "kernel";

    public static final String ENTRY = "entry";
    public static final String SHAPE = "shape";
    public static final String SOLVER = "solver";
    public static final String LEAST_GROUPS = "least-groups";
    public static final String THREADS = "threads";
    public static final String PROBLEMS = "problems";
    public static final String PARAMETERS = "parameters";
    public static final String GOAL = "goal";
    public static final String SHARED_BYTES = "shared-bytes";
    public static final String BYTECODE = "bytecode";
    public static final String TORNADOVM = "tornadovm";

    /** How TornadoVM writes to global memory, and how something is written so that other writes are seen before it. */
    public static final String STORE = "st.global.";

    public static final String RELEASING_STORE = "st.release.sys.global.";

    private static final String COMMENT = "// ";

    private final Map<String, String> header;
    private final String text;

    /** Reads the header of a PTX. */
    public PtxKernel(String text) {
        this.text = text;
        header = new TreeMap<>();
        text.lines().takeWhile(line -> line.startsWith(COMMENT)).forEach(line -> {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                header.put(line.substring(COMMENT.length(), colon), line.substring(colon + 2));
            }
        });
        for (String key : new String[] {KERNEL, ENTRY, BYTECODE}) {
            header(key);
        }
    }

    /** Writes a header in front of code. */
    public static PtxKernel of(Map<String, String> header, String code) {
        StringBuilder result = new StringBuilder();
        header.forEach((key, value) ->
                result.append(COMMENT).append(key).append(": ").append(value).append('\n'));
        return new PtxKernel(result.append(code).toString());
    }

    /**
     * Returns a value of the header.
     *
     * @throws IllegalStateException if it is missing
     */
    public String header(String key) {
        String value = header.get(key);
        if (value == null) {
            throw new IllegalStateException("PTX header: got no '" + key + "' in " + header + ", expected one");
        }
        return value;
    }

    private int number(String key) {
        return Integer.parseInt(header(key));
    }

    /** Returns the whole text. */
    public String text() {
        return text;
    }

    public String entry() {
        return header(ENTRY);
    }

    public String solver() {
        return header(SOLVER);
    }

    /** Returns the solver's kernel that this is the PTX of. */
    public KernelShape shape() {
        return KernelShape.named(header(KERNEL));
    }

    /** Returns the numbers that the solver's kernel is compiled for. */
    public KernelSize size() {
        return KernelSize.parse(header(SHAPE));
    }

    /** Returns the number of groups from which on this kernel is the solver's choice for the shape. */
    public int leastGroups() {
        return number(LEAST_GROUPS);
    }

    public int threads() {
        return number(THREADS);
    }

    /** Returns the problems that a work-group solves. */
    int problems() {
        return number(PROBLEMS);
    }

    public int parameters() {
        return number(PARAMETERS);
    }

    /** Returns the work-groups for so many groups. */
    public int workGroups(int groups) {
        return Math.ceilDiv(groups, problems());
    }

    /** Returns the PTX with another gap at which the kernel stops, as a fraction of the mean load. */
    public PtxKernel withGoal(float goal) {
        return new PtxKernel(text.replace(literal(Float.parseFloat(header(GOAL))), literal(goal)));
    }

    /**
     * Returns the PTX with a stamp that is stored with release semantics for the whole system: who sees it, on the host
     * too, sees all that the work-group wrote before. It is the last store of a solver's kernel, and of the one that certifies, by
     * one thread, after a barrier of the work-group.
     *
     * @throws IllegalStateException if the code stores nothing
     */
    public PtxKernel withReleasedStamp() {
        int at = text.lastIndexOf(STORE);
        if (at < 0) {
            throw new IllegalStateException(this + ": got PTX without " + STORE + ", expected a store of the stamp");
        }
        return new PtxKernel(text.substring(0, at) + RELEASING_STORE + text.substring(at + STORE.length()));
    }

    /** Returns a float as PTX writes it. */
    public static String literal(float value) {
        return String.format(Locale.ROOT, "0F%08X", Float.floatToIntBits(value));
    }

    @Override
    public String toString() {
        return entry() + " for " + header.getOrDefault(SHAPE, "all sizes");
    }
}
