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
    private final KernelSize size;
    private final float[] input;
    private final float[] shares;
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
        size = tables.size();
        input = new float[size.inWords()];
        shares = new float[tables.problem().entries()];
    }

    /** Returns the floats of the input for so many groups. */
    public static int inWords(KernelSize size, int groups) {
        return Math.addExact(Packing.HEADER, Math.multiplyExact(groups, size.inWords()));
    }

    /** Returns the floats of the output for so many groups. */
    public static int outWords(KernelSize size, int groups) {
        return Math.multiplyExact(groups, size.outWords());
    }

    /** Packs the groups {@code first .. first + count - 1} of a batch and poisons their answers. */
    public void pack(MinMaxBatch batch, int first, int count) {
        stamp = (stamp + 1) % STAMPS;
        in.setAtIndex(JAVA_FLOAT, 0, count);
        in.setAtIndex(JAVA_FLOAT, 1, stamp);
        for (int g = 0; g < count; g++) {
            packGroup(batch, first + g, g);
        }
        out.asSlice(0, (long) Float.BYTES * outWords(size, count)).fill(POISON);
    }

    private void packGroup(MinMaxBatch batch, int group, int to) {
        MinMaxProblem problem = tables.problem();
        int ranks = problem.ranks();
        int items = problem.items();
        double mean = batch.meanLoad(group);
        double inverse = mean > 0 ? 1 / mean : 0;
        for (int r = 0; r < ranks; r++) {
            input[r] = (float) (batch.fixed()[group * ranks + r] * inverse);
        }
        for (int i = 0; i < items; i++) {
            input[size.ranks() + i] = (float) (batch.load()[group * items + tables.item(i)] * inverse);
        }
        long at = Packing.HEADER + (long) to * input.length;
        MemorySegment.copy(input, 0, in, JAVA_FLOAT, Float.BYTES * at, input.length);
    }

    private float tail(int group, int word) {
        return out.getAtIndex(JAVA_FLOAT, (group + 1) * size.outWords() - Packing.TAIL + word);
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
        long at = (long) group * size.outWords();
        MemorySegment.copy(out, JAVA_FLOAT, Float.BYTES * at, shares, 0, shares.length);
        for (int e = 0; e < shares.length; e++) {
            to[tables.entry(e)] = shares[e];
        }
    }
}
