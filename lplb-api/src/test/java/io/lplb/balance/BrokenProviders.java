// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;

/** Providers that cannot even be loaded. */
final class BrokenProviders {
    private BrokenProviders() {}

    /** Its constructor throws. */
    public static final class Throwing extends Absent {
        /** Throws. */
        public Throwing() {
            throw new IllegalStateException("the constructor broke");
        }
    }

    /** Its initialiser needs a native library that is not there. */
    @SuppressWarnings("restricted")
    public static final class Unlinked extends Absent {
        static {
            System.loadLibrary("lplb-none-such");
        }

        /** Never gets here. */
        public Unlinked() {}
    }

    abstract static class Absent implements SolverProvider {
        @Override
        public String backend() {
            return "gpu";
        }

        @Override
        public Availability probe() {
            throw new AssertionError("probed");
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            throw new AssertionError("made");
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 1;
        }
    }
}
