// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Random problems solved by a backend and by the CPU's exact solver. An answer is right if its shares are a split of the loads,
 * if the reported largest load is that of the shares, if the lower bound is not above the optimum, and if the gap of an OPTIMAL
 * answer is within the tolerance.
 *
 * <p>Equal seeds give equal problems. Not thread-safe.
 */
final class DifferentialCheck {
    static final double TOLERANCE = 1e-4;

    /** Largest difference of sums in another order, as a fraction of the mean load. */
    private static final double ROUNDING = 1e-6;

    /** Groups of the batches: one group, a few that the host certifies, more that the device certifies. */
    private static final int[] GROUPS = {1, 5, 16};

    private static final int MOST_RANKS = 64;
    private static final int LARGE_RANKS = 320;

    /** One shape in so many has more ranks than {@value #MOST_RANKS}. */
    private static final int LARGE_EVERY = 16;

    private final SolverProvider backend;
    private final long seed;
    private final boolean large;
    private int solved;
    private int wrong;
    private double worstGap;
    private int smallestSize = Integer.MAX_VALUE;
    private @Nullable MinMaxSolver last;
    private String smallest = "";
    private String reason = "";

    /**
     * A check.
     *
     * @param large whether some problems have more than 64 ranks
     */
    DifferentialCheck(SolverProvider backend, long seed, boolean large) {
        this.backend = backend;
        this.seed = seed;
        this.large = large;
    }

    /** Solves so many problems by each of the two solvers that a GPU has. */
    void run(int count) {
        try {
            compare(count);
        } finally {
            hold(null);
        }
    }

    /** Keeps a solver open until the next one is: on a GPU the device's context then stays. */
    private void hold(@Nullable MinMaxSolver next) {
        MinMaxSolver before = last;
        last = next;
        if (before != null) {
            before.close();
        }
    }

    private void compare(int count) {
        for (int shape = 0; solved < count; shape++) {
            Random random = new Random(seed + shape);
            MinMaxProblem problem = problem(random, shape);
            int groups = Math.min(GROUPS[shape % GROUPS.length], count - solved);
            MinMaxBatch batch = loads(random, problem, groups);
            SplitBatch expected = new SplitBatch(problem, groups);
            try (MinMaxSolver exact =
                    Solvers.create(ExactSolver.NAME, problem, Solvers.defaultTolerance(ExactSolver.NAME))) {
                exact.solve(batch, expected);
            }
            for (String name : List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME)) {
                if (problem.ranks() <= MOST_RANKS || name.equals(RelaxationSolver.NAME)) {
                    solve(name, shape, batch, expected);
                }
            }
            solved += groups;
        }
    }

    private void solve(String name, int shape, MinMaxBatch batch, SplitBatch expected) {
        SplitBatch answer = new SplitBatch(batch.problem(), batch.groups());
        answer.invalidate();
        MinMaxSolver solver = backend.create(name, batch.problem(), TOLERANCE, batch.groups());
        hold(solver);
        solver.solve(batch, answer);
        for (int g = 0; g < batch.groups(); g++) {
            String fault = fault(batch, answer, g, expected.maxLoad(g));
            double mean = batch.meanLoad(g);
            if (mean > 0 && !Double.isNaN(answer.gap(g))) {
                worstGap = Math.max(worstGap, answer.gap(g) / mean);
            }
            if (fault != null) {
                wrong++;
                MinMaxProblem p = batch.problem();
                int size = p.ranks() + p.items() + p.entries();
                if (size < smallestSize) {
                    smallestSize = size;
                    smallest = line("seed" + seed + "-shape" + shape + "-group" + g, batch, g);
                    reason = name + ": " + fault;
                }
            }
        }
    }

    /** Returns what is wrong with an answer; null if nothing. */
    static @Nullable String fault(MinMaxBatch batch, SplitBatch answer, int group, double optimum) {
        MinMaxProblem p = batch.problem();
        double mean = batch.meanLoad(group);
        double rounding = ROUNDING * Math.max(mean, optimum);
        SolveStatus status = answer.status(group);
        if (status == SolveStatus.INVALID || status == SolveStatus.NUMERICAL_FAILURE) {
            return "got status " + status + ", expected an answer";
        }
        double[] rank = Arrays.copyOfRange(batch.fixed(), group * p.ranks(), (group + 1) * p.ranks());
        for (int i = 0; i < p.items(); i++) {
            double sum = 0;
            for (int e = p.firstEntry(i); e < p.firstEntry(i + 1); e++) {
                double share = answer.share()[group * p.entries() + e];
                if (!(share >= 0)) {
                    return "got share " + share + " of item " + i + ", expected a number from 0 on";
                }
                rank[p.host(e)] += share;
                sum += share;
            }
            double load = batch.isCovered(group, i) ? batch.load()[group * p.items() + i] : 0;
            if (Math.abs(sum - load) > Math.max(rounding, ROUNDING * load)) {
                return "got shares that sum to " + sum + " of item " + i + ", expected " + load;
            }
        }
        double largest = 0;
        for (int r = 0; r < p.ranks(); r++) {
            double speed = batch.speed()[group * p.ranks() + r];
            largest = speed > 0 ? Math.max(largest, rank[r] / speed) : largest;
        }
        if (Math.abs(largest - answer.maxLoad(group)) > rounding) {
            return "got largest load " + answer.maxLoad(group) + ", expected that of the shares, " + largest;
        }
        if (answer.lowerBound(group) > optimum + rounding) {
            return "got lower bound " + answer.lowerBound(group) + ", expected at most the optimum " + optimum;
        }
        if (largest < optimum - rounding) {
            return "got largest load " + largest + ", expected at least the optimum " + optimum;
        }
        if (status == SolveStatus.OPTIMAL && answer.gap(group) > TOLERANCE * mean + rounding) {
            return "got gap " + answer.gap(group) + " of an OPTIMAL answer, expected at most " + TOLERANCE * mean;
        }
        return status == SolveStatus.OPTIMAL ? null : "got status " + status + ", expected OPTIMAL";
    }

    private MinMaxProblem problem(Random random, int shape) {
        boolean wide = large && shape % LARGE_EVERY == LARGE_EVERY - 1;
        int ranks = wide
                ? MOST_RANKS + 1 + random.nextInt(LARGE_RANKS - MOST_RANKS)
                : 2 + random.nextInt(shape % 2 == 0 ? 7 : MOST_RANKS - 1);
        int items = 1 + random.nextInt(wide ? ranks : Math.min(2 * ranks, 192));
        int mostHosts = Math.min(ranks, shape % 3 == 0 ? 2 : 4);
        int[][] hosts = new int[items][];
        for (int i = 0; i < items; i++) {
            int count = shape % 3 == 0 ? 2 : 1 + random.nextInt(mostHosts);
            int[] order = IntStream.range(0, ranks).toArray();
            for (int k = 0; k < count; k++) {
                int with = k + random.nextInt(ranks - k);
                int host = order[with];
                order[with] = order[k];
                order[k] = host;
            }
            hosts[i] = Arrays.copyOf(order, count);
            Arrays.sort(hosts[i]);
        }
        if (shape % 5 != 4) {
            return MinMaxProblem.of(ranks, hosts);
        }
        double[] speed = new double[ranks];
        Arrays.setAll(speed, r -> 0.5 + random.nextDouble());
        return MinMaxProblem.of(ranks, speed, hosts);
    }

    private static MinMaxBatch loads(Random random, MinMaxProblem problem, int groups) {
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        for (int g = 0; g < groups; g++) {
            int kind = random.nextInt(4);
            for (int r = 0; r < problem.ranks(); r++) {
                batch.fixed()[g * problem.ranks() + r] = Math.rint(load(random, kind));
            }
            for (int i = 0; i < problem.items(); i++) {
                batch.load()[g * problem.items() + i] = Math.rint(load(random, kind));
            }
        }
        return batch;
    }

    /** Loads of tokens: normal, log-normal, mostly 0, or one hot expert among light ones. */
    private static double load(Random random, int kind) {
        return switch (kind) {
            case 0 -> Math.max(0, 1000 + 300 * random.nextGaussian());
            case 1 -> Math.exp(5 + 1.5 * random.nextGaussian());
            case 2 -> random.nextInt(4) == 0 ? 1000 * random.nextDouble() : 0;
            default -> random.nextInt(16) == 0 ? 20_000 : 100 * random.nextDouble();
        };
    }

    /** Returns a group as a line that {@code lplb solve} reads. */
    static String line(String id, MinMaxBatch batch, int group) {
        MinMaxProblem p = batch.problem();
        StringBuilder text = new StringBuilder("{\"id\":\"" + id + "\",\"ranks\":" + p.ranks() + ",\"fixed\":");
        double[] fixed = Arrays.copyOfRange(batch.fixed(), group * p.ranks(), (group + 1) * p.ranks());
        text.append(Arrays.toString(fixed)).append(",\"items\":[");
        for (int i = 0; i < p.items(); i++) {
            int[] hosts = IntStream.range(p.firstEntry(i), p.firstEntry(i + 1))
                    .map(p::host)
                    .toArray();
            text.append(i == 0 ? "" : ",")
                    .append('[')
                    .append(batch.load()[group * p.items() + i])
                    .append(',');
            text.append(Arrays.toString(hosts)).append(']');
        }
        return text.append("],\"speed\":")
                .append(Arrays.toString(p.speeds()))
                .append("}\n")
                .toString();
    }

    /** Returns how many answers are wrong. */
    int wrong() {
        return wrong;
    }

    /** Returns what is wrong with the smallest problem whose answer is; empty if none is. */
    String reason() {
        return reason;
    }

    /** Returns the smallest problem whose answer is wrong, as a line that {@code lplb solve} reads. */
    String smallest() {
        return smallest;
    }

    /** Returns the check in one line. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "%d problems by two solvers, %d wrong, worst gap %.2g of the mean load",
                solved,
                wrong,
                worstGap);
    }
}
