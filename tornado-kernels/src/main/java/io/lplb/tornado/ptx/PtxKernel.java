// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fused kernel as PTX, with what its header says: comment lines {@code // key: value} before the code.
 *
 * <p>A solver's kernel is compiled for one {@link KernelSize}.
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
    public static final String SHARED_BYTES = "shared-bytes";
    public static final String BYTECODE = "bytecode";
    public static final String TORNADOVM = "tornadovm";

    /** The store of a stamp, which the export writes with the default semantics named, and the same with release semantics. */
    public static final String STAMP_STORE = "st.weak.global.";

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
    public int problems() {
        return number(PROBLEMS);
    }

    public int parameters() {
        return number(PARAMETERS);
    }

    /** Returns the work-groups for so many groups. */
    public int workGroups(int groups) {
        return Math.ceilDiv(groups, problems());
    }

    /**
     * Returns the PTX with the store of the stamp released for the whole system: a reader of the stamp, on the host too, sees all
     * that the work-group wrote before. The export marks that store, which is the last of a solver's kernel, by one thread, after a
     * barrier of the work-group.
     *
     * @throws IllegalStateException if the code has no such store, or several
     */
    public PtxKernel withReleasedStamp() {
        int at = text.indexOf(STAMP_STORE);
        if (at < 0 || text.indexOf(STAMP_STORE, at + 1) >= 0) {
            throw new IllegalStateException(this + ": got PTX with none or several " + STAMP_STORE + ", expected one");
        }
        return new PtxKernel(text.replace(STAMP_STORE, RELEASING_STORE));
    }

    @Override
    public String toString() {
        return entry() + " for " + header.getOrDefault(SHAPE, "all sizes");
    }
}
