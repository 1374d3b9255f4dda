// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/**
 * Labels the ticks of an axis and remembers them. The charting library tries several spacings, each from the smallest
 * value up, and paints the last one; so a value below the one before begins anew.
 *
 * <p>Not thread-safe.
 */
public final class TickRecorder implements Function<Double, String> {
    private final DoubleFunction<String> label;
    private final List<Tick> ticks = new ArrayList<>();

    /**
     * A tick that was labelled.
     *
     * @param value position on the axis
     * @param label its text, which may be empty
     */
    record Tick(double value, String label) {}

    public TickRecorder(DoubleFunction<String> label) {
        this.label = label;
    }

    @Override
    public String apply(Double value) {
        double last = ticks.isEmpty()
                ? Double.NEGATIVE_INFINITY
                : ticks.get(ticks.size() - 1).value();
        if (value < last) {
            ticks.clear();
        }
        String text = label.apply(value);
        // On a logarithmic axis the end of a decade is also the begin of the next.
        if (value != last) {
            ticks.add(new Tick(value, text));
        }
        // Nothing is laid out around an empty text.
        return text.isEmpty() ? " " : text;
    }

    /** Returns the ticks of the last spacing within a range of the axis. */
    public List<Tick> within(double min, double max) {
        double slack = 1e-9 * Math.max(Math.abs(min), Math.abs(max));
        return ticks.stream()
                .filter(t -> t.value() >= min - slack && t.value() <= max + slack)
                .toList();
    }
}
