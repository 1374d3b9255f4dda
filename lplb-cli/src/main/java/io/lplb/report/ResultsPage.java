// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Numbers;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of benchmark results: the answer first, then times beside the peers, quality, scaling, and everything. */
public final class ResultsPage {
    private final Results results;
    private final List<PeersTable> tables;
    private final ResultsPlots plots = new ResultsPlots();
    private final Page page = new Page("Benchmark results");

    public ResultsPage(Results results) {
        this.results = results;
        this.tables = PeersTable.of(results.timings);
    }

    /** Writes the page in UTF-8; the stream stays open. */
    public void write(OutputStream out) throws IOException {
        page.head(Numbers.whole(results.timings.size()) + " times, " + Numbers.whole(results.quality.size())
                + " measures of quality, " + Numbers.whole(results.scaling.size()) + " scaling laws.");
        results.origins.forEach(page::origin);
        answer();
        tables.stream().filter(PeersTable::hasOthers).forEach(this::peers);
        alone(tables.stream().filter(table -> !table.hasOthers()).toList());
        distributions();
        quality();
        scaling();
        everything();
        page.body().element("p", "Page made " + Provenance.now() + ".", "class", "note");
        page.write(out);
    }

    private void answer() {
        List<Page.KeyFigure> figures = new ArrayList<>();
        tables.stream()
                .filter(t -> t.solvers().contains(PeersTable.OURS))
                .findFirst()
                .ifPresent(table -> {
                    String topology = table.topologies().iterator().next();
                    figures.add(new Page.KeyFigure(
                            PeersTable.OURS + " on " + topology,
                            Numbers.time(table.time(PeersTable.OURS, topology)),
                            "median; " + table.title()));
                    addFastest(figures, table);
                });
        results.quality.stream()
                .filter(q -> q.solver().equals(PeersTable.OURS))
                .mapToDouble(QualityResult::gapMax)
                .filter(gap -> !Double.isNaN(gap))
                .max()
                .ifPresent(gap -> figures.add(new Page.KeyFigure(
                        "Worst gap of " + PeersTable.OURS,
                        QualityRows.percent(gap),
                        "of the mean load above the optimum, over all problems given")));
        if (!figures.isEmpty()) {
            page.figures(figures);
        }
    }

    private static void addFastest(List<Page.KeyFigure> figures, PeersTable table) {
        List<Double> ratios = table.fastest(PeersTable::isGeneral);
        if (!ratios.isEmpty()) {
            double least = ratios.stream().mapToDouble(r -> r).min().orElse(Double.NaN);
            double most = ratios.stream().mapToDouble(r -> r).max().orElse(Double.NaN);
            String range = Numbers.significant(least) + (most > least ? " to " + Numbers.significant(most) : "");
            figures.add(new Page.KeyFigure(
                    "Fastest general solver / ours",
                    range + " x",
                    "its time over that of " + PeersTable.OURS + ", by topology; below 1 it is the faster one"));
        }
    }

    private void peers(PeersTable table) {
        page.body().element("h2", table.title());
        page.table("Median time; / ours: over the time of " + PeersTable.OURS, table.columns(), table.cells());
        if (table.topologies().size() > 1) {
            page.beginFigures();
            page.figure("Times by topology", plots.times(table), "The axis is logarithmic.");
            page.body().open("div");
            page.legendWithMarkers(plots.takeLegend());
            words(table);
            page.body().close();
            page.endFigures();
        } else {
            words(table);
        }
    }

    /** Tables without others, put together: a row for each table and solver. */
    private void alone(List<PeersTable> own) {
        List<String> topologies =
                own.stream().flatMap(t -> t.topologies().stream()).distinct().toList();
        List<List<String>> rows = new ArrayList<>();
        for (PeersTable table : own) {
            for (String solver : table.solvers()) {
                List<String> row = new ArrayList<>(List.of(table.title() + ", " + solver));
                topologies.forEach(topology -> {
                    double time = table.time(solver, topology);
                    row.add(Double.isNaN(time) ? PeersTable.NONE : Numbers.time(time));
                });
                rows.add(row);
            }
        }
        if (!rows.isEmpty()) {
            List<String> columns = new ArrayList<>(List.of("benchmark, solver"));
            columns.addAll(topologies);
            page.body().element("h2", "This library alone");
            page.table("Median times", columns, rows);
        }
    }

    private void words(PeersTable table) {
        table.faster().forEach(sentence -> page.body().element("p", sentence, "class", "found"));
    }

    private void distributions() {
        boolean files =
                results.timings.stream().map(JmhResult::origin).distinct().count() > 1;
        Map<String, List<JmhResult>> sampled = new LinkedHashMap<>();
        for (JmhResult result : results.timings) {
            if (!result.percentiles().isEmpty() && result.isTime()) {
                String topology = result.param("topology");
                String title = PeersTable.title(result, files) + (topology.isEmpty() ? "" : ", " + topology);
                sampled.computeIfAbsent(title, key -> new ArrayList<>()).add(result);
            }
        }
        if (sampled.isEmpty()) {
            return;
        }
        page.body().element("h2", "Distribution of single times");
        page.beginFigures();
        sampled.forEach((title, some) -> page.figure(
                title,
                plots.latency(title, some),
                some.stream()
                        .map(r -> r.solver() + ": median " + Numbers.time(r.median()) + ", slowest "
                                + Numbers.time(r.slowest()))
                        .collect(Collectors.joining("; "))));
        page.endFigures();
        page.legend(plots.takeLegend());
    }

    private void quality() {
        if (results.quality.isEmpty()) {
            return;
        }
        page.body().element("h2", "Quality of the answers");
        // Files may have other loads for other solvers, whose means do not compare.
        Map<String, List<QualityResult>> byFile = results.quality.stream()
                .collect(Collectors.groupingBy(QualityResult::origin, LinkedHashMap::new, Collectors.toList()));
        byFile.forEach((file, all) -> {
            Map<String, List<QualityResult>> bySolver = all.stream()
                    .collect(Collectors.groupingBy(QualityResult::solver, LinkedHashMap::new, Collectors.toList()));
            List<List<String>> rows = new ArrayList<>();
            bySolver.forEach((solver, some) -> rows.add(QualityRows.summary(solver, some)));
            String where = byFile.size() > 1 ? " of " + file : "";
            page.table("Over all topologies and loads" + where, QualityRows.columns("solver"), rows);
        });
        page.body()
                .element(
                        "p",
                        "Gap: largest rank load above the optimum / mean load. Busiest: tokens of the busiest rank / mean, "
                                + "after rounding to whole tokens. Failed: no answer. Rejected: the solver did not trust "
                                + "its own answer.",
                        "class",
                        "note");
        byFile.forEach((file, all) -> gaps(byFile.size() > 1 ? " (" + file + ")" : "", all));
    }

    private void gaps(String where, List<QualityResult> all) {
        Map<String, List<Long>> sums = GapBars.sums(all);
        if (sums.isEmpty()) {
            return;
        }
        Map<String, Double> problems = all.stream()
                .filter(q -> !q.gaps().isEmpty())
                .collect(Collectors.groupingBy(
                        QualityResult::solver, Collectors.summingDouble(QualityResult::problems)));
        Map<String, String> names = new LinkedHashMap<>();
        for (int c = 0; c < GapBars.COLOURS.size(); c++) {
            names.put(GapBars.COLOURS.get(c), GapBars.names().get(c));
        }
        page.body().open("div", "class", "single");
        page.figure(
                "Histogram of gaps" + where,
                GapBars.svg(sums, problems),
                "How many of the problems, from none to all, have a gap of at most so much of the mean load above the"
                        + " optimum; missing at the right end: no answer.");
        page.levels("Colours: gap up to, percent of the mean load", names);
        page.body().close();
    }

    private void scaling() {
        if (results.scaling.isEmpty()) {
            return;
        }
        Map<String, List<ScalingResult>> byAxis = results.scaling.stream()
                .collect(Collectors.groupingBy(
                        s -> s.axis().isEmpty() ? "size" : s.axis(), LinkedHashMap::new, Collectors.toList()));
        page.body().element("h2", "How times grow");
        page.beginFigures();
        if (byAxis.size() > 1) {
            page.figure(
                    "All sizes on one plot",
                    plots.growth(results.scaling),
                    "Lines are the fitted laws time = c x size^p; their slopes are the exponents p.");
            page.body().open("div");
            page.legendWithMarkers(plots.takeLegend());
            page.body().close();
        }
        byAxis.forEach((axis, laws) -> page.figure(
                "With " + axis, plots.scaling(axis, laws), ResultsPlots.exponents(laws) + " (time = c x size^p)."));
        page.endFigures();
        page.legendWithMarkers(plots.takeLegend());
    }

    private void everything() {
        if (!results.timings.isEmpty()) {
            List<List<String>> rows = new ArrayList<>();
            for (JmhResult r : results.timings) {
                String params = r.params().entrySet().stream()
                        .map(p -> p.getKey() + " " + p.getValue())
                        .collect(Collectors.joining(", "));
                rows.add(List.of(
                        r.benchmark() + (params.isEmpty() ? "" : ", " + params),
                        r.mode(),
                        r.show(r.median()),
                        r.show(r.fastest()),
                        r.show(r.slowest()),
                        Double.isNaN(r.bytes()) ? "n/a" : Numbers.significant(r.bytes()) + " B"));
            }
            details(
                    "All measurements",
                    List.of("benchmark", "mode", "median", "fastest", "slowest", "allocated"),
                    rows);
        }
        if (!results.quality.isEmpty()) {
            details(
                    "Quality by topology and load",
                    QualityRows.columns("solver, topology, load"),
                    results.quality.stream().map(QualityRows::one).toList());
        }
    }

    private void details(String title, List<String> columns, List<List<String>> rows) {
        page.body().open("details").element("summary", title + " (" + Numbers.whole(rows.size()) + ")");
        page.table(title, columns, rows);
        page.body().close();
    }
}
