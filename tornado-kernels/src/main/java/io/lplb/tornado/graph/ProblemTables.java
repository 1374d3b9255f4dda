// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.Packing;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What the kernels need to know of a {@link MinMaxProblem}, as they read it: copied to the device once.
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
 * <p>TornadoVM's arrays are made when they are first asked for: where its API is missing, the words are still there.
 * Not thread-safe for that reason; nobody writes the arrays.
 */
public final class ProblemTables {
    private final MinMaxProblem problem;
    private final int[] item;
    private final int[] entry;
    private final int colours;
    private final int hosts;
    private final int degree;
    private final int[] table;
    private final float[] speed;
    private @Nullable IntArray deviceTable;
    private @Nullable FloatArray deviceSpeed;
    private int filled;

    /** The tables of a problem. */
    public ProblemTables(MinMaxProblem problem) {
        this.problem = problem;
        ItemColouring colouring = new ItemColouring(problem);
        colours = colouring.colours();
        item = colouring.itemsByColour();
        entry = new int[problem.entries()];
        int[] offset = new int[item.length + 1];
        for (int i = 0; i < item.length; i++) {
            int count = problem.hostCount(item[i]);
            for (int k = 0; k < count; k++) {
                entry[offset[i] + k] = problem.firstEntry(item[i]) + k;
            }
            offset[i + 1] = offset[i] + count;
        }
        int[] counts = differences(offset);
        int common = common(counts);
        hosts = common > 0 ? common : -Arrays.stream(counts).max().orElse(1);
        int[][] byRank = entriesByRank();
        int[] degrees = Arrays.stream(byRank).mapToInt(list -> list.length).toArray();
        degree = common(degrees);
        int words = item.length + 3 * entry.length + problem.ranks() + colours + 3;
        table = new int[Packing.paddedTable(words)];
        append(offset);
        append(Arrays.stream(entry).map(problem::host).toArray());
        append(offsets(degrees));
        append(Arrays.stream(byRank).flatMapToInt(Arrays::stream).toArray());
        append(offsets(colouring.sizes()));
        int[] itemOf = itemOfEntries(offset);
        append(Arrays.stream(byRank)
                .flatMapToInt(Arrays::stream)
                .map(e -> itemOf[e])
                .toArray());
        speed = new float[problem.ranks()];
        for (int r = 0; r < problem.ranks(); r++) {
            speed[r] = (float) problem.speed(r);
        }
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

    private void append(int[] values) {
        for (int value : values) {
            table[filled++] = value;
        }
    }

    /** Returns the problem's number of the kernels' item. */
    public int item(int deviceItem) {
        return item[deviceItem];
    }

    /** Returns the problem's number of the kernels' entry. */
    public int entry(int deviceEntry) {
        return entry[deviceEntry];
    }

    /** Returns the number of entries that every rank has, 0 if they differ. */
    public int degree() {
        return degree;
    }

    /** Returns the problem. */
    public MinMaxProblem problem() {
        return problem;
    }

    /** Returns the number of colours of the items. */
    public int colours() {
        return colours;
    }

    /** Returns the number of hosts that every item has; if they differ, minus the most. */
    public int hosts() {
        return hosts;
    }

    /** Returns 1 if all speeds are 1, else 0: as the kernels take it. */
    public int unitSpeeds() {
        return problem.hasUnitSpeeds() ? 1 : 0;
    }

    /** Returns the table's words, not a copy. */
    public int[] tableWords() {
        return table;
    }

    /** Returns the speeds, not a copy. */
    public float[] speeds() {
        return speed;
    }

    /** Returns the table as TornadoVM takes it, always the same. */
    IntArray table() {
        if (deviceTable == null) {
            deviceTable = IntArray.fromArray(table);
        }
        return deviceTable;
    }

    /** Returns the speeds as TornadoVM takes them, always the same. */
    FloatArray speed() {
        if (deviceSpeed == null) {
            deviceSpeed = FloatArray.fromArray(speed);
        }
        return deviceSpeed;
    }
}
