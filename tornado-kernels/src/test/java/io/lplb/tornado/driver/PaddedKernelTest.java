// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.MinMaxSolverContract;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.graph.FusedLaunch;
import io.lplb.tornado.graph.FusedPlan;
import io.lplb.tornado.graph.KernelShape;
import io.lplb.tornado.graph.KernelSize;
import io.lplb.tornado.graph.ProblemTables;
import io.lplb.tornado.graph.TornadoSolver;
import org.junit.jupiter.api.Nested;

/** The contract in the sizes of the PTX that this library comes with, where no problem has a kernel of its own. */
class PaddedKernelTest {
    private static final PtxLibrary LIBRARY = PtxLibrary.read();

    private static FusedLaunch launch(String solver, ProblemTables tables, int groups, float goal) {
        KernelSize size =
                LIBRARY.find(solver, tables.size(), groups).orElseThrow().size();
        return new FusedPlan(tables.in(size), KernelShape.of(solver, size.ranks(), groups), groups, goal);
    }

    @Nested
    class InteriorPoint extends Contract {
        InteriorPoint() {
            super(InteriorPointSolver.NAME);
        }
    }

    @Nested
    class Relaxation extends Contract {
        Relaxation() {
            super(RelaxationSolver.NAME);
        }
    }

    abstract static class Contract extends MinMaxSolverContract {
        private final String name;

        Contract(String name) {
            this.name = name;
        }

        @Override
        protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
            return new TornadoSolver(name, problem, tolerance, 8, PaddedKernelTest::launch);
        }

        @Override
        protected double tolerance() {
            return TornadoSolver.DEFAULT_TOLERANCE;
        }

        @Override
        protected int randomProblems() {
            return 60;
        }
    }
}
