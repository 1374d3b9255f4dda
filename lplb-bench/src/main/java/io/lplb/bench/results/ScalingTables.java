// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tables about how times grow. */
final class ScalingTables {
    private ScalingTables() {}

    /** The fitted exponents, contenders as rows and what grows, with its range, as columns. */
    static List<Grid> exponents(List<Scaling> laws) {
        Pivot table = new Pivot("Scaling, exponent p of time = c * size^p, with its standard error", "");
        laws.forEach(law -> table.put(law.series(), range(law), exponent(law)));
        return table.grid();
    }

    /** Measured times, a row for each contender and axis. */
    static List<Grid> points(List<Scaling> laws) {
        Pivot table = new Pivot("Scaling, what was measured", "");
        for (Scaling law : laws) {
            String row = law.series() + ", " + law.axis();
            table.put(row, "size: " + law.unit(), points(law)).put(row, "R^2", Cells.number(law.rSquared()));
        }
        return table.grid();
    }

    /** Those with GPUs that reach less far have a column of their own. */
    private static String range(Scaling law) {
        return String.format(
                Locale.ROOT,
                "%s %.0f to %.0f",
                law.axis(),
                law.x().getFirst(),
                law.x().getLast());
    }

    private static String exponent(Scaling law) {
        return Cells.number(law.exponent())
                + (Double.isNaN(law.exponentError()) ? "" : String.format(Locale.ROOT, " ± %.2f", law.exponentError()));
    }

    private static String points(Scaling law) {
        return IntStream.range(0, law.x().size())
                .mapToObj(k -> String.format(Locale.ROOT, "%.0f: ", law.x().get(k))
                        + Cells.number(law.y().get(k)))
                .collect(Collectors.joining(", "));
    }
}
