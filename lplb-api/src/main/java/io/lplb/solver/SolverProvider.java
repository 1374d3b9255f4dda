// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;

/**
 * A source of solvers for something other than plain Java on the CPU, found by {@link java.util.ServiceLoader}.
 *
 * <p>A provider's constructor must be harmless: it must not touch a native library. {@link #probe()} says whether its
 * solvers can work here, without trying anything that could end the process.
 */
public interface SolverProvider {

    /** {@return the backend's name in lower case, such as {@code gpu}} */
    String backend();

    /**
     * Looks whether the backend can be used on this machine.
     *
     * @return whether, why, and what to do about it
     */
    Availability probe();

    /**
     * Makes a solver. It takes batches with other speeds than the problem's, and with limits, too: it honours them, or solves
     * such batches with a CPU solver of its own ({@code exact} where there are limits).
     *
     * @param name what {@link MinMaxSolver#name()} shall be, one of {@link Solvers#names()}
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap that counts as OPTIMAL, as a fraction of the mean load
     * @param maxGroups the largest batch that it will be given
     * @return a solver; the caller closes it
     * @throws IllegalArgumentException if this backend has no solver of that name or cannot hold the problem
     * @throws BackendException with NOT_AVAILABLE if it has none for such a problem on this machine; any other exception
     *     counts as a fault
     */
    MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups);

    /**
     * {@return the number of groups from which on this backend is faster than the CPU, as measured; for AUTO}
     *
     * @param name the solver's name, as for {@link #create}
     * @param problem what the groups share
     */
    int worthwhileGroups(String name, MinMaxProblem problem);

    /**
     * Whether a backend can be used.
     *
     * @param available whether it can
     * @param reason what was found, in one sentence
     * @param remedy what to do about it, in one sentence; empty if it is available
     */
    record Availability(boolean available, String reason, String remedy) {

        /** {@return the reason and, if there is one, the remedy, in one line} */
        public String text() {
            return (reason + " " + remedy).strip();
        }
    }
}
