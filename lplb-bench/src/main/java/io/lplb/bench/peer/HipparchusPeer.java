// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.optim.PointValuePair;
import org.hipparchus.optim.linear.LinearConstraint;
import org.hipparchus.optim.linear.LinearConstraintSet;
import org.hipparchus.optim.linear.LinearObjectiveFunction;
import org.hipparchus.optim.linear.NonNegativeConstraint;
import org.hipparchus.optim.linear.Relationship;
import org.hipparchus.optim.linear.SimplexSolver;
import org.hipparchus.optim.nonlinear.scalar.GoalType;

/**
 * Hipparchus' SimplexSolver, a dense tableau in two phases, with {@link SmallProgram} as its model. There is one way of
 * use only: its constraints cannot change once made, and every solve makes its tableau anew, so no model can be kept. It
 * has no bounds of variables but 0, so an item of two hosts needs a row as well.
 *
 * <p>Loads are divided by the mean load, as the solver's tolerances (1e-6, and 1e-10 for pivots) are absolute.
 */
public final class HipparchusPeer implements Peer {
    private final SmallProgram program;
    private final double[] bound;

    /** A peer for one problem. */
    public HipparchusPeer(MinMaxProblem problem) {
        this.program = new SmallProgram(problem);
        this.bound = new double[problem.ranks()];
    }

    @Override
    public String name() {
        return "hipparchus";
    }

    @Override
    public double solve(MinMaxBatch batch, int group, double[] share) {
        double mean = batch.meanLoad(group);
        double unit = mean > 0 ? mean : 1;
        int variables = program.shares() + 1;
        double[] cost = new double[variables];
        cost[variables - 1] = 1;
        try {
            PointValuePair best = new SimplexSolver()
                    .optimize(
                            new LinearObjectiveFunction(cost, 0),
                            new LinearConstraintSet(rows(batch, group, unit)),
                            GoalType.MINIMIZE,
                            new NonNegativeConstraint(true));
            double[] x = best.getPointRef();
            program.readShares(batch, group, v -> x[v] * unit, share);
            return best.getValue() * unit;
        } catch (MathRuntimeException e) {
            throw new IllegalStateException("Hipparchus: got " + e.getMessage() + ", expected an optimum", e);
        }
    }

    private List<LinearConstraint> rows(MinMaxBatch batch, int group, double unit) {
        MinMaxProblem problem = program.problem();
        int variables = program.shares() + 1;
        double[][] rank = new double[problem.ranks()][variables];
        List<LinearConstraint> rows = new ArrayList<>();
        for (int i = 0; i < problem.items(); i++) {
            int last = program.restEntry(i);
            if (problem.firstEntry(i) == last) {
                continue;
            }
            double[] item = new double[variables];
            for (int e = problem.firstEntry(i); e < last; e++) {
                item[e - i] = 1;
                rank[problem.host(e)][e - i] = 1;
                rank[problem.host(last)][e - i] = -1;
            }
            double w = batch.load()[group * problem.items() + i];
            rows.add(new LinearConstraint(item, Relationship.LEQ, w / unit));
        }
        program.rankBounds(batch, group, bound);
        for (int r = 0; r < rank.length; r++) {
            rank[r][variables - 1] = -problem.speed(r);
            rows.add(new LinearConstraint(rank[r], Relationship.LEQ, bound[r] / unit));
        }
        return rows;
    }
}
