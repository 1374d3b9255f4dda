// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.problem.MinMaxProblem;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What the kernels need to know of a {@link MinMaxProblem}, as they read it: copied to the device once.
 *
 * <pre>
 *   table   offset [items + 1] | host [entries] | rank offset [ranks + 1] | entry by rank [entries]
 *           | colour offset [colours + 1] | item by colour [items] | item by rank [entries]
 *   speed   [ranks]
 * </pre>
 *
 * <p>Immutable but for the arrays, which nobody writes.
 */
final class ProblemTables {
    private final MinMaxProblem problem;
    private final int colours;
    private final int hosts;
    private final IntArray table;
    private final FloatArray speed;
    private int filled;

    ProblemTables(MinMaxProblem problem) {
        this.problem = problem;
        ItemColouring colouring = new ItemColouring(problem);
        colours = colouring.colours();
        hosts = commonHostCount(problem);
        table = new IntArray(2 * problem.items() + 3 * problem.entries() + problem.ranks() + colours + 3);
        for (int i = 0; i <= problem.items(); i++) {
            append(problem.firstEntry(i));
        }
        for (int e = 0; e < problem.entries(); e++) {
            append(problem.host(e));
        }
        int[][] byRank = entriesByRank(problem);
        appendOffsets(byRank);
        appendAll(byRank);
        int[][] byColour = itemsByColour(problem, colouring);
        appendOffsets(byColour);
        appendAll(byColour);
        for (int[] list : byRank) {
            for (int e : list) {
                append(itemOf(problem, e));
            }
        }
        speed = new FloatArray(problem.ranks());
        for (int r = 0; r < problem.ranks(); r++) {
            speed.set(r, (float) problem.speed(r));
        }
    }

    private static int commonHostCount(MinMaxProblem problem) {
        int common = problem.items() > 0 ? problem.hostCount(0) : 1;
        for (int i = 1; i < problem.items(); i++) {
            common = problem.hostCount(i) == common ? common : 0;
        }
        return common;
    }

    private static int[][] entriesByRank(MinMaxProblem problem) {
        int[][] lists = new int[problem.ranks()][];
        int[] count = new int[problem.ranks()];
        for (int h : problem.hosts()) {
            count[h]++;
        }
        for (int r = 0; r < lists.length; r++) {
            lists[r] = new int[count[r]];
        }
        for (int e = problem.entries() - 1; e >= 0; e--) {
            int r = problem.host(e);
            lists[r][--count[r]] = e;
        }
        return lists;
    }

    private static int[][] itemsByColour(MinMaxProblem problem, ItemColouring colouring) {
        int[][] lists = new int[colouring.colours()][];
        for (int c = 0; c < lists.length; c++) {
            int colour = c;
            lists[c] = java.util.stream.IntStream.range(0, problem.items())
                    .filter(i -> colouring.colourOf(i) == colour)
                    .toArray();
        }
        return lists;
    }

    private static int itemOf(MinMaxProblem problem, int entry) {
        int i = 0;
        while (problem.firstEntry(i + 1) <= entry) {
            i++;
        }
        return i;
    }

    private void append(int value) {
        table.set(filled++, value);
    }

    private void appendOffsets(int[][] lists) {
        int sum = 0;
        append(sum);
        for (int[] list : lists) {
            sum += list.length;
            append(sum);
        }
    }

    private void appendAll(int[][] lists) {
        for (int[] list : lists) {
            for (int value : list) {
                append(value);
            }
        }
    }

    MinMaxProblem problem() {
        return problem;
    }

    /** Returns the number of colours of the items. */
    int colours() {
        return colours;
    }

    /** Returns the number of hosts that every item has, 0 if they differ. */
    int hosts() {
        return hosts;
    }

    /** Returns 1 if all speeds are 1, else 0: as the kernels take it. */
    int unitSpeeds() {
        return problem.hasUnitSpeeds() ? 1 : 0;
    }

    IntArray table() {
        return table;
    }

    FloatArray speed() {
        return speed;
    }
}
