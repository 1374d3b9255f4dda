// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lplb.problem.MinMaxBatch;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.ProblemTables;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of a launch's two buffers (see {@link SolverLayout}): writes the groups of a batch, poisons the output, and
 * reads the answers.
 *
 * <p>Groups are packed and read in blocks, through an array that stays in the cache: one copy a block to or from memory that
 * a device shares. Large batches are packed by the threads of a {@link HostWorkers}.
 *
 * <p>Every packing has a stamp of its own, so that an answer that was not written since is known for what it is.
 *
 * <p>Not thread-safe, but for {@link #read}.
 */
public final class PackedGroups {
    private static final VarHandle FLOAT = JAVA_FLOAT.varHandle();

    /** Stamps stay whole numbers in a float. */
    private static final int STAMPS = 1 << 20;

    /** Four of these bytes are a NaN. */
    private static final byte POISON = -1;

    /** Floats of a block's answers, about: small enough for the first cache, large enough for a copy. */
    private static final int BLOCK_WORDS = 1024;

    private final MemorySegment in;
    private final MemorySegment out;
    private final int threads;
    private final KernelSize size;
    private final int ranks;
    private final int[] item;
    private final int blockGroups;
    private final float[][] rows;
    private final double[] mean;
    private final HostWorkers.Job packing = this::packBlock;
    private @Nullable MinMaxBatch batch;
    private int first;
    private int count;
    private int stamp;
    private volatile boolean invalid;

    /**
     * @param in at least {@link PackedLayout#inWords} floats
     * @param out at least {@link PackedLayout#outWords} floats
     * @param threads threads of a work-group that the kernel is written for
     * @param goal gap at which the kernel stops, as a fraction of the mean load
     */
    public PackedGroups(ProblemTables tables, MemorySegment in, MemorySegment out, int threads, float goal) {
        this.in = in;
        this.out = out;
        this.threads = threads;
        in.fill((byte) 0);
        in.setAtIndex(JAVA_FLOAT, SolverLayout.GOAL, goal);
        size = tables.size();
        ranks = tables.problem().ranks();
        item = tables.items();
        blockGroups = Math.max(1, BLOCK_WORDS / size.outWords());
        int capacity = (int) (out.byteSize() / Float.BYTES / size.outWords());
        mean = new double[capacity];
        int workers = HostWorkers.workers(blocks(capacity));
        rows = new float[workers][Math.min(blockGroups, capacity) * size.inWords()];
    }

    /**
     * Packs the groups {@code first .. first + count - 1} of a batch and poisons their answers.
     *
     * @throws IllegalArgumentException if a load is not a number from 0 to {@link MinMaxBatch#LARGEST_LOAD}
     */
    public void pack(MinMaxBatch from, int firstGroup, int groups) {
        stamp = (stamp + 1) % STAMPS;
        in.setAtIndex(JAVA_FLOAT, SolverLayout.COUNT, groups);
        in.setAtIndex(JAVA_FLOAT, SolverLayout.LAUNCH, stamp);
        batch = from;
        first = firstGroup;
        count = groups;
        invalid = false;
        run(packing);
        batch = null;
        if (invalid) {
            from.requireValid();
        }
    }

    /** Does a job on the blocks of the groups that were packed last, on several threads if they are many. */
    void run(HostWorkers.Job job) {
        HostWorkers.runShared(job, blocks(count));
    }

    private int blocks(int groups) {
        return Math.ceilDiv(groups, blockGroups);
    }

    /** Returns the first group of a block. */
    int blockStart(int block) {
        return block * blockGroups;
    }

    /** Returns the group behind a block's last one. */
    int blockEnd(int block) {
        return Math.min(count, (block + 1) * blockGroups);
    }

    private void packBlock(int worker, int block) {
        MinMaxBatch from = batch;
        if (from == null) {
            return;
        }
        float[] row = rows[worker];
        int start = blockStart(block);
        int end = blockEnd(block);
        if (!from.isValid(first + start, end - start)) {
            invalid = true;
            return;
        }
        for (int g = start; g < end; g++) {
            mean[g] = packGroup(from, first + g, row, (g - start) * size.inWords());
        }
        int words = (end - start) * size.inWords();
        long at = SolverLayout.HEADER + (long) start * size.inWords();
        MemorySegment.copy(row, 0, in, JAVA_FLOAT, Float.BYTES * at, words);
        long answers = (long) Float.BYTES * size.outWords();
        out.asSlice(answers * start, answers * (end - start)).fill(POISON);
    }

    /** Writes a group in mean loads; returns the mean load. */
    private double packGroup(MinMaxBatch from, int group, float[] row, int at) {
        double[] fixed = from.fixed();
        double[] load = from.load();
        double meanLoad = from.meanLoad(group);
        double inverse = meanLoad > 0 ? 1 / meanLoad : 0;
        int fixedAt = group * ranks;
        for (int r = 0; r < ranks; r++) {
            row[at + r] = (float) (fixed[fixedAt + r] * inverse);
        }
        int loadAt = group * item.length;
        int to = at + size.ranks();
        for (int i = 0; i < item.length; i++) {
            row[to + i] = (float) (load[loadAt + item[i]] * inverse);
        }
        return meanLoad;
    }

    /** Returns how many threads may take part in {@link #run}. */
    int workers() {
        return rows.length;
    }

    /** Returns the floats that {@link #read} needs at most. */
    int blockWords() {
        return blockGroups * size.outWords();
    }

    /** Returns the floats between a group's answer and the next one's. */
    int stride() {
        return size.outWords();
    }

    /** Copies the answers of the groups {@code from .. to - 1}, as the kernel wrote them. */
    void read(int from, int to, float[] answers) {
        long at = (long) from * size.outWords();
        MemorySegment.copy(out, JAVA_FLOAT, Float.BYTES * at, answers, 0, (to - from) * size.outWords());
    }

    /** Returns the mean load of a group that was packed. */
    double meanLoad(int group) {
        return mean[group];
    }

    /** Returns the place of a word of an answer's tail that begins at {@code at} of what {@link #read} copied. */
    int tail(int at, int word) {
        return at + size.entries() + word;
    }

    /**
     * Whether the kernel wrote an answer since the groups were packed, with the geometry it is written for.
     *
     * @param answers copied by {@link #read}
     * @param at where the group's begins
     */
    boolean isAnswered(float[] answers, int at) {
        float status = answers[tail(at, SolverLayout.STATUS)];
        return answers[tail(at, SolverLayout.STAMP)] == stamp
                && answers[tail(at, SolverLayout.THREADS)] == threads
                && (status == SolverLayout.CONVERGED || status == SolverLayout.LIMIT || status == SolverLayout.BROKEN);
    }

    /**
     * Looks whether answers carry the stamp of this packing, without a lock or a copy: what a kernel wrote before a stamp
     * that it released is visible to the caller.
     *
     * @param from the first group to look at
     * @return the first group without the stamp, or {@code to}
     */
    public int stamped(int from, int to) {
        int g = from;
        while (g < to && (float) FLOAT.getAcquire(out, stampAt(g)) == stamp) {
            g++;
        }
        return g;
    }

    private long stampAt(int group) {
        return Float.BYTES * ((long) (group + 1) * size.outWords() - SolverLayout.TAIL + SolverLayout.STAMP);
    }
}
