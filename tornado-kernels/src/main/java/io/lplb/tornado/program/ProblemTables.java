// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.solve.SolverLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tables of a {@link MinMaxProblem} as kernels read them: copied to the device once.
 *
 * <pre>
 *   table   offset [items + 1] | host [entries] | rank offset [ranks + 1] | entry by rank [entries]
 *           | colour offset [colours + 1] | item by rank [entries] | padding
 *   speed   [ranks]
 * </pre>
 *
 * <p>The kernels number the items colour by colour (see {@link ItemColouring}), and the entries accordingly, so that the
 * items of a colour are a range; {@link #item} and {@link #entry} translate.
 *
 * <p>They may be made for a larger {@link KernelSize} than the problem's own ({@link #in}): words of ranks, items and entries
 * that are not there are 0, and their offsets are the end of those that are.
 *
 * <p>TornadoVM's arrays are made when they are first asked for: where its API is missing, the words are still there.
 * Not thread-safe for that reason; the arrays are never written.
 */
public final class ProblemTables {
    private final MinMaxProblem problem;
    private final ItemColouring colouring;
    private final KernelSize size;
    private final int[] item;
    private final int[] entry;
    private final int[] offset;
    private final int[] colourSizes;
    private final int[] table;
    private final float[] speed;
    private int filled;

    /** The tables of a problem, for a kernel of just its size. */
    public ProblemTables(MinMaxProblem problem) {
        this(problem, new ItemColouring(problem), null);
    }

    private ProblemTables(MinMaxProblem problem, ItemColouring colouring, @Nullable KernelSize larger) {
        this.problem = problem;
        this.colouring = colouring;
        item = colouring.itemsByColour();
        colourSizes = colouring.sizes();
        entry = new int[problem.entries()];
        offset = new int[item.length + 1];
        for (int i = 0; i < item.length; i++) {
            int count = problem.hostCount(item[i]);
            for (int k = 0; k < count; k++) {
                entry[offset[i] + k] = problem.firstEntry(item[i]) + k;
            }
            offset[i + 1] = offset[i] + count;
        }
        int[][] byRank = entriesByRank();
        int[] degrees = Arrays.stream(byRank).mapToInt(list -> list.length).toArray();
        size = larger == null ? own(degrees) : larger;
        int words = size.items() + 3 * size.entries() + size.ranks() + size.colours() + 3;
        table = new int[SolverLayout.paddedTable(words)];
        append(offset, size.items() + 1);
        append(Arrays.stream(entry).map(problem::host).toArray(), size.entries(), 0);
        append(offsets(degrees), size.ranks() + 1);
        append(Arrays.stream(byRank).flatMapToInt(Arrays::stream).toArray(), size.entries(), 0);
        append(offsets(colourSizes), size.colours() + 1);
        int[] itemOf = itemOfEntries(offset);
        append(
                Arrays.stream(byRank)
                        .flatMapToInt(Arrays::stream)
                        .map(e -> itemOf[e])
                        .toArray(),
                size.entries(),
                0);
        speed = new float[size.ranks()];
        Arrays.fill(speed, 1f);
        for (int r = 0; r < problem.ranks(); r++) {
            speed[r] = (float) problem.speed(r);
        }
    }

    private KernelSize own(int[] degrees) {
        int[] counts = differences(offset);
        int common = common(counts);
        return new KernelSize(
                problem.ranks(),
                item.length,
                entry.length,
                common > 0 ? common : -Arrays.stream(counts).max().orElse(1),
                common(degrees),
                colourSizes.length,
                problem.hasUnitSpeeds());
    }

    /**
     * Returns the same problem's tables for a kernel of this size.
     *
     * @throws IllegalArgumentException if it does not hold the problem
     */
    public ProblemTables in(KernelSize larger) {
        if (larger.equals(size)) {
            return this;
        }
        if (!larger.holds(size)) {
            throw new IllegalArgumentException("kernel size: got " + larger + ", expected one that holds " + size);
        }
        return new ProblemTables(problem, colouring, larger);
    }

    private static int[] differences(int[] offset) {
        int[] result = new int[offset.length - 1];
        Arrays.setAll(result, k -> offset[k + 1] - offset[k]);
        return result;
    }

    private static int[] offsets(int[] counts) {
        int[] result = new int[counts.length + 1];
        for (int k = 0; k < counts.length; k++) {
            result[k + 1] = result[k] + counts[k];
        }
        return result;
    }

    /** The value that all elements have, 0 if they differ or there is none. */
    private static int common(int[] counts) {
        return Arrays.stream(counts).distinct().count() == 1 ? counts[0] : 0;
    }

    private int[][] entriesByRank() {
        int[][] lists = new int[problem.ranks()][];
        for (int r = 0; r < lists.length; r++) {
            int rank = r;
            lists[r] = IntStream.range(0, entry.length)
                    .filter(e -> problem.host(entry[e]) == rank)
                    .toArray();
        }
        return lists;
    }

    private int[] itemOfEntries(int[] offset) {
        int[] result = new int[entry.length];
        for (int i = 0; i < item.length; i++) {
            Arrays.fill(result, offset[i], offset[i + 1], i);
        }
        return result;
    }

    /** Offsets go on with their end. */
    private void append(int[] offsets, int length) {
        append(offsets, length, offsets[offsets.length - 1]);
    }

    private void append(int[] values, int length, int rest) {
        Arrays.fill(table, filled, filled + length, rest);
        System.arraycopy(values, 0, table, filled, values.length);
        filled += length;
    }

    /** Returns the problem's number of the kernels' item. */
    public int item(int deviceItem) {
        return item[deviceItem];
    }

    /** Returns the problem's numbers of all of the kernels' items, not a copy. */
    public int[] items() {
        return item;
    }

    /** Returns the problem's number of the kernels' entry. */
    public int entry(int deviceEntry) {
        return entry[deviceEntry];
    }

    /** Returns the problem. */
    public MinMaxProblem problem() {
        return problem;
    }

    /** Returns the size of the kernel that these tables are for. */
    public KernelSize size() {
        return size;
    }

    /** Returns the table's words, not a copy. */
    public int[] tableWords() {
        return table;
    }

    /** Returns the speeds, not a copy. */
    public float[] speeds() {
        return speed;
    }
}
