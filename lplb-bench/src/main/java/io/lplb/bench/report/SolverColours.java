// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A colour for each solver, the same in all plots of a page: this library's and LPLB's have those that they have on the
 * page of a replay, the others take the rest in the order in which they are met, and begin again when there is none left.
 *
 * <p>Not thread-safe.
 */
final class SolverColours {
    private static final Map<String, String> FIXED =
            Map.of("interior-point", "c3", "relaxation", "c4", "lplb-reference", "c2");
    private static final List<String> OTHERS = List.of("c1", "c5", "c0", "c7", "c6", "c9", "c8");

    private final Map<String, String> classes = new LinkedHashMap<>();
    private final List<String> taken = new ArrayList<>();

    /** Returns the CSS class of a solver. */
    String of(String solver) {
        return classes.computeIfAbsent(solver, name -> {
            String fixed = FIXED.get(name);
            if (fixed != null) {
                return fixed;
            }
            taken.add(name);
            return OTHERS.get((taken.size() - 1) % OTHERS.size());
        });
    }
}
