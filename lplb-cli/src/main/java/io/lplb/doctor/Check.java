// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.solver.SolverProvider.Availability;
import java.util.Locale;

/**
 * One rung of the ladder with its outcome.
 *
 * @param id a stable name, for {@code --json} and for other rungs that stand on this one
 * @param title what is checked, in a few words
 * @param state the outcome
 * @param reason what was found, or which rung is missing below, in one line
 * @param remedy what to do about it, in one line; empty if there is nothing to do
 */
public record Check(String id, String title, State state, String reason, String remedy) {

    /** Outcomes. */
    public enum State {
        /** It works. */
        PASSED,
        /** It was tried and does not work. */
        FAILED,
        /** A rung below is missing, so it was not tried. */
        NOT_REACHED;

        /** Returns the state as doctor prints it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    static Check of(String id, String title, Availability found) {
        return new Check(id, title, found.available() ? State.PASSED : State.FAILED, found.reason(), found.remedy());
    }

    /** Whether it passed. */
    public boolean passed() {
        return state == State.PASSED;
    }
}
