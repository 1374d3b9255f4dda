// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import org.jspecify.annotations.Nullable;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/**
 * {@link SmallProgram} as a model of ojAlgo, kept between solves: new loads change its bounds.
 *
 * <p>Every solve takes a copy, since ojAlgo's presolve leaves its findings in the model (57.1.0): the same model solved
 * again with other bounds gave 1465.5 where the optimum is 1345.5.
 *
 * <p>Not thread-safe.
 */
final class OjAlgoModel implements AutoCloseable {
    private final SmallProgram program;
    private final ExpressionsBasedModel model = new ExpressionsBasedModel();
    private final Variable[] share;
    private final Expression[] rankRow;
    private final @Nullable Expression[] itemRow;
    private final double[] bound;

    OjAlgoModel(MinMaxProblem problem) {
        this.program = new SmallProgram(problem);
        this.share = new Variable[program.shares()];
        this.rankRow = new Expression[problem.ranks()];
        this.itemRow = new Expression[problem.items()];
        this.bound = new double[problem.ranks()];
        // The numbers of the variables are the places in the result.
        for (int v = 0; v < share.length; v++) {
            share[v] = model.newVariable("a" + v).lower(0);
        }
        Variable t = model.newVariable("t").lower(0).weight(1);
        for (int r = 0; r < rankRow.length; r++) {
            rankRow[r] = model.newExpression("rank" + r).set(t, -problem.speed(r));
        }
        for (int i = 0; i < problem.items(); i++) {
            addItem(i);
        }
    }

    private void addItem(int item) {
        MinMaxProblem problem = program.problem();
        int last = program.restEntry(item);
        Expression row = program.hasRow(item) ? model.newExpression("item" + item) : null;
        itemRow[item] = row;
        for (int e = problem.firstEntry(item); e < last; e++) {
            rankRow[problem.host(e)].set(share[e - item], 1);
            rankRow[problem.host(last)].set(share[e - item], -1);
            if (row != null) {
                row.set(share[e - item], 1);
            }
        }
    }

    double solve(MinMaxBatch batch, int group, double[] out) {
        load(batch, group);
        Optimisation.Result result = model.copy().minimise();
        if (!result.getState().isOptimal()) {
            throw new IllegalStateException("ojAlgo: got " + result.getState() + ", expected OPTIMAL");
        }
        program.readShares(batch, group, result::doubleValue, out);
        return result.getValue();
    }

    private void load(MinMaxBatch batch, int group) {
        MinMaxProblem problem = program.problem();
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[group * problem.items() + i];
            for (int e = problem.firstEntry(i); e < program.restEntry(i); e++) {
                share[e - i].upper(w);
            }
            Expression row = itemRow[i];
            if (row != null) {
                row.upper(w);
            }
        }
        program.rankBounds(batch, group, bound);
        for (int r = 0; r < bound.length; r++) {
            rankRow[r].upper(bound[r]);
        }
    }

    @Override
    public void close() {
        model.dispose();
    }
}
