// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.tornado.solve.GpuSolver;

/**
 * The kernels under the emulator: to test them without a GPU, thousands of times slower than the CPU's solvers. Chosen
 * by name only. Available where the emulator's classes are on the class path and TornadoVM is not in their place.
 */
public final class EmulatorSolverProvider implements SolverProvider {
    /** Made by ServiceLoader; touches nothing. */
    public EmulatorSolverProvider() {}

    @Override
    public String backend() {
        return "emulator";
    }

    @Override
    public Availability probe() {
        return probe(TornadoApi.find(EmulatorSolverProvider.class.getClassLoader()));
    }

    static Availability probe(TornadoApi api) {
        return switch (api) {
            case EMULATOR -> new Availability(true, "Kernels run on the CPU, to test them; never to be fast.", "");
            case NONE ->
                new Availability(false, "The emulator is not on the class path.", "Add lplb-tornado-emulator to it.");
            default ->
                new Availability(
                        false,
                        "TornadoVM's own API is in the place of the emulator's.",
                        "Start Java without @lplb-gpu.args.");
        };
    }

    @Override
    public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        Availability found = probe();
        if (!found.available()) {
            throw new BackendException(backend(), Code.NOT_AVAILABLE, found.reason(), found.remedy(), null);
        }
        return new GpuSolver(name, problem, tolerance, maxGroups);
    }

    @Override
    public int worthwhileGroups(String name, MinMaxProblem problem) {
        return Integer.MAX_VALUE;
    }
}
