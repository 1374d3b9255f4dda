// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Numbers;
import io.lplb.report.chart.PlotFrame;
import io.lplb.report.chart.SolverColours;
import io.lplb.report.chart.XyPlot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pictures on the page of benchmark results. Each remembers which solvers it shows, for the legend beside it.
 *
 * <p>Not thread-safe.
 */
final class ResultsPlots {
    private final SolverColours colours = new SolverColours();
    private final Map<String, String> legend = new LinkedHashMap<>();

    /** Returns the solvers drawn since the last call, from CSS classes to name. */
    Map<String, String> takeLegend() {
        Map<String, String> taken = new LinkedHashMap<>(legend);
        legend.clear();
        return taken;
    }

    private String colour(String solver) {
        String colour = colours.of(solver);
        legend.merge(colour, solver, (a, b) -> a.equals(b) ? a : a + ", " + b);
        return colour;
    }

    /** Times of all solvers on each topology. */
    String times(PeersTable table) {
        List<String> topologies = List.copyOf(table.topologies());
        XyPlot plot = new XyPlot(new PlotFrame(
                        "Times by topology",
                        table.title() + "; the numbers are in the table above",
                        "topology",
                        "time"))
                .logY()
                .labels(Numbers::tick, Numbers::timeTick)
                .names(topologies);
        // Side by side within a topology, since solvers of the same time would hide each other.
        double step = 0.7 / table.solvers().size();
        double shift = -0.35 + step / 2;
        for (String solver : table.solvers()) {
            List<double[]> points = new ArrayList<>();
            for (int t = 0; t < topologies.size(); t++) {
                double time = table.time(solver, topologies.get(t));
                if (time > 0) {
                    points.add(new double[] {t + shift, time});
                    plot.include(-0.5, time).include(topologies.size() - 0.5, time);
                }
            }
            plot.points(colour(solver), column(points, 0), column(points, 1));
            shift += step;
        }
        return plot.svg();
    }

    private static double[] column(List<double[]> points, int column) {
        return points.stream().mapToDouble(p -> p[column]).toArray();
    }

    /** Distributions of results in sample mode that share everything but the solver. */
    String latency(String title, List<JmhResult> results) {
        XyPlot plot = new XyPlot(new PlotFrame("Distribution of times", title, "percentile", "time"))
                .logX()
                .logY()
                .labels(Distribution::label, Numbers::timeTick);
        for (JmhResult result : results) {
            Distribution.of(result.percentiles(), result.samples()).addTo(plot, colour(result.solver()));
        }
        return plot.svg();
    }

    /** Points and fitted laws along one axis. */
    String scaling(String axis, List<ScalingResult> laws) {
        String unit = laws.get(0).unit();
        XyPlot plot = new XyPlot(new PlotFrame(
                        "Scaling with " + axis, exponents(laws), axis, unit.isEmpty() ? "time" : "time, " + unit))
                .logX()
                .logY();
        for (ScalingResult law : laws) {
            String colour = colour(law.series());
            double[] x = law.x().stream().mapToDouble(v -> v).toArray();
            plot.points(colour, x, law.y().stream().mapToDouble(v -> v).toArray());
            if (!Double.isNaN(law.exponent())) {
                double first = law.x().stream().mapToDouble(v -> v).min().orElse(1);
                double last = law.x().stream().mapToDouble(v -> v).max().orElse(1);
                plot.line(colour, new double[] {first, last}, new double[] {at(law, first), at(law, last)});
            }
        }
        return plot.svg();
    }

    /**
     * All fitted laws on one plot: time over that at the smallest size, against the size over the smallest, so that the
     * slopes, which are the exponents, can be compared whatever it is that grows.
     */
    String growth(List<ScalingResult> laws) {
        SolverColours own = new SolverColours();
        XyPlot plot = new XyPlot(new PlotFrame(
                        "Growth with all sizes", exponents(laws), "size / smallest", "time / time at the smallest"))
                .logX()
                .logY();
        for (ScalingResult law : laws) {
            String name = law.series() + ", " + law.axis();
            String look = own.of(name);
            legend.put(look, name + ": " + Numbers.decimal(law.exponent(), 2));
            double x0 = law.x().get(0);
            double y0 = law.y().get(0);
            double[] x = law.x().stream().mapToDouble(v -> v / x0).toArray();
            plot.points(look, x, law.y().stream().mapToDouble(v -> v / y0).toArray());
            if (!Double.isNaN(law.exponent())) {
                double last = x[x.length - 1];
                plot.line(look, new double[] {1, last}, new double[] {at(law, x0) / y0, at(law, x0 * last) / y0});
            }
        }
        return plot.svg();
    }

    private static double at(ScalingResult law, double x) {
        return law.factor() * Math.pow(x, law.exponent());
    }

    static String exponents(List<ScalingResult> laws) {
        List<String> parts = new ArrayList<>();
        for (ScalingResult law : laws) {
            parts.add(law.series() + " " + Numbers.decimal(law.exponent(), 2));
        }
        return "Fitted exponents: " + String.join(", ", parts);
    }
}
