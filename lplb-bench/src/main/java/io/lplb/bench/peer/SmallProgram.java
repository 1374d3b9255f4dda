// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * The min-max problem as the linear program that the general solvers get, small on purpose: the last host of each item
 * takes what the others leave, so it needs no variable, and an item with two hosts needs no row.
 *
 * <pre>
 *   minimise t
 *   row of rank r   sum of a[i,r] over variables - sum of a[i,h] over items whose last host is r - s[r] t
 *                       &lt;= -f[r] - sum of w[i] over items whose last host is r
 *   row of item i   sum of a[i,h] &lt;= w[i]                 only with three hosts or more
 *   bounds          0 &lt;= a[i,h] &lt;= w[i],   t &gt;= 0
 * </pre>
 *
 * <p>The loads stand in bounds and right-hand sides alone, never in coefficients, so new loads are a change of bounds.
 * Variable {@code e - i} is the share of entry e of item i; entries that are the last of their item have none.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
final class SmallProgram {
    private final MinMaxProblem problem;

    SmallProgram(MinMaxProblem problem) {
        this.problem = Objects.requireNonNull(problem, "problem");
    }

    MinMaxProblem problem() {
        return problem;
    }

    /** Number of variables besides t. */
    int shares() {
        return problem.entries() - problem.items();
    }

    /** The last entry of an item, which has no variable. */
    int restEntry(int item) {
        return problem.firstEntry(item + 1) - 1;
    }

    /** Whether an item needs a row of its own. */
    boolean hasRow(int item) {
        return problem.hostCount(item) > 2;
    }

    /** Writes the right-hand sides of the ranks' rows, {@code [ranks]}. */
    void rankBounds(MinMaxBatch batch, int group, double[] bound) {
        for (int r = 0; r < bound.length; r++) {
            bound[r] = -batch.fixed()[group * problem.ranks() + r];
        }
        for (int i = 0; i < problem.items(); i++) {
            bound[problem.host(restEntry(i))] -= batch.load()[group * problem.items() + i];
        }
    }

    /** Writes the shares of a solution, {@code [entries]}; {@code value} gives the variables by number. */
    void readShares(MinMaxBatch batch, int group, IntToDoubleFunction value, double[] share) {
        for (int i = 0; i < problem.items(); i++) {
            int last = restEntry(i);
            double rest = batch.load()[group * problem.items() + i];
            for (int e = problem.firstEntry(i); e < last; e++) {
                share[e] = value.applyAsDouble(e - i);
                rest -= share[e];
            }
            share[last] = rest;
        }
    }
}
