// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.MinMaxSolverContract;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxLibrary;
import org.junit.jupiter.api.Nested;

/** The contract in the sizes of the PTX that this library comes with, where no problem has a kernel of its own; certified by the host
 * and by the device.
 */
class PaddedKernelTest {
    private static final PtxLibrary LIBRARY = PtxLibrary.read();

    private static KernelLaunch host(String solver, ProblemTables tables, int groups, Accuracy accuracy) {
        KernelSize size = size(solver, tables, groups);
        return new FusedPlan(tables.in(size), KernelShape.of(solver, size.ranks(), groups), groups, accuracy);
    }

    private static KernelLaunch device(String solver, ProblemTables tables, int groups, Accuracy accuracy) {
        KernelSize size = size(solver, tables, groups);
        return new CertifiedPlan(tables.in(size), KernelShape.of(solver, size.ranks(), groups), groups, accuracy);
    }

    private static KernelSize size(String solver, ProblemTables tables, int groups) {
        return LIBRARY.find(solver, tables.size(), groups).orElseThrow().size();
    }

    @Nested
    class InteriorPoint extends Contract {
        InteriorPoint() {
            super(InteriorPointSolver.NAME, PaddedKernelTest::host);
        }
    }

    @Nested
    class InteriorPointCertified extends Contract {
        InteriorPointCertified() {
            super(InteriorPointSolver.NAME, PaddedKernelTest::device);
        }
    }

    @Nested
    class Relaxation extends Contract {
        Relaxation() {
            super(RelaxationSolver.NAME, PaddedKernelTest::host);
        }
    }

    @Nested
    class RelaxationCertified extends Contract {
        RelaxationCertified() {
            super(RelaxationSolver.NAME, PaddedKernelTest::device);
        }
    }

    abstract static class Contract extends MinMaxSolverContract {
        private final String name;
        private final LaunchFactory launcher;

        Contract(String name, LaunchFactory launcher) {
            this.name = name;
            this.launcher = launcher;
        }

        @Override
        protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
            return new GpuSolver(name, problem, tolerance, 8, launcher);
        }

        @Override
        protected double tolerance() {
            return GpuSolver.DEFAULT_TOLERANCE;
        }

        @Override
        protected int randomProblems() {
            return 60;
        }
    }
}
