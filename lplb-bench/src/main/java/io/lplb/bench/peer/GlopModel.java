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
 * {@link SmallProgram} as a model of OR-Tools, kept between solves: new loads change its bounds.
 *
 * <p>Not thread-safe.
 */
final class GlopModel implements AutoCloseable {
    private final SmallProgram program;
    private final MPSolver solver;
    private final MPSolverParameters parameters;
    private final MPVariable[] share;
    private final MPConstraint[] rankRow;
    private final @Nullable MPConstraint[] itemRow;
    private final double[] bound;

    GlopModel(MinMaxProblem problem, MPSolverParameters parameters) {
        this.program = new SmallProgram(problem);
        this.parameters = parameters;
        this.solver = MPSolver.createSolver("GLOP");
        this.bound = new double[problem.ranks()];
        this.share = new MPVariable[program.shares()];
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
        MinMaxProblem problem = program.problem();
        int last = program.restEntry(item);
        MPConstraint row = program.hasRow(item) ? solver.makeConstraint(-MPSolver.infinity(), 0, "") : null;
        itemRow[item] = row;
        MPConstraint rest = rankRow[problem.host(last)];
        for (int e = problem.firstEntry(item); e < last; e++) {
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
        program.readShares(batch, group, v -> share[v].solutionValue(), out);
        return solver.objective().value();
    }

    private void load(MinMaxBatch batch, int group) {
        MinMaxProblem problem = program.problem();
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[group * problem.items() + i];
            for (int e = problem.firstEntry(i); e < program.restEntry(i); e++) {
                share[e - i].setUb(w);
            }
            MPConstraint row = itemRow[i];
            if (row != null) {
                row.setUb(w);
            }
        }
        program.rankBounds(batch, group, bound);
        for (int r = 0; r < bound.length; r++) {
            rankRow[r].setUb(bound[r]);
        }
    }

    @Override
    public void close() {
        solver.delete();
    }
}
