// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.Locale;
import java.util.Map;

/**
 * Predicted time of the slowest rank under a cost, as means over the batches; the components are fields of the JSON report.
 *
 * @param cost name of the cost
 * @param unit unit of the times
 * @param batches batches of all layers
 * @param predicted mean time by plan: as placed, even split, tokens, time, replicas
 * @param lowerBound mean of the proven lower bounds on the time of any split without new replicas
 * @param worthIt batches whose time plan gains more than its overhead; the others stay as placed
 */
public record ReplayTimes(
        String cost, String unit, int batches, Map<String, Double> predicted, double lowerBound, int worthIt) {

    /** Returns the times as a table of plain text with its legend. */
    public String text() {
        TextTable table = new TextTable("plan", "predicted", "to as placed");
        double asPlaced = predicted.getOrDefault("as placed", Double.NaN);
        predicted.forEach((name, time) -> table.row(
                name,
                String.format(Locale.ROOT, "%.1f %s", time, unit),
                String.format(Locale.ROOT, "%+.1f %%", 100 * (time / asPlaced - 1))));
        return "time of the slowest rank under the cost " + cost + ", mean of " + batches + " batches\n"
                + table.format()
                + String.format(
                        Locale.ROOT,
                        "time: no split is below %.1f %s; worth it for %d of %d batches, the others stay as placed.\n",
                        lowerBound,
                        unit,
                        worthIt,
                        batches)
                + "replicas: chosen for each batch, the copying of weights not counted.\n";
    }
}
