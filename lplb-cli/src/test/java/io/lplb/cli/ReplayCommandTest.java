// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.trace.NpyBytes;
import io.lplb.workload.Workload;
import io.lplb.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class ReplayCommandTest {
    private static final Path ESFT = Path.of("..", "..", "shared", "data", "esft_intent.npy");
    private static final int TOKENS = 1000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    private String trace() throws IOException {
        return trace(folder).toString();
    }

    /** Two layers of made-up tokens. */
    public static Path trace(Path folder) throws IOException {
        long[] numbers = new long[2 * TOKENS * 4];
        int[] ids = new int[TOKENS * 4];
        for (int layer = 0; layer < 2; layer++) {
            new Workload(WorkloadKind.LAYER, 32, 8, layer).ids(0, 4, ids);
            for (int k = 0; k < ids.length; k++) {
                numbers[layer * ids.length + k] = ids[k];
            }
        }
        return NpyBytes.write(folder, "|u1", "2, " + TOKENS + ", 4", 1, numbers);
    }

    @Test
    void everyStrategyHasItsRow() throws IOException {
        CliRun run = CliRun.of("replay", "--trace", trace(), "--batch", "100", "--experts", "32");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.err());
        assertTrue(
                run.out().startsWith("32 experts on 8 ranks, topology cube, 2 replica slots a rank, 2 layers\n"),
                run.out());
        assertTrue(run.out().contains("measured: 5 steps, from step 5 on, "), run.out());
        for (String row : new String[] {"as is +natural", "even split +EPLB", "LPLB +cube", "LLEP +natural"}) {
            assertTrue(run.out().matches("(?s).*\n  " + row + ".* +\\d\\.\\d{4} .*\n.*"), run.out());
            assertTrue(run.out().matches("(?s).*\n  " + row + ".* us +[0-9.]+ us\n.*"), run.out());
        }
        for (String placement : new String[] {"cube", "EPLB", "own"}) {
            String row = "(?s).*\n  this library +" + placement
                    + "( +1\\.\\d{4}){3} +0\\.00 % +\\d+\\.\\d\\d % +10/10 +0\n.*";
            assertTrue(run.out().matches(row), run.out());
        }
    }

    @Test
    void strategiesAreChosenByName() throws IOException {
        CliRun run =
                CliRun.of("replay", "--trace", trace(), "--experts", "32", "--strategies", "own,as-is", "--json", "-");
        assertEquals(0, run.exitCode(), run.err());
        JsonNode strategies = new ObjectMapper().readTree(run.out()).get("strategies");
        assertEquals(2, strategies.size());
        assertEquals("as-is", strategies.get(0).get("id").asText());
        CliRun wrong = CliRun.of("replay", "--trace", trace(), "--experts", "32", "--strategies", "best");
        assertEquals(2, wrong.exitCode());
        assertTrue(wrong.err().startsWith("lplb: strategies: got best, expected one of as-is, "), wrong.err());
    }

    @Test
    void slotsNodesAndGroupsAreThoseOfPlace() throws IOException {
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                trace(),
                "--experts",
                "32",
                "--ranks",
                "12",
                "--redundant",
                "16",
                "--nodes",
                "3",
                "--update-every",
                "2",
                "--strategies",
                "as-is,eplb,own",
                "--json",
                "-");
        assertEquals(0, run.exitCode(), run.err());
        JsonNode report = new ObjectMapper().readTree(run.out());
        assertEquals(4, report.get("slotsPerRank").asInt());
        assertEquals(3, report.get("nodes").asInt());
        assertEquals(2, report.get("updateEvery").asInt());
        assertTrue(report.at("/strategies/1/movesPerUpdate").asDouble() > 0, run.out());
        assertTrue(report.at("/strategies/1/crossNodeTokens").asDouble() > 0, run.out());
        assertEquals(2, report.at("/details/perLayer").size());
        assertEquals(report.get("steps").asInt(), report.at("/details/perStep").size());
        CliRun slots = CliRun.of(
                "replay",
                "--trace",
                trace(),
                "--experts",
                "32",
                "--slots-per-rank",
                "5",
                "--groups",
                "4",
                "--json",
                "-");
        assertEquals(
                5, new ObjectMapper().readTree(slots.out()).get("slotsPerRank").asInt(), slots.err());
        CliRun both =
                CliRun.of("replay", "--trace", trace(), "--experts", "32", "--slots-per-rank", "5", "--redundant", "4");
        assertEquals(2, both.exitCode());
        CliRun few = CliRun.of("replay", "--trace", trace(), "--experts", "32", "--slots-per-rank", "3");
        assertTrue(few.err().startsWith("lplb: slots: got 24, expected at least one for each"), few.err());
    }

    @Test
    void csvHasALinePerStepLayerAndStrategy() throws IOException {
        Path csv = folder.resolve("batches.csv");
        CliRun run = CliRun.of(
                "replay", "--trace", trace(), "--experts", "32", "--strategies", "eplb,own", "--csv", csv.toString());
        assertEquals(0, run.exitCode(), run.err());
        List<String> lines = Files.readAllLines(csv);
        assertEquals(1 + 4 * 2 * 2, lines.size(), "4 measured steps of 2 layers");
        int columns = lines.get(0).split(",", -1).length;
        assertTrue(lines.stream().allMatch(line -> line.split(",", -1).length == columns));
        assertTrue(lines.get(0).startsWith("step,layer,strategy,imbalance,"));
        assertTrue(lines.get(1).startsWith("0,0,eplb,1."), lines.get(1));
    }

    @Test
    void inactiveRanksAreLeftOut() throws IOException {
        CliRun run = CliRun.of("replay", "--trace", trace(), "--batch", "100", "--experts", "32", "--inactive", "2");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.out()
                        .contains(
                                "ranks:    inactive 2\nno rank:  tokens whose expert has no active rank, by strategy: {as-is="),
                run.out());
        String rows = run.out()
                .lines()
                .filter(line -> line.contains("this library"))
                .toList()
                .toString();
        assertTrue(
                rows.matches(".*cube .* (\\d+)/\\1 .*EPLB .* (\\d+)/\\2 .*own .* (\\d+)/\\3 .*"),
                "optimal on every batch: " + rows);
    }

    @Test
    void jsonHasNoNumberThatIsText() throws IOException {
        // All tokens of the second half, which is measured, are padding.
        long[] numbers = new long[4 * TOKENS];
        Arrays.setAll(numbers, k -> k < 2 * TOKENS ? k % 32 : -1);
        String trace = NpyBytes.write(folder, "|i1", "1, " + TOKENS + ", 4", 1, numbers)
                .toString();
        CliRun run = CliRun.of("replay", "--trace", trace, "--experts", "32", "--batch", "125", "--json", "-");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(!run.out().contains("NaN") && !run.out().contains("Infinity"), run.out());
        JsonNode mean = new ObjectMapper().readTree(run.out()).at("/strategies/0/imbalance/mean");
        assertTrue(mean.isNull(), mean.toString());
        CliRun table = CliRun.of("replay", "--trace", trace, "--experts", "32", "--batch", "125");
        assertTrue(!table.out().contains("NaN"), table.out());
    }

    @Test
    void oneFileForBothOutputsIsRefusedBeforeTheReplay() throws IOException {
        Path file = folder.resolve("report");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        for (Path other :
                new Path[] {file, folder.resolve("../" + folder.getFileName() + "/report"), link.resolve("report")}) {
            CliRun run = CliRun.of(
                    "replay",
                    "--trace",
                    trace(),
                    "--experts",
                    "32",
                    "--json",
                    file.toString(),
                    "--html",
                    other.toString());
            assertEquals(2, run.exitCode(), run.out());
            assertEquals("lplb: got " + file + " for both --json and --html, expected different places\n", run.err());
            assertTrue(Files.notExists(file));
        }
        Path topology = Files.writeString(folder.resolve("ring"), "1\n2\n3\n0\n");
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                trace(),
                "--experts",
                "32",
                "--ranks",
                "8",
                "--topology",
                topology.toString(),
                "--json",
                topology.toString());
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().contains("got an input as the place to write to"), run.err());
        assertEquals("1\n2\n3\n0\n", Files.readString(topology));
    }

    @Test
    void jsonGoesToAFileBesideTheTableOrToStandardOutputAlone() throws IOException {
        Path file = folder.resolve("report.json");
        CliRun both = CliRun.of("replay", "--trace", trace(), "--experts", "32", "--json", file.toString());
        assertEquals(0, both.exitCode(), both.err());
        assertTrue(both.out().contains("this library"), both.out());
        JsonNode written = new ObjectMapper().readTree(Files.readString(file));
        assertEquals(16, written.get("strategies").size());
        CliRun alone = CliRun.of("replay", "--trace", trace(), "--experts", "32", "--json", "-");
        assertEquals(
                16, new ObjectMapper().readTree(alone.out()).get("strategies").size());
    }

    @Test
    void aTopologyMayBeAFile() throws IOException {
        Path ring = Files.writeString(folder.resolve("square.txt"), "1\n2\n3\n0\n");
        CliRun run = CliRun.of("replay", "--trace", trace(), "--experts", "32", "--topology", ring.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("topology square"), run.out());
    }

    @Test
    void progressIsShownOnDemandAndNotOnStandardOutput() throws IOException {
        CliRun run = CliRun.of("replay", "--trace", trace(), "--experts", "32", "--progress");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("replay"), run.err());
        assertTrue(run.err().contains("100%"), run.err());
        assertTrue(!run.out().contains("%|") && run.out().contains("this library"), run.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "--ranks; 0; ranks: got 0, expected at least 1",
                "--nodes; 3; nodes: got 3, expected a divisor of the 8 ranks",
                "--groups; 5; groups: got 5, expected a divisor of the 32 experts",
                "--topology; ring6; ranks: got 8, expected a positive multiple of the 6 ranks of topology ring6",
                "--slots-per-rank; -1; slots-per-rank: got -1, expected 0..",
                "--update-every; -1; update-every: got -1 steps, expected at least 0",
                "--copy-us; -1; copy-us: got -1.0, expected a finite number",
                "--threads; 0; threads: got 0, expected at least 1",
                "--batch; 0; batch: got 0 tokens, expected at least 1",
                "--history; 1.5; history: got 1.5 of a trace of 7 steps",
                "--history; nowhere.npy; nowhere.npy: no such file",
                "--topology; pyramid; topology: got \"pyramid\", expected cube",
                "--solver; simplex; solver: got 'simplex', expected one of",
            })
    void wrongOptionsAreNamedInOneLine(String option, String value, String message) throws IOException {
        String[] experts = option.equals("--experts") ? new String[] {} : new String[] {"--experts", "32"};
        String[] args = {"replay", "--trace", trace(), option, value};
        String[] all = Stream.of(args, experts).flatMap(Arrays::stream).toArray(String[]::new);
        CliRun run = CliRun.of(all);
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json", "--html"})
    void theTraceIsNotOverwritten(String option) throws IOException {
        String trace = trace();
        byte[] before = Files.readAllBytes(Path.of(trace));
        CliRun run = CliRun.of("replay", "--trace", trace, "--experts", "32", option, trace);
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().startsWith("lplb: " + trace + ": got an input as the place to write to"), run.err());
        assertArrayEquals(before, Files.readAllBytes(Path.of(trace)));
    }

    @Test
    void aTraceIsRequired() {
        CliRun run = CliRun.of("replay");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: Missing required option: '--trace=FILE'"), run.err());
    }

    /** Real routing. The figure without balancing is that of a NumPy script, up to the order of equal experts. */
    @Test
    void realRoutingIsBalancedToTheIntegerOptimumOnEveryBatch() throws IOException {
        assumeTrue(Files.exists(ESFT), "no " + ESFT + ": real routing is not replayed");
        CliRun run = CliRun.of(
                "replay",
                "--trace",
                ESFT.toString(),
                "--strategies",
                "reordered,lplb,topology,eplb-exact",
                "--json",
                "-");
        assertEquals(0, run.exitCode(), run.err());
        JsonNode strategies = new ObjectMapper().readTree(run.out()).get("strategies");
        assertEquals(1.134, strategies.get(0).get("imbalance").get("mean").asDouble(), 0.002, "reordered");
        assertEquals(1.01, strategies.get(1).get("imbalance").get("mean").asDouble(), 0.002, "LPLB");
        for (int k = 2; k < 4; k++) {
            assertEquals(832, strategies.get(k).get("batches").asInt());
            assertEquals(
                    832,
                    strategies.get(k).get("optimalBatches").asInt(),
                    strategies.get(k).toString());
        }
    }
}
