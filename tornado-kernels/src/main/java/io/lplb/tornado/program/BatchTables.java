// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.array.ArrayLength;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.kernel.batch.BatchLayout;
import java.util.Arrays;

/** Tables of a problem for the kernels that pack and certify a batch, and lengths of their arrays; {@link BatchLayout} draws them. */
public final class BatchTables {
    private BatchTables() {}

    /** Returns the floats of the fractions of so many groups. */
    public static int fractionWords(MinMaxProblem problem, int groups) {
        return ArrayLength.of(groups, "groups", BatchLayout.fractions(problem.items(), problem.entries()), "fractions");
    }

    /** Returns the doubles of the reports of so many groups. */
    public static int reportWords(int groups) {
        return ArrayLength.of(groups, "groups", BatchLayout.REPORT, "numbers of a report");
    }

    /** Returns the doubles that the device holds of so many groups. */
    public static int heldWords(MinMaxProblem problem, int groups) {
        return ArrayLength.of(
                groups, "groups", BatchLayout.heldWords(problem.ranks(), problem.items()), "loads and stamps");
    }

    /** Returns the kernels' sizes, see {@link BatchLayout}. */
    public static int[] sizes(ProblemTables tables, int solverThreads) {
        int[] sizes = new int[BatchLayout.SIZES];
        MinMaxProblem problem = tables.problem();
        sizes[BatchLayout.RANKS] = problem.ranks();
        sizes[BatchLayout.ITEMS] = problem.items();
        sizes[BatchLayout.ENTRIES] = problem.entries();
        sizes[BatchLayout.SOLVER_RANKS] = tables.size().ranks();
        sizes[BatchLayout.SOLVER_ITEMS] = tables.size().items();
        sizes[BatchLayout.SOLVER_ENTRIES] = tables.size().entries();
        sizes[BatchLayout.SOLVER_THREADS] = solverThreads;
        return sizes;
    }

    /** Returns the kernels' order, see {@link BatchLayout}. */
    public static int[] order(ProblemTables tables) {
        MinMaxProblem problem = tables.problem();
        int[] kernelEntry = new int[problem.entries()];
        for (int e = 0; e < kernelEntry.length; e++) {
            kernelEntry[tables.entry(e)] = e;
        }
        int[] order = Arrays.copyOf(
                tables.items(), problem.items() + BatchLayout.fractions(problem.items(), problem.entries()));
        int to = problem.items();
        for (int i = 0; i < problem.items(); i++) {
            for (int k = 0; k < problem.hostCount(i) - 1; k++) {
                order[to] = kernelEntry[problem.firstEntry(i) + k];
                to++;
            }
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
}
