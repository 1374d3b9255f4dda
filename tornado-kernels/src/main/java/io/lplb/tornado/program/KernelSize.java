// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.tornado.kernel.solve.SizeCode;
import io.lplb.tornado.kernel.solve.SolverLayout;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes that a fused kernel is compiled for. The hosts of items are in its tables, so a kernel serves every problem of
 * these numbers; and a kernel that takes the entries of a rank from its tables ({@code degree} 0) also serves smaller
 * ones, as ranks and items that are not there carry no load.
 *
 * @param hosts hosts of every item; if they differ, minus the most
 * @param degree entries of every rank, 0 if they differ
 * @param unitSpeeds whether all speeds are 1
 */
public record KernelSize(int ranks, int items, int entries, int hosts, int degree, int colours, boolean unitSpeeds) {
    private static final Pattern TEXT =
            Pattern.compile("r(\\d+)-i(\\d+)-e(\\d+)-h(upto)?(\\d+)-d(\\d+)-c(\\d+)-u([01])");

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static KernelSize parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("kernel size: got '" + text + "', expected " + TEXT);
        }
        int hosts = Integer.parseInt(m.group(5));
        return new KernelSize(
                Integer.parseInt(m.group(1)),
                Integer.parseInt(m.group(2)),
                Integer.parseInt(m.group(3)),
                m.group(4) == null ? hosts : -hosts,
                Integer.parseInt(m.group(6)),
                Integer.parseInt(m.group(7)),
                m.group(8).equals("1"));
    }

    /** Whether a kernel of this size solves a problem of that one. */
    public boolean holds(KernelSize problem) {
        return equals(problem)
                || (degree == 0
                        && ranks >= problem.ranks
                        && items >= problem.items
                        && entries >= problem.entries
                        && colours >= problem.colours
                        && (hosts > 0 ? hosts == problem.hosts : -hosts >= Math.abs(problem.hosts))
                        && (!unitSpeeds || problem.unitSpeeds));
    }

    /**
     * Returns the sizes as the kernels' argument.
     *
     * @throws IllegalArgumentException if a size is beyond what local memory holds
     */
    public long code() {
        return SizeCode.of(ranks, items, entries, hosts, degree, colours, unitSpeeds);
    }

    /** Floats of a group's input. */
    public int inWords() {
        return ranks + items;
    }

    /** Floats of a group's output. */
    public int outWords() {
        return entries + SolverLayout.TAIL;
    }

    @Override
    public String toString() {
        return "r" + ranks + "-i" + items + "-e" + entries + "-h" + (hosts < 0 ? "upto" : "") + Math.abs(hosts) + "-d"
                + degree + "-c" + colours + "-u" + (unitSpeeds ? 1 : 0);
    }
}
