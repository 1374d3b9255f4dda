// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.solve.SolverLayout;

/**
 * The layout of the fused solvers' buffers (see {@link SolverLayout}), in the problem's numbers of items and entries.
 *
 * <p>Immutable and thread-safe.
 */
public final class PackedLayout implements SolveLayout {
    /** Most problems of a work-group: as many groups may be read beyond the last one, and their answers are not stored. */
    private static final int WORK_GROUP_PROBLEMS = 4;

    private final KernelSize size;
    private final int[] deviceItem;
    private final int[] deviceEntry;

    /** The layout for a problem. */
    public PackedLayout(ProblemTables tables) {
        size = tables.size();
        MinMaxProblem problem = tables.problem();
        deviceItem = new int[problem.items()];
        deviceEntry = new int[problem.entries()];
        for (int i = 0; i < deviceItem.length; i++) {
            deviceItem[tables.item(i)] = i;
        }
        for (int e = 0; e < deviceEntry.length; e++) {
            deviceEntry[tables.entry(e)] = e;
        }
    }

    @Override
    public int fixedAt(int group, int rank) {
        return SolverLayout.HEADER + group * size.inWords() + rank;
    }

    @Override
    public int loadAt(int group, int item) {
        return fixedAt(group, size.ranks()) + deviceItem[item];
    }

    @Override
    public int countAt() {
        return 0;
    }

    private int outputAt(int group) {
        return group * size.outWords();
    }

    @Override
    public int shareAt(int group, int entry) {
        return outputAt(group) + deviceEntry[entry];
    }

    private int tailAt(int group, int word) {
        return outputAt(group) + size.entries() + word;
    }

    @Override
    public int boundAt(int group) {
        return tailAt(group, SolverLayout.LOWER_BOUND);
    }

    @Override
    public int statusAt(int group) {
        return tailAt(group, SolverLayout.STATUS);
    }

    @Override
    public int threadsAt(int group) {
        return tailAt(group, SolverLayout.THREADS);
    }

    /** Returns the floats of the input for so many groups, whole work-groups of them. */
    public static int inWords(KernelSize size, int groups) {
        int workGroups = Math.ceilDiv(groups, WORK_GROUP_PROBLEMS);
        int perWorkGroup = ArrayLength.of(WORK_GROUP_PROBLEMS, "groups", size.inWords(), "floats");
        // The header is shorter than a work-group, for which there must be room, too.
        ArrayLength.of(workGroups + 1, "work-groups", perWorkGroup, "floats");
        return SolverLayout.HEADER + workGroups * perWorkGroup;
    }

    /** Returns the floats of the output for so many groups. */
    public static int outWords(KernelSize size, int groups) {
        return ArrayLength.of(groups, "groups", size.outWords(), "floats");
    }
}
