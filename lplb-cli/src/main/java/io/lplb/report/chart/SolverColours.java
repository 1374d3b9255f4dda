// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A look for each solver, the same in all plots of a page and no other's: one of ten colours (CSS classes c0 to c9) with one
 * of four patterns (d0 to d3: solid, dashed, dotted and both, each with a marker of its own). Variants of one solver, such as
 * the same on a GPU or with its model reused, share the colour and differ in the pattern. This library's and LPLB's have the
 * colours that they have on the page of a replay; the others take the rest in the order in which they are met. Only after
 * forty looks do they begin again.
 *
 * <p>Not thread-safe.
 */
public final class SolverColours {
    private static final int PATTERNS = 4;
    private static final Map<String, String> FIXED =
            Map.of("interior-point", "c3", "relaxation", "c4", "lplb-reference", "c2");

    /** Fixed ones last. */
    private static final List<String> COLOURS = List.of("c1", "c5", "c0", "c7", "c6", "c9", "c8", "c3", "c4", "c2");

    private final Map<String, String> looks = new LinkedHashMap<>();
    private final Map<String, String> colourOfFamily = new LinkedHashMap<>();
    private final List<String> taken = new ArrayList<>();

    /** Returns the CSS classes of a solver, colour and pattern. */
    public String of(String solver) {
        return looks.computeIfAbsent(solver, name -> {
            String family = family(name);
            String colour = colourOfFamily.get(family);
            if (colour == null) {
                colour = FIXED.getOrDefault(family, freeColour());
                colourOfFamily.put(family, colour);
            }
            return free(colour);
        });
    }

    /** The solver without its backend, what is varied, and whether its model is reused. */
    private static String family(String name) {
        return name.replaceFirst("( \\(|, ).*", "").replaceFirst("-reused$", "");
    }

    /** The first colour that nobody has, of those that are nobody's own before those that are. */
    private String freeColour() {
        for (String colour : COLOURS) {
            if (!FIXED.containsValue(colour) && !colourOfFamily.containsValue(colour)) {
                return colour;
            }
        }
        return COLOURS.get(0);
    }

    /** The first free pattern of the colour, else of any colour. */
    private String free(String colour) {
        if (taken.size() % (COLOURS.size() * PATTERNS) == 0) {
            taken.clear();
        }
        List<String> order = new ArrayList<>(List.of(colour));
        order.addAll(COLOURS);
        for (String candidate : order) {
            for (int pattern = 0; pattern < PATTERNS; pattern++) {
                String look = candidate + " d" + pattern;
                if (!taken.contains(look)) {
                    taken.add(look);
                    return look;
                }
            }
        }
        throw new IllegalStateException("looks: got " + taken.size() + " taken, expected a free one");
    }
}
