// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.solver.Solvers;
import java.util.ArrayList;
import java.util.List;

/** The backends by name, with their state on this machine: what {@code --backend} refers to. */
public final class BackendTable {
    private final List<SolverProvider> providers;

    /** A table of just these providers. */
    BackendTable(List<SolverProvider> providers) {
        this.providers = List.copyOf(providers);
    }

    /** The table of this machine; loads no native library. */
    public static BackendTable here() {
        List<SolverProvider> providers = new ArrayList<>();
        providers.add(new Cpu());
        providers.addAll(Backends.providers());
        return new BackendTable(providers);
    }

    /** Returns all backends, the CPU first. */
    List<SolverProvider> providers() {
        return providers;
    }

    /**
     * Returns the backend with this name, which is available.
     *
     * @throws IllegalArgumentException if there is none with this name, or it is not available; then with the reason
     */
    public SolverProvider require(String name) {
        for (SolverProvider provider : providers) {
            if (provider.backend().equals(name)) {
                Availability found = Backends.probe(provider);
                if (!found.available()) {
                    throw new IllegalArgumentException("backend " + name + ": not available. " + found.text());
                }
                return provider;
            }
        }
        List<String> names = providers.stream().map(SolverProvider::backend).toList();
        throw new IllegalArgumentException("backend: got " + name + ", expected one of " + String.join(", ", names));
    }

    /** The solvers of the library itself. */
    private static final class Cpu implements SolverProvider {
        @Override
        public String backend() {
            return "cpu";
        }

        @Override
        public Availability probe() {
            return new Availability(true, "Solvers: " + String.join(", ", Solvers.names()) + ".", "");
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            return Backends.create(Backend.CPU, name, problem, tolerance, maxGroups);
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 0;
        }
    }
}
