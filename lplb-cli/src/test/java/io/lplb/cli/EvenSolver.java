// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.AbstractMinMaxSolver;
import io.lplb.solver.Certificate;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.SplitBatch;
import java.util.List;

/** A test double: splits every item evenly over its hosts, and counts how many were made and closed. */
final class EvenSolver extends AbstractMinMaxSolver {
    static final class Counter {
        int made;
        int closed;
    }

    /** A backend called cpu that makes such solvers, and refuses problems of a single rank if told so. */
    static BackendTable backend(Counter counter, boolean refuseOneRank) {
        return new BackendTable(List.of(new SolverProvider() {
            @Override
            public String backend() {
                return "cpu";
            }

            @Override
            public Availability probe() {
                return new Availability(true, "Splits evenly.", "");
            }

            @Override
            public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
                if (refuseOneRank && problem.ranks() == 1) {
                    throw new IllegalArgumentException("ranks: got 1, expected more");
                }
                return new EvenSolver(name, problem, tolerance, counter);
            }

            @Override
            public int worthwhileGroups(String name, MinMaxProblem problem) {
                return 0;
            }
        }));
    }

    private final Counter counter;

    EvenSolver(String name, MinMaxProblem problem, double tolerance, Counter counter) {
        super(name, problem, tolerance);
        this.counter = counter;
        counter.made++;
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        MinMaxProblem problem = problem();
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                split.share()[e] = batch.load()[i] / problem.hostCount(i);
            }
        }
        Certificate certificate = new Certificate(problem);
        certificate.evaluate(batch.fixed(), 0, batch.load(), 0, split.share(), 0);
        double max = certificate.maxLoad();
        double bound = certificate.lowerBound();
        boolean optimal = max - bound <= tolerance() * batch.meanLoad(group);
        split.report(group, max, bound, 1, optimal ? SolveStatus.OPTIMAL : SolveStatus.ITERATION_LIMIT);
    }

    @Override
    public void close() {
        super.close();
        counter.closed++;
    }
}
