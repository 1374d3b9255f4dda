// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

class ReportCommandTest {
    /** Times by hand: ours 10 us and 40 us, a peer 25 us and 20 us. */
    static final String RESULTS = """
            [{"kind": "header", "machine": "two <fast> cores", "commit": "abc1234", "date": "2026-11-25", "command": "a & b"},
             {"benchmark": "io.lplb.bench.jmh.SolveBenchmark.solve", "mode": "avgt",
              "params": {"solver": "interior-point", "topology": "cube", "load": "normal"},
              "primaryMetric": {"score": 12.0, "scoreError": "NaN", "scoreUnit": "us/op",
                "scorePercentiles": {"0.0": 9.0, "50.0": 10.0, "100.0": 20.0}},
              "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 0.01}}},
             {"benchmark": "io.lplb.bench.jmh.SolveBenchmark.solve", "mode": "avgt",
              "params": {"solver": "interior-point", "topology": "eplb64", "load": "normal"},
              "primaryMetric": {"score": 40000, "scoreUnit": "ns/op"}},
             {"benchmark": "io.lplb.bench.jmh.SolveBenchmark.solve", "mode": "avgt",
              "params": {"solver": "glop<b>", "topology": "cube", "load": "normal"},
              "primaryMetric": {"score": 0.025, "scoreUnit": "ms/op"}},
             {"benchmark": "io.lplb.bench.jmh.SolveBenchmark.solve", "mode": "avgt",
              "params": {"solver": "glop<b>", "topology": "eplb64", "load": "normal"},
              "primaryMetric": {"score": 2e-5, "scoreUnit": "s/op"}},
             {"benchmark": "io.lplb.bench.jmh.SolveBenchmark.solve", "mode": "sample",
              "params": {"solver": "glop<b>", "topology": "cube", "load": "normal"},
              "primaryMetric": {"score": 30, "scoreUnit": "us/op",
                "scorePercentiles": {"0.0": 20, "50.0": 25, "90.0": 40, "99.0": 60, "100.0": 90},
                "rawDataHistogram": [[[[20, 500], [25, 400], [90, 1]]]]}},
             {"benchmark": "x.Other.run", "mode": "thrpt", "primaryMetric": {"score": 5, "scoreUnit": "ops/s"}}]
            """;

    private static final String MORE = """
            {"kind": "quality", "solver": "interior-point", "problems": 30, "failed": 0, "rejected": 0, "gapMean": 1e-12, "gapMax": 2e-4, "imbalanceMean": 1.01, "imbalanceMax": 1.5}
            {"kind": "quality", "solver": "interior-point", "problems": 10, "gapMean": null, "gapMax": 1e-4, "imbalanceMean": 1.05, "imbalanceMax": 1.2}
            {"kind": "scaling", "axis": "ranks", "series": "interior-point", "unit": "us", "x": [8, 16, 32], "y": [1, 4, 16]}
            {"kind": "scaling", "axis": "ranks", "series": "given", "unit": "us", "x": [8, 16], "y": [1, 2], "exponent": 1.25}
            {"kind": "scaling", "axis": "ranks", "series": "points", "unit": "us", "x": 8, "y": 3}
            {"kind": "scaling", "axis": "ranks", "series": "points", "unit": "us", "x": 80, "y": 30}
            {"kind": "of a later version", "anything": [1]}
            """;

    /** Gaps by class, and two things that grow. */
    static final String GROWTH = """
            {"kind": "quality", "solver": "a", "problems": 2, "failed": 0, "gaps": [2, 0, 0, 0, 0, 0, 0]}
            {"kind": "quality", "solver": "a", "problems": 2, "failed": 1, "gaps": [1, 0, 0, 0, 0, 0, 0]}
            {"kind": "quality", "solver": "b", "problems": 4, "gaps": [0, 0, 0, 0, 1, 0, 3]}
            {"kind": "scaling", "axis": "ranks", "series": "a", "unit": "us", "x": [8, 16], "y": [1, 4]}
            {"kind": "scaling", "axis": "batch", "series": "a", "unit": "us", "x": [1, 64], "y": [1, 64]}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void timesRatiosQualityAndExponents() throws Exception {
        Path html = folder.resolve("report.html");
        CliRun run = CliRun.of(
                "report",
                file("results.json", RESULTS).toString(),
                file("more.jsonl", MORE).toString(),
                "--html",
                html.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.out() + run.err());
        XmlPage page = XmlPage.of(Files.readString(html));
        assertEquals(
                List.of("solver", "cube", "/ ours", "eplb64", "/ ours", "allocated"),
                page.table(0).get(0));
        assertEquals(
                List.of("interior-point", "10.0 us", "1.00 x", "40.0 us", "1.00 x", "0 B"),
                page.table(0).get(1));
        assertEquals(
                List.of("glop<b>", "25.0 us", "2.50 x", "20.0 us", "0.50 x", "–"),
                page.table(0).get(2));
        assertEquals(
                List.of("interior-point", "40", "n/a", "n/a", "1.00e-10 %", "0.0200 %", "1.0200", "1.5000"),
                withoutSmall(page.table(1).get(1)));
        String text = page.text();
        assertTrue(text.contains("glop<b> is faster than interior-point on eplb64 (0.50 x)."), text);
        assertTrue(text.contains("0.500 to 2.50 x"), text);
        assertTrue(text.contains("interior-point 2.00, given 1.25, points 1.00"), text);
        for (String header : List.of("two <fast> cores", "abc1234", "2026-11-25", "a & b")) {
            assertTrue(text.contains(header), header);
        }
        assertTrue(text.contains("more.jsonl, which does not say on what machine"), text);
        assertTrue(text.contains("Other.run"), text);
        assertTrue(text.contains("5.00 ops/s"), text);
        assertEquals(3, page.pictures().size(), "times, one distribution, one axis of scaling");
        assertTrue(page.elements("text").stream()
                .map(Element::getTextContent)
                .toList()
                .contains("eplb64"));
    }

    /** Three of four problems in the first class and one without an answer; two things that grow on one plot and apart. */
    @Test
    void gapsAreBarsAndGrowthStandsOnOnePlot() throws Exception {
        Path html = folder.resolve("report.html");
        CliRun run = CliRun.of("report", file("r.jsonl", GROWTH).toString(), "--html", html.toString());
        assertEquals(0, run.exitCode(), run.err());
        XmlPage page = XmlPage.of(Files.readString(html));
        assertEquals(
                List.of("420 h0", "140 h5", "420 h9"),
                page.elements("rect").stream()
                        .map(bar -> bar.getAttribute("width") + " " + bar.getAttribute("class"))
                        .toList());
        assertEquals(4, page.pictures().size(), "bars, all growth, two axes");
        assertTrue(page.text().contains("a, ranks: 2.00"), page.text());
        assertTrue(page.text().contains("a, batch: 1.00"), page.text());
    }

    /** Two machines in two files: neither takes the other's place, and each is named. */
    @Test
    void filesAreNotMixed() throws Exception {
        Path html = folder.resolve("report.html");
        String other = RESULTS.replace("{\"kind\": \"header\",", "{\"kind\": \"header\", \"name\": \"gpu\",")
                .replace("\"50.0\": 10.0", "\"50.0\": 11.0");
        CliRun run = CliRun.of(
                "report",
                file("cpu.json", RESULTS).toString(),
                file("x.json", other).toString(),
                file("q.json", MORE).toString(),
                "--html",
                html.toString());
        assertEquals(0, run.exitCode(), run.err());
        XmlPage page = XmlPage.of(Files.readString(html));
        assertEquals("10.0 us", page.table(0).get(1).get(1));
        assertEquals("11.0 us", page.table(1).get(1).get(1));
        assertTrue(page.text().contains("Solve: load normal (cpu.json)"), page.text());
        assertTrue(page.text().contains("Solve: load normal (gpu)"), page.text());
    }

    /** The mean gap of 1e-12 is the rounding of doubles and shown as 0. */
    private static List<String> withoutSmall(List<String> row) {
        assertEquals("0 %", row.get(4));
        List<String> copy = new ArrayList<>(row);
        copy.set(4, "1.00e-10 %");
        return copy;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "``; : got no result, expected JMH's as JSON",
                "[]; : got no result, expected JMH's as JSON",
                "[{\"benchmark\": \"a.B.c\", ; : not JSON: Unexpected end-of-input",
                "hello; : not JSON: Unrecognized token 'hello'",
                "[3]; , element 0: got 3, expected an object",
                "{\"logical_count\": []}; , element 0, benchmark: got nothing, expected a text",
                "[{\"benchmark\": \"a.B.c\"}]; , element 0, primaryMetric.scoreUnit: got nothing, expected a text",
                "[{\"benchmark\": \"a\", \"primaryMetric\": {\"scoreUnit\": \"s/op\", \"score\": \"x\"}}];"
                        + " , element 0, primaryMetric.score: got \"x\", expected a number",
                "[{\"kind\": \"quality\"}]; , element 0, solver: got nothing, expected a text",
                "[{\"kind\": \"quality\", \"solver\": \"a\", \"gapMax\": []}]; , element 0, gapMax: got [], expected a number",
                "[{\"kind\": \"quality\", \"solver\": \"a\", \"gaps\": [1]}]; , element 0, gaps: got [1], expected 7 numbers",
                "[{\"kind\": \"scaling\", \"series\": \"a\", \"x\": [1, 0], \"y\": [1, 1]}];"
                        + " , element 0, x[1]: got 0, expected a positive number",
                "[{\"kind\": \"scaling\", \"series\": \"a\", \"x\": [1, 2], \"y\": [1]}];"
                        + " , element 0, y: got [1], expected as many numbers as x has",
            })
    void whatIsWrongIsNamedByFileAndFieldInOneLine(String content, String message) throws IOException {
        Path file = file("bad.json", content);
        Path html = folder.resolve("page.html");
        CliRun run = CliRun.of("report", file.toString(), "--html", html.toString());
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().startsWith("lplb: " + file + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(Files.exists(html));
    }

    @Test
    void filesThatAreNotThereAndPlacesThatCannotBeWritten() throws IOException {
        Path good = file("good.json", RESULTS);
        Path nowhere = folder.resolve("nowhere");
        assertError(nowhere + ": no such file", nowhere, folder.resolve("page.html"));
        assertError(folder + ": got a folder", folder, folder.resolve("page.html"));
        assertError(nowhere.resolve("page.html") + ": got no folder", good, nowhere.resolve("page.html"));
        assertInputStays(good, "report", good.toString(), "--html", good.toString());
        CliRun none = CliRun.of("report");
        assertEquals(2, none.exitCode());
        assertEquals(1, none.err().lines().count(), none.err());
    }

    private static void assertInputStays(Path input, String... command) throws IOException {
        byte[] before = Files.readAllBytes(input);
        CliRun run = CliRun.of(command);
        assertEquals(2, run.exitCode());
        assertEquals(
                "lplb: " + input + ": got an input as the place to write to, expected another file",
                run.err().strip());
        assertArrayEquals(before, Files.readAllBytes(input));
    }

    private static void assertError(String message, Path results, Path html) {
        CliRun run = CliRun.of("report", results.toString(), "--html", html.toString());
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(Files.exists(html));
    }
}
