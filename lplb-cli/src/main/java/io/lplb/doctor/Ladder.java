// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.doctor.Check.State;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.trace.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Runs checks one after the other and keeps their outcomes. A check whose rungs below have not all passed is not run,
 * and a check that throws has failed.
 *
 * <p>Not thread-safe.
 */
final class Ladder {
    private final List<Check> checks = new ArrayList<>();

    /**
     * Runs a check, if every rung that it needs has passed.
     *
     * @param needs ids of rungs added before
     */
    void add(String id, String title, Set<String> needs, Supplier<Availability> check) {
        Set<String> missing = new TreeSet<>(needs);
        missing.removeIf(this::hasPassed);
        if (!missing.isEmpty()) {
            skip(id, title, "It needs " + String.join(", ", missing) + ".");
            return;
        }
        Availability found;
        try {
            found = check.get();
        } catch (RuntimeException | LinkageError e) {
            found = new Availability(false, "The check itself failed: " + e + ".", "Report it, please.");
        }
        checks.add(
                Check.of(id, title, new Availability(found.available(), line(found.reason()), line(found.remedy()))));
    }

    /** Adds a check that is not run, for a reason of its own. */
    void skip(String id, String title, String reason) {
        checks.add(new Check(id, title, State.NOT_REACHED, line(reason), ""));
    }

    private static String line(String text) {
        return Printable.withoutControls(String.join(" ", text.lines().toList()));
    }

    boolean hasPassed(String id) {
        return checks.stream().anyMatch(check -> check.id().equals(id) && check.passed());
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }
}
