// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.Packing;
import java.lang.foreign.MemorySegment;

/**
 * The host's side of a launch's two buffers (see {@link Packing}): writes the groups of a batch, poisons the output, and
 * reads the answers.
 *
 * <p>Every packing has a stamp of its own, so that an answer that was not written since is known for what it is.
 *
 * <p>Not thread-safe.
 */
public final class PackedGroups {
    /** Stamps stay whole numbers in a float. */
    private static final int STAMPS = 1 << 20;

    /** Four of these bytes are a NaN. */
    private static final byte POISON = -1;

    private final ProblemTables tables;
    private final MemorySegment in;
    private final MemorySegment out;
    private final int threads;
    private final int ranks;
    private final int items;
    private final int entries;
    private final float[] words;
    private int stamp;

    /**
     * @param in at least {@link #inWords} floats
     * @param out at least {@link #outWords} floats
     * @param threads threads of a work-group that the kernel is written for
     */
    public PackedGroups(ProblemTables tables, MemorySegment in, MemorySegment out, int threads) {
        this.tables = tables;
        this.in = in;
        this.out = out;
        this.threads = threads;
        MinMaxProblem problem = tables.problem();
        ranks = problem.ranks();
        items = problem.items();
        entries = problem.entries();
        words = new float[Math.max(ranks + items, entries)];
    }

    /** Returns the floats of the input for so many groups. */
    public static int inWords(MinMaxProblem problem, int groups) {
        return Math.addExact(Packing.HEADER, Math.multiplyExact(groups, problem.ranks() + problem.items()));
    }

    /** Returns the floats of the output for so many groups. */
    public static int outWords(MinMaxProblem problem, int groups) {
        return Math.multiplyExact(groups, problem.entries() + Packing.TAIL);
    }

    /** Packs the groups {@code first .. first + count - 1} of a batch and poisons their answers. */
    public void pack(MinMaxBatch batch, int first, int count) {
        stamp = (stamp + 1) % STAMPS;
        in.setAtIndex(JAVA_FLOAT, 0, count);
        in.setAtIndex(JAVA_FLOAT, 1, stamp);
        for (int g = 0; g < count; g++) {
            packGroup(batch, first + g, g);
        }
        out.asSlice(0, (long) Float.BYTES * outWords(tables.problem(), count)).fill(POISON);
    }

    private void packGroup(MinMaxBatch batch, int group, int to) {
        double mean = batch.meanLoad(group);
        double inverse = mean > 0 ? 1 / mean : 0;
        for (int r = 0; r < ranks; r++) {
            words[r] = (float) (batch.fixed()[group * ranks + r] * inverse);
        }
        for (int i = 0; i < items; i++) {
            words[ranks + i] = (float) (batch.load()[group * items + tables.item(i)] * inverse);
        }
        long at = Packing.HEADER + (long) to * (ranks + items);
        MemorySegment.copy(words, 0, in, JAVA_FLOAT, Float.BYTES * at, ranks + items);
    }

    private float tail(int group, int word) {
        return out.getAtIndex(JAVA_FLOAT, (group + 1) * (entries + Packing.TAIL) - Packing.TAIL + word);
    }

    /** Whether the kernel wrote this group's answer since it was packed, with the geometry it is written for. */
    public boolean isAnswered(int group) {
        float status = tail(group, Packing.STATUS);
        return tail(group, Packing.STAMP) == stamp
                && tail(group, Packing.THREADS) == threads
                && (status == Packing.CONVERGED || status == Packing.LIMIT || status == Packing.BROKEN);
    }

    /** Whether numbers stopped being finite on the way to this group's answer. */
    public boolean isBroken(int group) {
        return tail(group, Packing.STATUS) == Packing.BROKEN;
    }

    /** Returns the iterations that a group took. */
    public int iterations(int group) {
        return (int) tail(group, Packing.ITERATIONS);
    }

    /** Copies a group's shares, in mean loads and in the problem's order of entries. */
    public void copyShares(int group, double[] to) {
        long at = (long) group * (entries + Packing.TAIL);
        MemorySegment.copy(out, JAVA_FLOAT, Float.BYTES * at, words, 0, entries);
        for (int e = 0; e < entries; e++) {
            to[tables.entry(e)] = words[e];
        }
    }
}
