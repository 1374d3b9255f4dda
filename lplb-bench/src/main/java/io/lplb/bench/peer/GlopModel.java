// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import com.google.ortools.linearsolver.MPConstraint;
import com.google.ortools.linearsolver.MPObjective;
import com.google.ortools.linearsolver.MPSolver;
import com.google.ortools.linearsolver.MPSolverParameters;
import com.google.ortools.linearsolver.MPVariable;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import org.jspecify.annotations.Nullable;

/**
 * The min-max problem as a model of OR-Tools, small on purpose: the last host of each item takes what the others
 * leave, so it needs no variable, and an item with two hosts needs no row.
 *
 * <pre>
 *   minimise t
 *   row of rank r   sum of a[i,r] over variables - sum of a[i,h] over items whose last host is r - s[r] t
 *                       &lt;= -f[r] - sum of w[i] over items whose last host is r
 *   row of item i   sum of a[i,h] &lt;= w[i]                 only with three hosts or more
 *   bounds          0 &lt;= a[i,h] &lt;= w[i],   t &gt;= 0
 * </pre>
 *
 * <p>The loads stand in bounds alone, never in coefficients, so new loads are a change of bounds.
 */
final class GlopModel implements AutoCloseable {
    private final MinMaxProblem problem;
    private final MPSolver solver;
    private final MPSolverParameters parameters;
    private final MPVariable[] share;
    private final MPConstraint[] rankRow;
    private final @Nullable MPConstraint[] itemRow;
    private final double[] bound;

    GlopModel(MinMaxProblem problem, MPSolverParameters parameters) {
        this.problem = problem;
        this.parameters = parameters;
        this.solver = MPSolver.createSolver("GLOP");
        this.bound = new double[problem.ranks()];
        this.share = new MPVariable[problem.entries() - problem.items()];
        this.rankRow = new MPConstraint[problem.ranks()];
        this.itemRow = new MPConstraint[problem.items()];
        MPVariable t = solver.makeNumVar(0, MPSolver.infinity(), "");
        MPObjective objective = solver.objective();
        objective.setCoefficient(t, 1);
        objective.setMinimization();
        for (int r = 0; r < rankRow.length; r++) {
            rankRow[r] = solver.makeConstraint(-MPSolver.infinity(), 0, "");
            rankRow[r].setCoefficient(t, -problem.speed(r));
        }
        for (int i = 0; i < problem.items(); i++) {
            addItem(i);
        }
    }

    private void addItem(int item) {
        int first = problem.firstEntry(item);
        int last = problem.firstEntry(item + 1) - 1;
        MPConstraint row = last - first >= 2 ? solver.makeConstraint(-MPSolver.infinity(), 0, "") : null;
        itemRow[item] = row;
        MPConstraint rest = rankRow[problem.host(last)];
        for (int e = first; e < last; e++) {
            MPVariable a = solver.makeNumVar(0, 0, "");
            share[e - item] = a;
            rankRow[problem.host(e)].setCoefficient(a, 1);
            rest.setCoefficient(a, -1);
            if (row != null) {
                row.setCoefficient(a, 1);
            }
        }
    }

    double solve(MinMaxBatch batch, int group, double[] out) {
        load(batch, group);
        MPSolver.ResultStatus status = solver.solve(parameters);
        if (status != MPSolver.ResultStatus.OPTIMAL) {
            throw new IllegalStateException("GLOP: got " + status + ", expected OPTIMAL");
        }
        readShares(batch, group, out);
        return solver.objective().value();
    }

    private void load(MinMaxBatch batch, int group) {
        int fixedAt = group * problem.ranks();
        int loadAt = group * problem.items();
        for (int r = 0; r < bound.length; r++) {
            bound[r] = -batch.fixed()[fixedAt + r];
        }
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[loadAt + i];
            int last = problem.firstEntry(i + 1) - 1;
            for (int e = problem.firstEntry(i); e < last; e++) {
                share[e - i].setUb(w);
            }
            MPConstraint row = itemRow[i];
            if (row != null) {
                row.setUb(w);
            }
            bound[problem.host(last)] -= w;
        }
        for (int r = 0; r < bound.length; r++) {
            rankRow[r].setUb(bound[r]);
        }
    }

    private void readShares(MinMaxBatch batch, int group, double[] out) {
        int loadAt = group * problem.items();
        for (int i = 0; i < problem.items(); i++) {
            int last = problem.firstEntry(i + 1) - 1;
            double rest = batch.load()[loadAt + i];
            for (int e = problem.firstEntry(i); e < last; e++) {
                out[e] = share[e - i].solutionValue();
                rest -= out[e];
            }
            out[last] = rest;
        }
    }

    @Override
    public void close() {
        solver.delete();
    }
}
