// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.BatchTables;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.ProblemTables;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of a launch that packs and certifies on the device ({@link io.lplb.tornado.kernel.batch.BatchKernels}): loads
 * are copied in, and shares are computed from the fractions that come back, block by block, by the threads of a {@link HostWorkers} if they are many.
 *
 * <p>A group counts as answered if its report has the stamp of this launch, which the device writes after the group's fractions, and
 * a status, which it has only if the solver answered in this launch; and if its largest load is finite, which it is not where a fraction
 * is none. One group per launch, in rotation, is certified again by the host; where the results differ,
 * all groups of the launch become INVALID.
 *
 * <p>Not thread-safe.
 */
public final class CertifiedGroups {
    /** Doubles of a block, at most about. */
    private static final int BLOCK_WORDS = 4096;

    /** Doubles of a launch that one thread copies in less time than several, which have to be told. */
    private static final int LEAST_SHARED_WORDS = 8192;

    /** Blocks for each thread of a large launch: idle threads steal remaining blocks. */
    private static final int THREAD_BLOCKS = 2;

    /** Groups of a block are a multiple of this, so that no two threads write into one cache line. */
    private static final int BLOCK_STEP = 16;

    /** How long threads wait for reports themselves: no longer than a helper of the team is awake in any case. */
    private static final long PATIENCE_NANOS = 300_000;

    /** Looks at a report between two at the clock. */
    private static final int LOOKS = 32;

    /** First stamp of the next instance: device memory may still hold reports of an earlier one. */
    private static final AtomicInteger FIRST_STAMP = new AtomicInteger();

    private static final VarHandle DOUBLE = JAVA_DOUBLE.varHandle();

    /**
     * The memory that the host shares with the device, or copies from and to it; see {@link BatchLayout}.
     *
     * @param fixed a double for each group and rank
     * @param load a double for each group and item
     * @param stamps a double for each group
     * @param fractions at least {@link BatchTables#fractionWords} floats
     * @param reports at least {@link BatchTables#reportWords} doubles
     */
    private record Memory(
            MemorySegment fixed,
            MemorySegment load,
            MemorySegment stamps,
            MemorySegment fractions,
            MemorySegment reports) {}

    private final Memory memory;
    private final MemorySegment fractions;
    private final MemorySegment reports;
    private final int ranks;
    private final int items;
    private final int entries;
    private final int mostBlockGroups;
    private final SpotCheck[] checks;
    private final int perGroup;
    private final boolean pairs;
    private final int[] offset;
    private final double[] stamps;
    private final double[][] reportRows;
    private final float[][] fractionRows;
    private final HostWorkers.Job writing = this::writeBlock;
    private final HostWorkers.Job checking = this::checkBlock;
    private final HostWorkers.Job reading = this::readBlock;
    private @Nullable MinMaxBatch batch;
    private @Nullable SplitBatch split;
    private boolean awaiting;
    private long giveUpNanos;
    private volatile boolean late;
    private volatile boolean invalid;
    private volatile boolean refuted;
    private volatile boolean allOptimal;
    private int first;
    private int count;
    private int blockGroups;
    private int blocks;
    private int stamp = FIRST_STAMP.getAndAdd(7919) & (BatchLayout.STAMPS / 2 - 1);

    /**
     * The host's side of a program.
     *
     * @param capacity most groups of a launch
     * @param host returns the host's elements of an input or an output
     */
    public static CertifiedGroups of(BatchProgram program, int capacity, Function<Buffer, MemorySegment> host) {
        Memory memory = new Memory(
                host.apply(program.fixed()),
                host.apply(program.load()),
                host.apply(program.stamps()),
                host.apply(program.fractions()),
                host.apply(program.reports()));
        return new CertifiedGroups(program.tables(), memory, capacity);
    }

    /** @param capacity most groups of a launch */
    private CertifiedGroups(ProblemTables tables, Memory memory, int capacity) {
        this.memory = memory;
        fractions = memory.fractions();
        reports = memory.reports();
        for (MemorySegment segment :
                new MemorySegment[] {memory.fixed(), memory.load(), memory.stamps(), fractions, reports}) {
            segment.fill((byte) 0);
        }
        MinMaxProblem problem = tables.problem();
        ranks = problem.ranks();
        items = problem.items();
        entries = problem.entries();
        offset = problem.offsets();
        perGroup = BatchLayout.fractions(items, entries);
        pairs = tables.size().hosts() == 2;
        mostBlockGroups = Math.max(1, BLOCK_WORDS / (BatchLayout.REPORT + entries));
        int workers = workers(capacity);
        reportRows = new double[workers][Math.min(mostBlockGroups, capacity) * BatchLayout.REPORT];
        stamps = new double[Math.min(mostBlockGroups, capacity)];
        fractionRows = new float[workers][Math.min(mostBlockGroups, capacity) * perGroup];
        checks = new SpotCheck[workers];
        Arrays.setAll(checks, k -> new SpotCheck(problem));
    }

    /**
     * Copies the groups {@code firstGroup .. firstGroup + groups - 1} of a batch in, under a new stamp. Invalid loads are copied, too: no kernel
     * runs longer for it, so that there is time to {@link #requireValid} while the device works.
     */
    public void write(MinMaxBatch from, int firstGroup, int groups) {
        write(from, firstGroup, groups, HostWorkers::nothing);
    }

    /** The same; the calling thread first does something else, while others of the team begin to copy. */
    public void write(MinMaxBatch from, int firstGroup, int groups, Runnable meanwhile) {
        stamp++;
        if (stamp == BatchLayout.STAMPS) { // no report of the round before is to be taken for one of this round
            stamp = 1;
            reports.fill((byte) 0);
        }
        Arrays.fill(stamps, stamp);
        batch = from;
        first = firstGroup;
        count = groups;
        cutIntoBlocks();
        run(writing, meanwhile);
        batch = null;
    }

    /**
     * Checks the loads that were written last. The calling thread first does something else, while others of the team begin.
     *
     * @throws IllegalArgumentException if one is not a number from 0 to {@link MinMaxBatch#LARGEST_LOAD}, whatever {@code
     *     meanwhile} throws
     */
    public void requireValid(MinMaxBatch of, int firstGroup, Runnable meanwhile) {
        batch = of;
        first = firstGroup;
        invalid = false;
        try {
            run(checking, meanwhile);
        } catch (RuntimeException e) {
            if (!invalid) {
                throw e;
            }
        } finally {
            batch = null;
        }
        if (invalid) {
            of.requireValid();
        }
    }

    private void run(HostWorkers.Job job, Runnable meanwhile) {
        if (blocks > 1 && workers(count) > 1) {
            HostWorkers.shared().run(job, blocks, meanwhile);
        } else {
            HostWorkers.alone(job, blocks, meanwhile);
        }
    }

    /** Returns how many threads take part. */
    private int workers(int groups) {
        return (long) groups * (BatchLayout.REPORT + entries) < LEAST_SHARED_WORDS ? 1 : HostWorkers.SHARED_SIZE;
    }

    /** As few blocks as the workspaces allow, or, where threads share them, as many for each thread. */
    private void cutIntoBlocks() {
        int workers = workers(count);
        int even = Math.ceilDiv(count, THREAD_BLOCKS * workers);
        int step = Math.ceilDiv(even, BLOCK_STEP) * BLOCK_STEP;
        blockGroups = workers == 1 ? mostBlockGroups : Math.min(step, mostBlockGroups);
        blocks = Math.ceilDiv(count, blockGroups);
    }

    private int blockSize(int block) {
        return Math.min(count - block * blockGroups, blockGroups);
    }

    private void writeBlock(int worker, int block) {
        MinMaxBatch from = batch;
        if (from == null) {
            return;
        }
        int start = block * blockGroups;
        int groups = blockSize(block);
        copyIn(from.fixed(), (first + start) * ranks, memory.fixed(), start * ranks, groups * ranks);
        copyIn(from.load(), (first + start) * items, memory.load(), start * items, groups * items);
        copyIn(stamps, 0, memory.stamps(), start, groups);
    }

    private void checkBlock(int worker, int block) {
        MinMaxBatch of = batch;
        if (of != null && !of.isValid(first + block * blockGroups, blockSize(block))) {
            invalid = true;
        }
    }

    private static void copyIn(double[] values, int from, MemorySegment to, int at, int length) {
        MemorySegment.copy(values, from, to, JAVA_DOUBLE, JAVA_DOUBLE.byteSize() * at, length);
    }

    /**
     * Writes the answers of a launch that is under way, for the groups {@code firstGroup ...} of a batch, each as soon as the device has
     * reported it: for launches whose stamps are written after all else of a group, and seen so.
     *
     * @return false if a report did not come in time, and not all answers were written: wait for the device, then {@link #read}
     */
    public boolean readAsReported(MinMaxBatch of, int firstGroup, SplitBatch to) {
        late = false;
        giveUpNanos = System.nanoTime() + PATIENCE_NANOS;
        awaiting = true;
        try {
            read(of, firstGroup, to);
        } finally {
            awaiting = false;
        }
        return !late;
    }

    /** Whether all groups that were read last are OPTIMAL. */
    public boolean areOptimal() {
        return allOptimal && !refuted;
    }

    /** Writes the answers of the last launch, which has ended, for the groups {@code firstGroup ...} of a batch. */
    public void read(MinMaxBatch of, int firstGroup, SplitBatch to) {
        first = firstGroup;
        batch = of;
        split = to;
        refuted = false;
        allOptimal = true;
        run(reading, HostWorkers::nothing);
        batch = null;
        split = null;
        if (refuted) {
            for (int g = firstGroup; g < firstGroup + count; g++) {
                invalidate(to, g);
            }
        }
    }

    private void readBlock(int worker, int block) {
        MinMaxBatch of = batch;
        SplitBatch to = split;
        if (of == null || to == null) {
            return;
        }
        int start = block * blockGroups;
        int groups = blockSize(block);
        if (awaiting && !isReported(start, start + groups)) {
            late = true;
            return;
        }
        double[] report = reportRows[worker];
        int words = BatchLayout.REPORT;
        MemorySegment.copy(reports, JAVA_DOUBLE, JAVA_DOUBLE.byteSize() * words * start, report, 0, words * groups);
        float[] fraction = fractionRows[worker];
        long from = JAVA_FLOAT.byteSize() * perGroup * start;
        MemorySegment.copy(fractions, JAVA_FLOAT, from, fraction, 0, perGroup * groups);
        if (pairs) {
            sharePairs(fraction, of.load(), first + start, groups, to.share());
        } else {
            shareLists(fraction, of.load(), first + start, groups, to.share());
        }
        if (!takeReports(report, first + start, groups, to)) {
            allOptimal = false;
        }
        int checked = stamp % count;
        if (checked >= start && checked < start + groups && !checks[worker].holds(of, to, first + checked)) {
            refuted = true;
        }
    }

    /** Takes over what the device reports of some groups, INVALID without an answer; returns whether all are OPTIMAL. */
    private boolean takeReports(double[] report, int firstGroup, int groups, SplitBatch to) {
        boolean optimal = true;
        for (int g = 0; g < groups; g++) {
            int at = BatchLayout.REPORT * g;
            double status = (report[at + BatchLayout.STATUS] - stamp) * (1.0 / BatchLayout.STAMPS);
            boolean answered =
                    status == SolverLayout.CONVERGED || status == SolverLayout.LIMIT || status == SolverLayout.BROKEN;
            if (answered && report[at + BatchLayout.LARGEST] < Double.POSITIVE_INFINITY) {
                optimal &= status == SolverLayout.CONVERGED;
                to.report(
                        firstGroup + g,
                        report[at + BatchLayout.LARGEST],
                        report[at + BatchLayout.BOUND],
                        (int) report[at + BatchLayout.ITERATIONS],
                        status(status));
            } else {
                optimal = false;
                invalidate(to, firstGroup + g);
            }
        }
        return optimal;
    }

    /** Waits until some groups have the stamp of this launch, or it is time to give up. */
    private boolean isReported(int from, int to) {
        int looks = 0;
        int g = from;
        while (g < to) {
            if (stampOf(g) == stamp) {
                g++;
            } else {
                looks++;
                if (late || (looks % LOOKS == 0 && System.nanoTime() - giveUpNanos > 0)) {
                    return false;
                }
                Thread.onSpinWait();
            }
        }
        return true;
    }

    private int stampOf(int group) {
        long at = JAVA_DOUBLE.byteSize() * (BatchLayout.REPORT * group + BatchLayout.STATUS);
        return (int) (double) DOUBLE.getAcquire(reports, at) & (BatchLayout.STAMPS - 1);
    }

    /** Turns fractions of some groups into shares, whatever they are. */
    private void sharePairs(float[] fraction, double[] load, int firstGroup, int groups, double[] share) {
        int loadAt = firstGroup * items;
        int shareAt = firstGroup * entries;
        for (int i = 0; i < groups * items; i++) {
            double w = load[loadAt + i];
            double tokens = w * fraction[i];
            share[shareAt + 2 * i] = tokens;
            share[shareAt + 2 * i + 1] = w - tokens;
        }
    }

    private void shareLists(float[] fraction, double[] load, int firstGroup, int groups, double[] share) {
        int from = 0;
        for (int g = firstGroup; g < firstGroup + groups; g++) {
            int shareAt = g * entries;
            for (int i = 0; i < items; i++) {
                int last = offset[i + 1] - 1;
                double w = load[g * items + i];
                double rest = w;
                for (int e = offset[i]; e < last; e++) {
                    double tokens = w * fraction[from];
                    from++;
                    share[shareAt + e] = tokens;
                    rest -= tokens;
                }
                share[shareAt + last] = Math.max(rest, 0);
            }
        }
    }

    private static SolveStatus status(double device) {
        if (device == SolverLayout.CONVERGED) {
            return SolveStatus.OPTIMAL;
        }
        return device == SolverLayout.LIMIT ? SolveStatus.ITERATION_LIMIT : SolveStatus.NUMERICAL_FAILURE;
    }

    private void invalidate(SplitBatch to, int group) {
        Arrays.fill(to.share(), group * entries, (group + 1) * entries, Double.NaN);
        to.report(group, Double.NaN, Double.NaN, -1, SolveStatus.INVALID);
    }
}
