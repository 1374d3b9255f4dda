// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** {@code replay --html}: a page that parses, whose numbers are the replay's. */
class ReplayHtmlTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    @Test
    void numbersAreTheReplays() throws Exception {
        Path html = folder.resolve("replay.html");
        Path json = folder.resolve("replay.json");
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                ReplayCommandTest.trace(folder).toString(),
                "--experts",
                "32",
                "--batch",
                "10",
                "--html",
                html.toString(),
                "--json",
                json.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("this library"), "the table is still printed");
        XmlPage page = XmlPage.of(Files.readString(html));
        JsonNode strategies =
                new ObjectMapper().readTree(Files.readString(json)).get("strategies");
        List<List<String>> table = page.table(0);
        assertEquals(1 + strategies.size(), table.size());
        for (int k = 0; k < strategies.size(); k++) {
            List<String> row = table.get(k + 1);
            JsonNode imbalance = strategies.get(k).get("imbalance");
            assertTrue(row.get(0).startsWith(strategies.get(k).get("strategy").asText()), row.toString());
            assertTrue(
                    row.get(0).endsWith("(" + strategies.get(k).get("placement").asText() + ")"), row.toString());
            assertEquals(fixed(imbalance.get("mean").asDouble(), 3), row.get(1));
            assertEquals(fixed(imbalance.get("p99").asDouble(), 3), row.get(2));
            JsonNode gap = strategies.get(k).get("gap");
            String expected = gap.get("count").asInt() == 0
                    ? "–"
                    : fixed(100 * gap.get("mean").asDouble(), 2) + " %";
            assertEquals(expected, row.get(5));
        }
        String answer = page.elements("strong").get(0).getTextContent();
        assertTrue(answer.startsWith(table.get(1).get(1) + " → "), answer);
        assertTrue(
                page.text().startsWith("What would balancing gain?")
                        || page.text().contains("32 experts on 8 ranks: "),
                page.text());
        assertEquals(2 + 6, page.pictures().size(), "a panel for each of two layers");
        assertTrue(
                page.text().contains("Batches with no gap to the proven optimum of the placement, of 100: "),
                page.text());
        assertTrue(page.text().contains("bin/lplb replay --trace"), page.text());
        // Text is text: ticks, ranks and batches can be read and searched.
        List<String> texts =
                page.elements("text").stream().map(Element::getTextContent).toList();
        assertTrue(texts.containsAll(List.of("batch 1", "100", "7", "100 %", "90 %")), texts.toString());
    }

    /** A bar per rank and strategy, and the same numbers in JSON. */
    @Test
    void thePictureHasTheRanksOfEveryStrategy() throws Exception {
        Path svg = folder.resolve("ranks.svg");
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                ReplayCommandTest.trace(folder).toString(),
                "--experts",
                "32",
                "--nodes",
                "2",
                "--sources",
                "node-local:4",
                "--strategies",
                "as-is,own",
                "--svg",
                svg.toString(),
                "--json",
                "-");
        assertEquals(0, run.exitCode(), run.err());
        String picture = Files.readString(svg);
        assertEquals(2 * 8, picture.split("<rect ", -1).length - 1, picture);
        JsonNode report = new ObjectMapper().readTree(run.out());
        assertTrue(report.get("sources").asText().startsWith("taken as node-local"), run.out());
        JsonNode loads = report.at("/details/fallingRankLoads/as-is");
        assertEquals(8, loads.size());
        assertEquals(
                report.at("/strategies/0/imbalance/mean").asDouble(),
                loads.get(0).asDouble(),
                1e-9);
        assertEquals(8, report.at("/details/rankLoadsBefore/cells").size());
    }

    /** 1,000 batches in 208 columns and 200 points; names from files are escaped. */
    @Test
    void longTracesAreDownSampledAndSaySo() throws Exception {
        Path topology = Files.writeString(folder.resolve("a & b <c>.txt"), "1\n2\n3\n4\n5\n6\n7\n0\n");
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                ReplayCommandTest.trace(folder).toString(),
                "--experts",
                "32",
                "--batch",
                "1",
                "--topology",
                topology.toString(),
                "--html",
                "-");
        assertEquals(0, run.exitCode(), run.err());
        XmlPage page = XmlPage.of(run.out());
        assertTrue(page.text().contains("each of the 208 columns stands for 4.81 batches on average"), page.text());
        assertTrue(page.text().contains("each point is the largest of several steps"), page.text());
        assertTrue(page.text().contains("a & b <c>"), page.text());
        assertTrue(run.out().length() < 300_000, "length " + run.out().length());
    }

    /** The largest map: 64 rows of one or two ranks and 208 columns of one or two batches. */
    @Test
    void aPageIsSmallWhateverTheRanks() throws Exception {
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                ReplayCommandTest.trace(folder).toString(),
                "--experts",
                "72",
                "--ranks",
                "72",
                "--topology",
                "ring72",
                "--replicas",
                "1",
                "--batch",
                "4",
                "--html",
                "-");
        assertEquals(0, run.exitCode(), run.err());
        XmlPage page = XmlPage.of(run.out());
        assertTrue(page.text().contains("Each of the 64 rows stands for several ranks"), page.text());
        assertTrue(run.out().length() < 2_000_000, "length " + run.out().length());
    }

    @Test
    void oneBatchAndNoTokenMakePagesToo() throws Exception {
        Path one = Files.writeString(folder.resolve("one.json"), "{\"logical_count\": [[9, 3, 2, 1, 1, 1, 1, 1]]}");
        Path none = Files.writeString(folder.resolve("none.json"), "{\"logical_count\": [[0, 0, 0, 0, 0, 0, 0, 0]]}");
        for (Path trace : List.of(one, none)) {
            CliRun run = CliRun.of(
                    "replay",
                    "--trace",
                    trace.toString(),
                    "--ranks",
                    "4",
                    "--topology",
                    "ring4",
                    "--replicas",
                    "1",
                    "--html",
                    "-");
            assertEquals(0, run.exitCode(), run.err());
            XmlPage page = XmlPage.of(run.out());
            boolean empty = trace.equals(none);
            assertEquals(empty, page.text().contains("No batch had a token"), page.text());
            assertEquals(empty ? 0 : 7, page.pictures().size());
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsOneLineAndLeavesNothing() throws IOException {
        Path trace = ReplayCommandTest.trace(folder);
        Path missing = folder.resolve("missing").resolve("page.html");
        for (Path place : List.of(missing, folder)) {
            CliRun run =
                    CliRun.of("replay", "--trace", trace.toString(), "--experts", "32", "--html", place.toString());
            assertEquals(2, run.exitCode());
            assertEquals(1, run.err().lines().count(), run.err());
            assertTrue(run.err().startsWith("lplb: " + place + ": got "), run.err());
        }
        CliRun both = CliRun.of("replay", "--trace", trace.toString(), "--html", "-", "--json", "-");
        assertEquals(2, both.exitCode());
        assertTrue(both.err().startsWith("lplb: got - for both --json and --html"), both.err());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(trace), files.toList());
        }
    }
}
