// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backends;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.Solvers;
import io.lplb.tornado.provider.DriverProvider;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that is compared, by name: this library's solvers on any backend, LPLB's algorithm and the dense oracle among
 * them, and the peers. Made in one place, so that the same name is the same thing in times, quality and scaling.
 */
public final class Contenders {
    /** LPLB's own algorithm. */
    public static final String REFERENCE = "lplb-reference";

    private static final String CPU = "cpu";
    private static final List<String> ON_ANY_BACKEND = List.of("interior-point", "relaxation");

    private Contenders() {}

    /** Returns the names: this library's solvers, general solvers, greedy rules. */
    public static List<String> names() {
        return Stream.of(Solvers.names(), Peers.programs(), Peers.greedy())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Returns whether a contender takes a problem: LPLB's algorithm wants two hosts for every item, and the GPU's driver
     * has PTX for some shapes of problems only. All others take any.
     */
    public static boolean takes(String name, String backend, MinMaxProblem problem) {
        if (backend.equals("gpu-driver")) {
            return DriverProvider.missing(name, problem).isEmpty();
        }
        if (!name.equals(REFERENCE)) {
            return true;
        }
        for (int i = 0; i < problem.items(); i++) {
            if (problem.hostCount(i) != 2) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether a contender has kernels, and so runs on any backend. */
    public static boolean hasKernels(String name) {
        return ON_ANY_BACKEND.contains(name);
    }

    /** Returns those of the backends wanted on which a contender runs: the CPU alone for all that has no kernels. */
    public static List<String> backendsOf(String name, List<String> wanted) {
        return hasKernels(name) ? wanted : List.of(CPU);
    }

    /**
     * Makes a contender at its default tolerance.
     *
     * @param backend one of {@link BackendChoice#names()}; peers know the CPU only
     * @param groups the largest batch that it will be given
     * @throws IllegalArgumentException if there is no contender of that name, it does not take the problem, or it is a
     *     peer and the backend is not the CPU
     * @throws IllegalStateException if the backend is not available, with the reason; nothing else runs in its place
     */
    public static MinMaxSolver create(String name, String backend, MinMaxProblem problem, int groups) {
        if (Solvers.names().contains(name)) {
            return BackendChoice.named(backend)
                    .make(on -> Backends.createNamed(on, name, problem, Backends.defaultTolerance(on, name), groups));
        }
        if (!names().contains(name)) {
            throw new IllegalArgumentException("solver: got '" + name + "', expected one of " + names());
        }
        if (!backend.equals(CPU)) {
            throw new IllegalArgumentException("backend: got " + backend + " for " + name + ", expected cpu");
        }
        return new PeerSolver(Peers.create(name, problem), problem);
    }
}
