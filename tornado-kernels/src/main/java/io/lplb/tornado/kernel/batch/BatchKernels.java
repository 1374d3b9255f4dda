// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.solve.SolverLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What is done around a fused solver for a large batch, on the device: {@link #packBatch} turns the caller's loads into the
 * solver's input, and {@link #certifyBatch} the solver's shares into fractions of the caller's items, with a certificate in double.
 *
 * <pre>
 *   fixed, load --packBatch--&gt; in --solver--&gt; out --certifyBatch--&gt; fractions, reports
 *                     held: the loads, for certifyBatch --^
 * </pre>
 *
 * <p>The certificate believes nothing but the shares that it writes, as the host does for small batches ({@code
 * io.lplb.tornado.solve.AnswerReader}): shares are clipped at zero and turned into fractions of their items, the upper bound is
 * their largest load, and the lower bound is the best of three sets of ranks, the later ones only where the gap is still
 * above the tolerance: all ranks, those level with the most loaded one, every number of the most loaded ones (see {@code
 * io.lplb.solver.Certificate}).
 *
 * <p>Buffers as in {@link BatchLayout}. One work-group a group, of which one warp works: the three kernels can be one, with as many
 * threads as the solver needs. Where TornadoVM makes the work-group smaller, there is no answer. Barriers stand outside of branches:
 * where a set is not needed, the loops over it are empty.
 */
public final class BatchKernels {
    /** How far below the largest load a rank counts as level, in tolerances. */
    private static final double LEVEL = 8;

    /** Less than floats differ by around 1. */
    private static final float ALMOST_NOTHING = 1e-9f;

    /** What float rounds to less than it was before this. */
    private static final double ROUNDED_DOWN = 1 - 0x1p-23;

    private BatchKernels() {}

    /**
     * Packs groups; one work-group a group.
     *
     * @param in the solver's, see {@link SolverLayout}; real ranks and items are written, others are 0 and stay so, as does the header
     * @param out the solver's; the status of the group's answer is cleared, so that none of an earlier launch is taken for this one's
     */
    public static void packBatch(
            KernelContext context,
            IntArray sizes,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            DoubleArray held,
            FloatArray in,
            FloatArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = BatchLayout.THREADS;
        int ranks = sizes.get(BatchLayout.RANKS);
        int items = sizes.get(BatchLayout.ITEMS);
        if (thread > threads - 1 || context.localGroupSizeX < threads) {
            return;
        }
        int solverRanks = sizes.get(BatchLayout.SOLVER_RANKS);
        int words = solverRanks + sizes.get(BatchLayout.SOLVER_ITEMS);
        double[] partial = context.allocateDoubleLocalArray(BatchLayout.THREADS);
        double[] value = context.allocateDoubleLocalArray(BatchLayout.MAX_RANKS + BatchLayout.MAX_ITEMS);
        int fixedAt = group * ranks;
        int loadAt = group * items;
        int heldAt = group * BatchLayout.heldWords(ranks, items);
        // All that the thread reads first, at once: whoever stores one value before asking for the next waits twice.
        double stamp = 0;
        double f = 0;
        double w = 0;
        int source = 0;
        if (thread == 0) {
            stamp = stamps.get(group);
        }
        if (thread < ranks) {
            f = fixed.get(fixedAt + thread);
        }
        if (thread < items) {
            w = load.get(loadAt + thread);
            source = order.get(thread);
        }
        double speeds = numbers.get(BatchLayout.TOTAL_SPEED);
        if (thread < ranks) {
            held.set(heldAt + thread, f);
            value[thread] = f;
        }
        if (thread < items) {
            value[ranks + thread] = w;
        }
        double own = f + w;
        for (int r = thread + threads; r < ranks; r += threads) {
            f = fixed.get(fixedAt + r);
            held.set(heldAt + r, f);
            value[r] = f;
            own += f;
        }
        for (int i = thread + threads; i < items; i += threads) {
            w = load.get(loadAt + i);
            value[ranks + i] = w;
            own += w;
        }
        partial[thread] = own;
        context.localBarrier();
        double total = sum(partial);
        double mean = total / speeds;
        double inverse = total > 0 ? speeds / total : 0;
        int at = SolverLayout.HEADER + group * words;
        for (int r = thread; r < ranks; r += threads) {
            in.set(at + r, (float) (value[r] * inverse));
        }
        if (thread < items) {
            w = value[ranks + source];
            held.set(heldAt + ranks + thread, w);
            in.set(at + solverRanks + thread, (float) (w * inverse));
        }
        for (int i = thread + threads; i < items; i += threads) {
            w = value[ranks + order.get(i)];
            held.set(heldAt + ranks + i, w);
            in.set(at + solverRanks + i, (float) (w * inverse));
        }
        if (thread == 0) {
            held.set(heldAt + ranks + items, mean);
            held.set(heldAt + ranks + items + 1, stamp);
            int solverEntries = sizes.get(BatchLayout.SOLVER_ENTRIES);
            out.set(group * (solverEntries + SolverLayout.TAIL) + solverEntries + SolverLayout.STATUS, 0f);
        }
    }

    /**
     * Certifies groups; one work-group a group.
     *
     * @param out the solver's, see {@link SolverLayout}
     */
    public static void certifyBatch(
            KernelContext context,
            IntArray sizes,
            IntArray table,
            IntArray order,
            DoubleArray numbers,
            DoubleArray held,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = BatchLayout.THREADS;
        int ranks = sizes.get(BatchLayout.RANKS);
        int items = sizes.get(BatchLayout.ITEMS);
        int entries = sizes.get(BatchLayout.ENTRIES);
        int wantedThreads = sizes.get(BatchLayout.SOLVER_THREADS);
        double tolerance = numbers.get(BatchLayout.TOLERANCE);
        if (thread > threads - 1 || context.localGroupSizeX < threads) {
            return;
        }
        int solverEntries = sizes.get(BatchLayout.SOLVER_ENTRIES);
        int hostAt = sizes.get(BatchLayout.SOLVER_ITEMS) + 1;
        int rankAt = hostAt + solverEntries;
        int entryAt = rankAt + sizes.get(BatchLayout.SOLVER_RANKS) + 1;
        int tableWords = entryAt + entries;
        int[] local = context.allocateIntLocalArray(BatchLayout.MAX_TABLE);
        double[] share = context.allocateDoubleLocalArray(BatchLayout.MAX_ENTRIES);
        float[] fraction = context.allocateFloatLocalArray(BatchLayout.MAX_ENTRIES);
        double[] load = context.allocateDoubleLocalArray(BatchLayout.MAX_ITEMS);
        double[] fixed = context.allocateDoubleLocalArray(BatchLayout.MAX_RANKS);
        double[] speed = context.allocateDoubleLocalArray(BatchLayout.MAX_RANKS);
        double[] level = context.allocateDoubleLocalArray(BatchLayout.MAX_RANKS);
        double[] partial = context.allocateDoubleLocalArray(BatchLayout.THREADS);
        double[] partialSpeed = context.allocateDoubleLocalArray(BatchLayout.THREADS);
        int[] position = context.allocateIntLocalArray(BatchLayout.MAX_RANKS);
        int[] last = context.allocateIntLocalArray(BatchLayout.MAX_ITEMS);

        int outAt = group * (solverEntries + SolverLayout.TAIL);
        int heldAt = group * BatchLayout.heldWords(ranks, items);
        double mean = held.get(heldAt + ranks + items);
        double stamp = held.get(heldAt + ranks + items + 1);
        float iterations = out.get(outAt + solverEntries + SolverLayout.ITERATIONS);
        float status = out.get(outAt + solverEntries + SolverLayout.STATUS);
        float solverThreads = out.get(outAt + solverEntries + SolverLayout.THREADS);
        // As in packing, all that the thread reads first is asked for at once.
        int perGroup = BatchLayout.fractions(items, entries);
        float x = 0;
        double w = 0;
        double f = 0;
        double v = 0;
        int place = 0;
        if (thread < entries) {
            x = out.get(outAt + thread);
        }
        if (thread < ranks) {
            f = held.get(heldAt + thread);
            v = numbers.get(BatchLayout.SPEEDS + thread);
        }
        if (thread < perGroup) {
            place = order.get(items + thread);
        }
        if (thread < items) {
            w = held.get(heldAt + ranks + thread);
        }
        copy(thread, threads, table, tableWords, local);
        if (thread < entries) {
            share[thread] = x < 0f ? 0 : x; // a NaN stays one, up to the fractions
        }
        for (int e = thread + threads; e < entries; e += threads) {
            x = out.get(outAt + e);
            share[e] = x < 0f ? 0 : x;
        }
        if (thread < items) {
            load[thread] = w;
        }
        for (int i = thread + threads; i < items; i += threads) {
            load[i] = held.get(heldAt + ranks + i);
        }
        if (thread < ranks) {
            fixed[thread] = f;
            speed[thread] = v;
        }
        for (int r = thread + threads; r < ranks; r += threads) {
            fixed[r] = held.get(heldAt + r);
            speed[r] = numbers.get(BatchLayout.SPEEDS + r);
        }
        context.localBarrier();

        for (int i = thread; i < items; i += threads) {
            int from = local[i];
            int to = local[i + 1];
            double sum = 0;
            for (int e = from; e < to; e++) {
                sum += share[e];
            }
            // An item too light for float has lost its shares on the way: any split of it will do.
            double even = sum == 0 ? 1.0 / (to - from) : 0;
            // Of several fractions each is rounded down, so that they leave no less than nothing to the last host.
            double inverse = sum == 0 ? 0 : (to - from > 2 ? ROUNDED_DOWN : 1) / sum;
            double rest = load[i];
            for (int e = from; e < to - 1; e++) {
                float part = (float) (share[e] * inverse + even);
                // What is no fraction has to be seen in what is reported. A comparison that a NaN does not pass:
                // TornadoVM
                // turns others round, and then it does.
                double tokens = -ALMOST_NOTHING < part * (1 - part) ? load[i] * part : Double.POSITIVE_INFINITY;
                fraction[e] = part;
                share[e] = tokens;
                rest = rest - tokens;
            }
            share[to - 1] = rest > 0 ? rest : 0;
        }
        context.localBarrier();

        if (thread < perGroup) {
            fractions.set(group * perGroup + thread, fraction[place]);
        }
        for (int k = thread + threads; k < perGroup; k += threads) {
            fractions.set(group * perGroup + k, fraction[order.get(items + k)]);
        }
        for (int r = thread; r < ranks; r += threads) {
            double sum = fixed[r];
            int to = local[rankAt + r + 1];
            for (int k = local[rankAt + r]; k < to; k++) {
                sum += share[local[entryAt + k]];
            }
            level[r] = sum / speed[r];
        }
        context.localBarrier();

        double largest = 0;
        for (int r = 0; r < ranks; r++) {
            largest = larger(largest, level[r]);
        }
        double allowed = tolerance * mean;
        double bound = mean;

        // The ranks level with the most loaded one.
        double least = largest - LEVEL * allowed;
        int someRanks = largest - bound > allowed ? ranks : 0;
        int someItems = largest - bound > allowed ? items : 0;
        double inside = 0;
        double speeds = 0;
        for (int r = thread; r < someRanks; r += threads) {
            double member = level[r] > least ? 1 : 0;
            inside += member * fixed[r];
            speeds += member * speed[r];
        }
        for (int i = thread; i < someItems; i += threads) {
            double lowest = Double.MAX_VALUE;
            int to = local[i + 1];
            for (int e = local[i]; e < to; e++) {
                lowest = smaller(lowest, level[local[hostAt + e]]);
            }
            inside += lowest > least ? load[i] : 0;
        }
        partial[thread] = inside;
        partialSpeed[thread] = speeds;
        context.localBarrier();
        if (someRanks > 0) {
            double levelSpeeds = sum(partialSpeed);
            double levelBound = levelSpeeds > 0 ? sum(partial) / levelSpeeds : 0;
            bound = larger(bound, levelBound);
        }

        // Every number of the most loaded ranks. A rank's position is the number of those in front of it.
        int allRanks = largest - bound > allowed ? ranks : 0;
        int allItems = largest - bound > allowed ? items : 0;
        for (int r = thread; r < allRanks; r += threads) {
            double mine = level[r];
            int before = 0;
            for (int o = 0; o < ranks; o++) {
                double other = level[o];
                int tie = o < r ? 1 : 0;
                before += other > mine ? 1 : 0;
                before += other == mine ? tie : 0;
            }
            position[r] = before;
        }
        context.localBarrier();
        for (int i = thread; i < allItems; i += threads) {
            int deepest = 0;
            int to = local[i + 1];
            for (int e = local[i]; e < to; e++) {
                int p = position[local[hostAt + e]];
                deepest = p > deepest ? p : deepest;
            }
            last[i] = deepest;
        }
        context.localBarrier();
        double best = 0;
        for (int k = thread; k < allRanks; k += threads) {
            double captured = 0;
            double of = 0;
            for (int r = 0; r < ranks; r++) {
                captured += position[r] > k ? 0 : fixed[r];
                of += position[r] > k ? 0 : speed[r];
            }
            for (int i = 0; i < items; i++) {
                captured += last[i] > k ? 0 : load[i];
            }
            best = larger(best, captured / of);
        }
        partial[thread] = best;
        context.localBarrier();
        if (allRanks > 0) {
            bound = larger(bound, largest(partial));
        }

        if (thread < BatchLayout.STATUS) {
            double word = thread == BatchLayout.ITERATIONS ? iterations : largest;
            word = thread == BatchLayout.BOUND ? smaller(bound, largest) : word;
            reports.set(BatchLayout.REPORT * group + thread, word);
        }
        context.localBarrier();
        // Last, as the host may wait for it: whoever sees the stamp is to see all else of the group.
        if (thread == 0) {
            int known = status == SolverLayout.CONVERGED ? 1 : 0;
            known += status == SolverLayout.LIMIT ? 1 : 0;
            known += status == SolverLayout.BROKEN ? 1 : 0;
            int whole = solverThreads == wantedThreads ? known : 0;
            float failure = status == SolverLayout.BROKEN ? SolverLayout.BROKEN : SolverLayout.LIMIT;
            float reached = largest - bound > allowed ? failure : SolverLayout.CONVERGED;
            double said = whole > 0 ? reached : 0;
            reports.set(BatchLayout.REPORT * group + BatchLayout.STATUS, said * BatchLayout.STAMPS + stamp);
        }
    }

    /** Four loads at once, so that they wait for each other's latency instead of adding it up. */
    private static void copy(int thread, int threads, IntArray from, int words, int[] to) {
        int k = thread;
        for (; k + 3 * threads < words; k += 4 * threads) {
            int w0 = from.get(k);
            int w1 = from.get(k + threads);
            int w2 = from.get(k + 2 * threads);
            int w3 = from.get(k + 3 * threads);
            to[k] = w0;
            to[k + threads] = w1;
            to[k + 2 * threads] = w2;
            to[k + 3 * threads] = w3;
        }
        for (; k < words; k += threads) {
            to[k] = from.get(k);
        }
    }

    /** What the threads have added up; four sums, so that an addition need not wait for the one before. */
    private static double sum(double[] values) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (int k = 0; k < BatchLayout.THREADS; k += 4) {
            s0 += values[k];
            s1 += values[k + 1];
            s2 += values[k + 2];
            s3 += values[k + 3];
        }
        return (s0 + s1) + (s2 + s3);
    }

    private static double largest(double[] values) {
        double m0 = 0;
        double m1 = 0;
        double m2 = 0;
        double m3 = 0;
        for (int k = 0; k < BatchLayout.THREADS; k += 4) {
            m0 = larger(m0, values[k]);
            m1 = larger(m1, values[k + 1]);
            m2 = larger(m2, values[k + 2]);
            m3 = larger(m3, values[k + 3]);
        }
        return larger(larger(m0, m1), larger(m2, m3));
    }

    private static double larger(double a, double b) {
        return a > b ? a : b;
    }

    private static double smaller(double a, double b) {
        return a < b ? a : b;
    }
}
