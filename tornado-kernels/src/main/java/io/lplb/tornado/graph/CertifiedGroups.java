// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.BatchLayout;
import io.lplb.tornado.kernel.Packing;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of a launch that packs and certifies on the device ({@link io.lplb.tornado.kernel.BatchKernels}): loads
 * are copied in, shares and reports are copied out, block by block, by the threads of a {@link HostTeam} if they are many.
 *
 * <p>A group counts as answered if its report has the stamp of this launch, which the device writes after the group's shares and
 * only if the solver's answer had it, too. One group of every launch, each in its turn, is certified again by the host; where
 * it finds something else than the device, all groups of the launch become INVALID.
 *
 * <p>Not thread-safe.
 */
public final class CertifiedGroups {
    /** Doubles of a block, about. */
    private static final int BLOCK_WORDS = 2048;

    /** How far sums in another order may differ, as a fraction of the mean load. */
    private static final double ROUNDING = 1e-9;

    private final MemorySegment in;
    private final MemorySegment out;
    private final int ranks;
    private final int items;
    private final int entries;
    private final int capacity;
    private final int blockGroups;
    private final MinMaxProblem problem;
    private final Certificate certificate;
    private final double[][] reports;
    private final HostTeam.Job writing = this::writeBlock;
    private final HostTeam.Job reading = this::readBlock;
    private @Nullable MinMaxBatch batch;
    private @Nullable SplitBatch split;
    private int first;
    private int count;
    private int stamp;

    /**
     * @param in at least {@link #inWords} doubles
     * @param out at least {@link #outWords} doubles
     * @param capacity most groups of a launch
     */
    public CertifiedGroups(MinMaxProblem problem, MemorySegment in, MemorySegment out, int capacity) {
        this.problem = problem;
        this.in = in;
        this.out = out;
        this.capacity = capacity;
        in.fill((byte) 0);
        out.fill((byte) 0);
        ranks = problem.ranks();
        items = problem.items();
        entries = problem.entries();
        blockGroups = Math.max(1, BLOCK_WORDS / (BatchLayout.REPORT + entries));
        int workers = blocks(capacity) < HostTeam.LEAST_BLOCKS ? 1 : HostTeam.SHARED_SIZE;
        reports = new double[workers][Math.min(blockGroups, capacity) * BatchLayout.REPORT];
        certificate = new Certificate(problem);
    }

    /** Returns the doubles of the input for so many groups. */
    public static int inWords(MinMaxProblem problem, int groups) {
        return Math.addExact(BatchLayout.HEADER, Math.multiplyExact(groups, problem.ranks() + problem.items()));
    }

    /** Returns the doubles of the answers for so many groups. */
    public static int outWords(MinMaxProblem problem, int groups) {
        return Math.multiplyExact(groups, BatchLayout.REPORT + problem.entries());
    }

    /** Returns the doubles that the device holds of so many groups: the input, and each group's mean load. */
    public static int heldWords(MinMaxProblem problem, int groups) {
        return Math.addExact(inWords(problem, groups), groups);
    }

    /** Returns the kernels' sizes, see {@link BatchLayout}. */
    public static int[] sizes(ProblemTables tables, int capacity, int solverThreads) {
        int[] sizes = new int[BatchLayout.SIZES];
        MinMaxProblem problem = tables.problem();
        sizes[BatchLayout.RANKS] = problem.ranks();
        sizes[BatchLayout.ITEMS] = problem.items();
        sizes[BatchLayout.ENTRIES] = problem.entries();
        sizes[BatchLayout.CAPACITY] = capacity;
        sizes[BatchLayout.SOLVER_RANKS] = tables.size().ranks();
        sizes[BatchLayout.SOLVER_ITEMS] = tables.size().items();
        sizes[BatchLayout.SOLVER_ENTRIES] = tables.size().entries();
        sizes[BatchLayout.SOLVER_THREADS] = solverThreads;
        return sizes;
    }

    /** Returns the kernels' order of items and the caller's order of entries, see {@link BatchLayout}. */
    public static int[] order(ProblemTables tables) {
        MinMaxProblem problem = tables.problem();
        int[] order = Arrays.copyOf(tables.items(), problem.items() + problem.entries());
        for (int e = 0; e < problem.entries(); e++) {
            order[problem.items() + tables.entry(e)] = e;
        }
        return order;
    }

    /** Returns the kernels' numbers, see {@link BatchLayout}. */
    public static double[] numbers(MinMaxProblem problem, double tolerance) {
        double[] numbers = new double[BatchLayout.SPEEDS + problem.ranks()];
        numbers[BatchLayout.TOLERANCE] = tolerance;
        numbers[BatchLayout.TOTAL_SPEED] = problem.totalSpeed();
        System.arraycopy(problem.speeds(), 0, numbers, BatchLayout.SPEEDS, problem.ranks());
        return numbers;
    }

    /** Whether the kernels hold a problem. */
    public static boolean fits(MinMaxProblem problem) {
        return BatchLayout.fits(problem.ranks(), problem.items(), problem.entries());
    }

    /** Copies the groups {@code first .. first + count - 1} of a batch in, under a new stamp. */
    public void write(MinMaxBatch from, int firstGroup, int groups) {
        stamp = (stamp + 1) % BatchLayout.STAMPS;
        in.setAtIndex(JAVA_DOUBLE, BatchLayout.COUNT, groups);
        in.setAtIndex(JAVA_DOUBLE, BatchLayout.STAMP, stamp);
        batch = from;
        first = firstGroup;
        count = groups;
        run(writing);
        batch = null;
    }

    private int blocks(int groups) {
        return Math.ceilDiv(groups, blockGroups);
    }

    private void run(HostTeam.Job job) {
        int blocks = blocks(count);
        if (blocks < HostTeam.LEAST_BLOCKS) {
            HostTeam.alone(job, blocks);
        } else {
            HostTeam.shared().run(job, blocks);
        }
    }

    private int blockEnd(int block) {
        return Math.min(count, (block + 1) * blockGroups);
    }

    private void writeBlock(int worker, int block) {
        MinMaxBatch from = batch;
        if (from == null) {
            return;
        }
        int start = block * blockGroups;
        int groups = blockEnd(block) - start;
        copyIn(from.fixed(), (first + start) * ranks, groups * ranks, BatchLayout.fixedAt(ranks, start));
        copyIn(from.load(), (first + start) * items, groups * items, BatchLayout.loadAt(ranks, items, capacity, start));
    }

    private void copyIn(double[] values, int from, int length, int to) {
        MemorySegment.copy(values, from, in, JAVA_DOUBLE, JAVA_DOUBLE.byteSize() * to, length);
    }

    /** Copies the answers of the last launch out, for the groups {@code firstGroup ...} of a batch. */
    public void read(MinMaxBatch of, int firstGroup, SplitBatch to) {
        first = firstGroup;
        split = to;
        run(reading);
        split = null;
        if (!holds(of, to, firstGroup + stamp % count)) {
            for (int g = firstGroup; g < firstGroup + count; g++) {
                invalidate(to, g);
            }
        }
    }

    private void readBlock(int worker, int block) {
        SplitBatch to = split;
        if (to == null) {
            return;
        }
        int start = block * blockGroups;
        int groups = blockEnd(block) - start;
        int shareAt = BatchLayout.shareAt(entries, capacity, start);
        copyOut(shareAt, to.share(), (first + start) * entries, groups * entries);
        double[] report = reports[worker];
        copyOut(BatchLayout.REPORT * start, report, 0, BatchLayout.REPORT * groups);
        for (int g = 0; g < groups; g++) {
            int at = BatchLayout.REPORT * g;
            double status = (report[at + BatchLayout.STATUS] - stamp) / BatchLayout.STAMPS;
            int group = first + start + g;
            if (status == Packing.CONVERGED || status == Packing.LIMIT || status == Packing.BROKEN) {
                to.report(
                        group,
                        report[at + BatchLayout.LARGEST],
                        report[at + BatchLayout.BOUND],
                        (int) report[at + BatchLayout.ITERATIONS],
                        status(status));
            } else {
                invalidate(to, group);
            }
        }
    }

    private void copyOut(int from, double[] to, int at, int length) {
        MemorySegment.copy(out, JAVA_DOUBLE, JAVA_DOUBLE.byteSize() * from, to, at, length);
    }

    private static SolveStatus status(double device) {
        if (device == Packing.CONVERGED) {
            return SolveStatus.OPTIMAL;
        }
        return device == Packing.LIMIT ? SolveStatus.ITERATION_LIMIT : SolveStatus.NUMERICAL_FAILURE;
    }

    private void invalidate(SplitBatch to, int group) {
        Arrays.fill(to.share(), group * entries, (group + 1) * entries, Double.NaN);
        to.report(group, Double.NaN, Double.NaN, -1, SolveStatus.INVALID);
    }

    /** Whether the host finds what the device reported of a group, or the device reported nothing. */
    private boolean holds(MinMaxBatch of, SplitBatch to, int group) {
        if (to.status(group) == SolveStatus.INVALID) {
            return true;
        }
        double rounding = ROUNDING * of.meanLoad(group);
        certificate.evaluate(of.fixed(), group * ranks, of.load(), group * items, to.share(), group * entries);
        return Math.abs(certificate.maxLoad() - to.maxLoad(group)) <= rounding
                && to.lowerBound(group) <= certificate.lowerBound() + rounding
                && sumsHold(of, to, group, rounding);
    }

    private boolean sumsHold(MinMaxBatch of, SplitBatch to, int group, double rounding) {
        boolean hold = true;
        for (int i = 0; i < items; i++) {
            double rest = of.load()[group * items + i];
            int at = group * entries + problem.firstEntry(i);
            for (int k = 0; k < problem.hostCount(i); k++) {
                rest -= to.share()[at + k];
                hold &= to.share()[at + k] >= 0;
            }
            hold &= Math.abs(rest) <= rounding;
        }
        return hold;
    }
}
