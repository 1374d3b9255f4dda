// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.solve.SolverLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Device function that turns a solver's shares into fractions of the caller's items, with a certificate in double, as the host does
 * for small batches ({@code io.lplb.tornado.solve.AnswerReader}): shares are clipped at zero and turned into fractions of their items,
 * the upper bound is their largest load, and the lower bound is the best of three sets of ranks, the later ones only where the gap is
 * still above the tolerance: all ranks, those level with the most loaded one, every number of the most loaded ones (see {@code
 * io.lplb.solver.Certificate}).
 *
 * <p>Barriers stand outside of branches: where a set is not needed, the loops over it are empty.
 */
public final class GroupCertificate {
    /** How far below the largest load a rank counts as level, in tolerances. */
    private static final double LEVEL = 8;

    /** Less than floats differ by around 1. */
    private static final float ALMOST_NOTHING = 1e-9f;

    /** Factor that makes a number smaller than any float that it may have been rounded up to. */
    private static final double ROUNDED_DOWN = 1 - 0x1p-23;

    private GroupCertificate() {}

    /**
     * Certifies a group, whose loads, mean load and stamp are in local memory.
     *
     * @param table the solver's table, in local memory
     * @param d doubles of local memory, see {@link GroupTile}
     * @param x floats of local memory, see {@link GroupTile}
     * @param out the solver's output
     */
    static void certify(
            KernelContext context,
            GroupTile g,
            int[] table,
            double[] d,
            float[] x,
            IntArray order,
            DoubleArray numbers,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports) {
        double tolerance = numbers.get(BatchLayout.TOLERANCE);
        float iterations = out.get(g.tail(SolverLayout.ITERATIONS));
        float status = out.get(g.tail(SolverLayout.STATUS));
        float threads = out.get(g.tail(SolverLayout.THREADS));
        read(g, d, numbers, out);
        context.localBarrier();
        split(g, table, d, x);
        context.localBarrier();
        int perGroup = BatchLayout.fractions(g.items, g.entries);
        for (int k = g.thread; k < perGroup; k += g.threads) {
            fractions.set(g.group * perGroup + k, x[order.get(g.items + k)]);
        }
        loads(g, table, d);
        context.localBarrier();
        double largest = 0;
        for (int r = 0; r < g.ranks; r++) {
            largest = Sums.larger(largest, d[g.level(r)]);
        }
        double mean = d[g.mean()];
        double allowed = tolerance * mean;
        double bound = boundOfLevelRanks(context, g, table, d, largest, allowed, mean);
        bound = boundOfMostLoaded(context, g, table, d, x, largest, allowed, bound);
        if (g.thread < BatchLayout.STATUS) {
            double word = g.thread == BatchLayout.ITERATIONS ? iterations : largest;
            word = g.thread == BatchLayout.BOUND ? Sums.smaller(bound, largest) : word;
            reports.set(BatchLayout.REPORT * g.group + g.thread, word);
        }
        context.localBarrier();
        // Last, as the host may wait for it: all else of the group is visible to a reader of the stamp.
        if (g.thread == 0) {
            int known = status == SolverLayout.CONVERGED ? 1 : 0;
            known += status == SolverLayout.LIMIT ? 1 : 0;
            known += status == SolverLayout.BROKEN ? 1 : 0;
            int whole = threads == g.solverThreads ? known : 0;
            float failure = status == SolverLayout.BROKEN ? SolverLayout.BROKEN : SolverLayout.LIMIT;
            float reached = largest - bound > allowed ? failure : SolverLayout.CONVERGED;
            double said = whole > 0 ? reached : 0;
            double stamp = context.localGroupSizeX < g.threads ? 0 : d[g.stamp()];
            reports.set(BatchLayout.REPORT * g.group + BatchLayout.STATUS, said * BatchLayout.STAMPS + stamp);
        }
    }

    /** Reads shares and speeds. */
    private static void read(GroupTile g, double[] d, DoubleArray numbers, FloatArray out) {
        for (int r = g.thread; r < g.ranks; r += g.threads) {
            d[g.speed(r)] = numbers.get(BatchLayout.SPEEDS + r);
        }
        for (int e = g.thread; e < g.entries; e += g.threads) {
            float share = out.get(g.out(e));
            d[g.share(e)] = share < 0f ? 0 : share; // a NaN stays one, up to the fractions
        }
    }

    /** Turns shares into fractions of the items, and into tokens. */
    private static void split(GroupTile g, int[] table, double[] d, float[] x) {
        for (int i = g.thread; i < g.items; i += g.threads) {
            int from = table[i];
            int to = table[i + 1];
            double sum = 0;
            for (int e = from; e < to; e++) {
                sum += d[g.share(e)];
            }
            // An item too light for float has lost its shares on the way: any split of it will do.
            double even = sum == 0 ? 1.0 / (to - from) : 0;
            // Several fractions are rounded down each, so that they leave no negative rest to the last host.
            double inverse = sum == 0 ? 0 : (to - from > 2 ? ROUNDED_DOWN : 1) / sum;
            double load = d[g.load(i)];
            double rest = load;
            for (int e = from; e < to - 1; e++) {
                float part = (float) (d[g.share(e)] * inverse + even);
                // A number that is no fraction has to be seen in the report. A NaN fails this comparison; TornadoVM
                // turns
                // other ones round, which a NaN then passes.
                double tokens = -ALMOST_NOTHING < part * (1 - part) ? load * part : Double.POSITIVE_INFINITY;
                x[e] = part;
                d[g.share(e)] = tokens;
                rest = rest - tokens;
            }
            d[g.share(to - 1)] = rest > 0 ? rest : 0;
        }
    }

    /** Adds up the ranks' loads, by speed. */
    private static void loads(GroupTile g, int[] table, double[] d) {
        for (int r = g.thread; r < g.ranks; r += g.threads) {
            double sum = d[g.fixed(r)];
            int to = g.rankFirst(table, r + 1);
            for (int k = g.rankFirst(table, r); k < to; k++) {
                sum += d[g.share(g.rankEntry(table, k))];
            }
            d[g.level(r)] = sum / d[g.speed(r)];
        }
    }

    /** The bound from the ranks level with the most loaded one, if the mean load is too low a bound. */
    private static double boundOfLevelRanks(
            KernelContext context, GroupTile g, int[] table, double[] d, double largest, double allowed, double mean) {
        double least = largest - LEVEL * allowed;
        int someRanks = largest - mean > allowed ? g.ranks : 0;
        int someItems = largest - mean > allowed ? g.items : 0;
        double inside = 0;
        double speeds = 0;
        for (int r = g.thread; r < someRanks; r += g.threads) {
            double member = d[g.level(r)] > least ? 1 : 0;
            inside += member * d[g.fixed(r)];
            speeds += member * d[g.speed(r)];
        }
        for (int i = g.thread; i < someItems; i += g.threads) {
            double lowest = Double.MAX_VALUE;
            int to = table[i + 1];
            for (int e = table[i]; e < to; e++) {
                lowest = Sums.smaller(lowest, d[g.level(g.host(table, e))]);
            }
            inside += lowest > least ? d[g.load(i)] : 0;
        }
        d[g.partial(g.thread)] = inside;
        d[g.partialSpeed(g.thread)] = speeds;
        context.localBarrier();
        double bound = mean;
        if (someRanks > 0) {
            double levelSpeeds = Sums.sum(d, g.partialSpeed(0), g.threads);
            double levelBound = levelSpeeds > 0 ? Sums.sum(d, g.partial(0), g.threads) / levelSpeeds : 0;
            bound = Sums.larger(bound, levelBound);
        }
        return bound;
    }

    /** The best bound from any number of the most loaded ranks. A rank's position is the number of those in front of it. */
    private static double boundOfMostLoaded(
            KernelContext context,
            GroupTile g,
            int[] table,
            double[] d,
            float[] x,
            double largest,
            double allowed,
            double known) {
        int allRanks = largest - known > allowed ? g.ranks : 0;
        int allItems = largest - known > allowed ? g.items : 0;
        for (int r = g.thread; r < allRanks; r += g.threads) {
            double mine = d[g.level(r)];
            float before = 0f;
            for (int o = 0; o < g.ranks; o++) {
                double other = d[g.level(o)];
                float tie = o < r ? 1f : 0f;
                before += other > mine ? 1f : 0f;
                before += other == mine ? tie : 0f;
            }
            x[g.position(r)] = before;
        }
        context.localBarrier();
        for (int i = g.thread; i < allItems; i += g.threads) {
            float deepest = 0f;
            int to = table[i + 1];
            for (int e = table[i]; e < to; e++) {
                float p = x[g.position(g.host(table, e))];
                deepest = p > deepest ? p : deepest;
            }
            x[g.last(i)] = deepest;
        }
        context.localBarrier();
        double best = 0;
        for (int k = g.thread; k < allRanks; k += g.threads) {
            double captured = 0;
            double of = 0;
            for (int r = 0; r < g.ranks; r++) {
                captured += x[g.position(r)] > k ? 0 : d[g.fixed(r)];
                of += x[g.position(r)] > k ? 0 : d[g.speed(r)];
            }
            for (int i = 0; i < g.items; i++) {
                captured += x[g.last(i)] > k ? 0 : d[g.load(i)];
            }
            best = Sums.larger(best, captured / of);
        }
        d[g.partial(g.thread)] = best;
        context.localBarrier();
        double bound = known;
        if (allRanks > 0) {
            bound = Sums.larger(bound, Sums.largest(d, g.partial(0), g.threads));
        }
        return bound;
    }
}
