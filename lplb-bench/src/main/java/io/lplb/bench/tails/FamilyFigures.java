// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.tails;

import io.lplb.problem.HostileFamily;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Counts failures of the CPU's solvers on the families of {@link HostileFamily}, and times their solves.
 *
 * <p>{@code failures} solves problems of up to 64 ranks and prints, per family, how many did not end OPTIMAL, the mean and
 * the largest number of iterations, and the seeds of the first failures. {@code tails} solves problems of one size several
 * times, the problems in turn, and keeps the least time of each, so that pauses of the machine and of the collector count
 * only where they hit every round; it prints the median, the 99th percentile and the worst problem, per family and size. The
 * shapes of a family can differ by 1 to 50 items, so the last columns take each shape for itself: the largest ratio of the worst
 * problem of a shape to the median of the same shape, and that shape's items and worst seed.
 *
 * <pre>
 *   java -cp ... io.lplb.bench.tails.FamilyFigures failures SOLVER FIRST_SEED PROBLEMS [FAMILY,..]
 *   java -cp ... io.lplb.bench.tails.FamilyFigures tails SOLVER PROBLEMS ROUNDS [RANKS,..]
 * </pre>
 */
public final class FamilyFigures {
    private static final int MOST_RANKS = 64;
    private static final int FAILURES_NAMED = 5;
    private static final int WARM_UP = 20_000;
    private static final String SIZES = "8,16,32,64,128,320";

    private FamilyFigures() {}

    /**
     * Prints a table.
     *
     * @param args as in the class comment
     */
    public static void main(String[] args) {
        if (args.length < 4 || !List.of("failures", "tails").contains(args[0])) {
            throw new IllegalArgumentException(
                    "got " + Arrays.toString(args)
                            + ", expected failures SOLVER FIRST_SEED PROBLEMS [FAMILY,..] or tails SOLVER PROBLEMS ROUNDS [RANKS,..]");
        }
        PrintStream out = System.out;
        String solver = args[1];
        if (args[0].equals("failures")) {
            for (HostileFamily family : HostileFamily.values()) {
                if (args.length == 4 || List.of(args[4].split(",", -1)).contains(family.name())) {
                    printFailures(out, solver, family, Long.parseLong(args[2]), Integer.parseInt(args[3]));
                }
            }
        } else {
            out.println(
                    "family          solver          ranks  median us     p99 us   worst us  worst/median  worst seed  in one shape  items  worst seed");
            for (HostileFamily family : HostileFamily.values()) {
                for (String ranks : (args.length > 4 ? args[4] : SIZES).split(",", -1)) {
                    out.println(tails(
                            solver,
                            family,
                            Integer.parseInt(ranks),
                            Integer.parseInt(args[2]),
                            Integer.parseInt(args[3])));
                }
            }
        }
    }

    private static void printFailures(PrintStream out, String solver, HostileFamily family, long first, int problems) {
        Map<MinMaxProblem, MinMaxSolver> solvers = new HashMap<>();
        Map<MinMaxProblem, SplitBatch> splits = new HashMap<>();
        StringBuilder named = new StringBuilder();
        int failures = 0;
        long iterations = 0;
        int most = 0;
        for (long seed = first; seed < first + problems; seed++) {
            MinMaxBatch batch = family.draw(seed, MOST_RANKS);
            SplitBatch split = splits.computeIfAbsent(batch.problem(), p -> new SplitBatch(p, 1));
            solvers.computeIfAbsent(batch.problem(), p -> Solvers.create(solver, p, Solvers.defaultTolerance(solver)))
                    .solve(batch, split);
            iterations += split.iterations(0);
            most = Math.max(most, split.iterations(0));
            if (split.status(0) != SolveStatus.OPTIMAL) {
                failures++;
                if (failures <= FAILURES_NAMED) {
                    named.append(String.format(
                            Locale.ROOT,
                            "%n    seed %d: %s, %d ranks, gap %.2g of the mean load",
                            seed,
                            split.status(0),
                            batch.problem().ranks(),
                            split.gap(0) / batch.meanLoad(0)));
                }
            }
        }
        solvers.values().forEach(MinMaxSolver::close);
        out.printf(
                Locale.ROOT,
                "%-14s %-15s seeds %d to %d: %d not OPTIMAL, iterations mean %.2f most %d%s%n",
                family,
                solver,
                first,
                first + problems - 1,
                failures,
                (double) iterations / problems,
                most,
                named);
    }

    private static String tails(String solver, HostileFamily family, int ranks, int problems, int rounds) {
        Map<MinMaxProblem, MinMaxSolver> solvers = new HashMap<>();
        Map<MinMaxProblem, SplitBatch> splits = new HashMap<>();
        MinMaxBatch[] batch = new MinMaxBatch[problems];
        MinMaxSolver[] solverOf = new MinMaxSolver[problems];
        SplitBatch[] splitOf = new SplitBatch[problems];
        for (int k = 0; k < problems; k++) {
            batch[k] = family.drawOf(k, ranks);
            MinMaxProblem problem = batch[k].problem();
            solverOf[k] =
                    solvers.computeIfAbsent(problem, p -> Solvers.create(solver, p, Solvers.defaultTolerance(solver)));
            splitOf[k] = splits.computeIfAbsent(problem, p -> new SplitBatch(p, 1));
        }
        int warmUp = Math.min(WARM_UP, 20 * problems);
        for (int k = 0; k < warmUp; k++) {
            solverOf[k % problems].solve(batch[k % problems], splitOf[k % problems]);
        }
        // Other solvers hand rare groups over to the exact one, whose code would else be interpreted.
        for (int k = 0; k < problems && !solver.equals(ExactSolver.NAME); k++) {
            new ExactSolver(batch[k].problem()).solve(batch[k], splitOf[k]);
        }
        double[] least = new double[problems];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        for (int round = 0; round < rounds; round++) {
            for (int k = 0; k < problems; k++) {
                long start = System.nanoTime();
                solverOf[k].solve(batch[k], splitOf[k]);
                least[k] = Math.min(least[k], (double) (System.nanoTime() - start));
            }
        }
        solvers.values().forEach(MinMaxSolver::close);
        int[] all = byTime(least, k -> true);
        int worst = all[problems - 1];
        double ratio = 0;
        int ofShape = worst;
        for (MinMaxProblem shape : splits.keySet()) {
            int[] same = byTime(least, k -> batch[k].problem().equals(shape));
            int last = same[same.length - 1];
            if (least[last] > ratio * least[same[same.length / 2]]) {
                ratio = least[last] / least[same[same.length / 2]];
                ofShape = last;
            }
        }
        return String.format(
                Locale.ROOT,
                "%-15s %-15s %5d %10.2f %10.2f %10.2f %13.1f  %10d  %12.1f  %5d  %10d",
                family,
                solver,
                ranks,
                least[all[problems / 2]] / 1000,
                least[all[problems * 99 / 100]] / 1000,
                least[worst] / 1000,
                least[worst] / least[all[problems / 2]],
                worst,
                ratio,
                batch[ofShape].problem().items(),
                ofShape);
    }

    /** Returns the problems for which a condition holds, the fastest first. */
    private static int[] byTime(double[] least, IntPredicate condition) {
        return IntStream.range(0, least.length)
                .filter(condition)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> least[k]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
