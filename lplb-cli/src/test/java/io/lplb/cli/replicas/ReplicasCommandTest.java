// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.cli.CliRun;
import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicasCommandTest {
    private static final Path EP64 = Path.of("..", "..", "shared", "data", "ep64_loads.npy");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private static CliRun replicas(Path loads, String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "replicas";
        args[1] = "--loads";
        args[2] = loads.toString();
        System.arraycopy(options, 0, args, 3, options.length);
        return CliRun.of(args);
    }

    private JsonNode json(Path loads, String... options) throws IOException {
        Path out = folder.resolve("out.json");
        String[] all = new String[options.length + 2];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = "--json";
        all[options.length + 1] = out.toString();
        CliRun run = replicas(loads, all);
        assertEquals(0, run.exitCode(), run.err());
        return new ObjectMapper().readTree(Files.readString(out));
    }

    @Test
    void writesReplicasAndHomeTokensOfEveryCase() throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "2, 4", 4, 90, 10, 0, 0, 5, 5, 5, 5);
        JsonNode cases = json(loads, "--ranks", "2", "--spare-slots", "1").get("cases");
        assertEquals(2, cases.size());
        JsonNode first = cases.get(0);
        assertEquals("[[0,1,50]]", first.get("replicas").toString());
        assertEquals("[40,10,0,0]", first.get("home").toString());
        assertEquals(50, first.get("maxLoad").asDouble());
        assertEquals(50, first.get("lowerBound").asDouble());
        assertEquals("mean", first.get("binding").asText());
        assertTrue(first.get("micros").asDouble() > 0);
        Set<String> fields = new HashSet<>();
        first.fieldNames().forEachRemaining(fields::add);
        assertEquals(Set.of("replicas", "home", "maxLoad", "lowerBound", "binding", "micros"), fields);
        assertEquals("[]", cases.get(1).get("replicas").toString());
    }

    @Test
    void theEmulatorPlansToo() throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "1, 4", 4, 90, 10, 0, 0);
        JsonNode result = json(loads, "--ranks", "2", "--spare-slots", "1", "--backend", "emulator")
                .get("cases")
                .get(0);
        assertEquals("[[0,1,50]]", result.get("replicas").toString());
        assertEquals("[40,10,0,0]", result.get("home").toString());
    }

    @Test
    void sourcesAreAddedUp() throws IOException {
        Path one = NpyBytes.write(folder, "<i8", "1, 4", 8, 90, 10, 0, 0);
        String expected = json(one, "--ranks", "2", "--spare-slots", "1")
                .get("cases")
                .get(0)
                .get("replicas")
                .toString();
        Path two = NpyBytes.write(folder, "|u1", "1, 2, 4", 1, 60, 10, 0, 0, 30, 0, 0, 0);
        assertEquals(
                expected,
                json(two, "--ranks", "2", "--spare-slots", "1")
                        .get("cases")
                        .get(0)
                        .get("replicas")
                        .toString());
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"--min-tokens, 91", "--domain, 1", "--cost, 80", "--max-replicas, 0", "--tolerance, 1.0"})
    void limitsLeaveTokensAtHome(String option, String value) throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "1, 4", 4, 90, 10, 0, 0);
        JsonNode result = json(loads, "--ranks", "2", "--spare-slots", "1", option, value)
                .get("cases")
                .get(0);
        assertEquals("[]", result.get("replicas").toString());
        assertEquals(100, result.get("maxLoad").asDouble());
    }

    @Test
    void tableHasALinePerKind() throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "3, 2", 4, 9, 1, 4, 2, 5, 5);
        Files.writeString(folder.resolve("trace_names.txt"), "skewed\nskewed\nlevel\n");
        CliRun run = replicas(loads, "--ranks", "2", "--spare-slots", "1");
        assertEquals(0, run.exitCode(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(4, lines.size(), run.out());
        assertTrue(lines.get(1).matches(" *skewed +2 +1\\.567 +1\\.00000 .*"), run.out());
        assertTrue(lines.get(2).matches(" *level +1 +1\\.000 +1\\.00000 .*"), run.out());
        assertTrue(lines.get(3).matches(" *all +3 .*"), run.out());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "a\u001b[31m, 'line 1: got a name of more than 256 bytes or with control characters'",
        "'a|b|c|d|e', 'got more than 3 lines, expected one for each of 3 cases'",
        "a, 'got 1 lines, expected one for each of 3 cases'"
    })
    void wrongNamesOfKindsAreNamed(String names, String message) throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "3, 2", 4, 9, 1, 4, 2, 5, 5);
        Path file = Files.writeString(folder.resolve("trace_names.txt"), names.replace('|', '\n'));
        CliRun run = replicas(loads, "--ranks", "2", "--spare-slots", "1");
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().startsWith("lplb: " + file) && run.err().contains(message), run.err());
    }

    @Test
    void historyGivesAPlacement() throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "2, 4", 4, 90, 10, 0, 4, 80, 20, 4, 0);
        Path out = folder.resolve("placement.json");
        CliRun run = CliRun.of(
                "replicas",
                "--history",
                loads.toString(),
                "--ranks",
                "2",
                "--spare-slots",
                "1",
                "--json",
                out.toString());
        assertEquals(0, run.exitCode(), run.err());
        JsonNode placement = new ObjectMapper().readTree(Files.readString(out));
        assertEquals(6, placement.get("phy2log").size());
        assertTrue(placement.get("log2phy").get(0).size() > 1, "the hot expert has a replica");
        assertTrue(placement.get("meanImbalance").asDouble() < 1.01);
        assertTrue(run.out().contains("EPLB"), run.out());
    }

    @ParameterizedTest
    @CsvSource({
        "--ranks 3 --spare-slots 1, 'ranks: got 3, expected a divisor of the 4 experts'",
        "--ranks 2 --spare-slots -1, 'spareSlots: got -1, expected at least 0'",
        "--ranks 2 --spare-slots 1 --min-tokens 0, 'minTokens: got 0, expected at least 1'",
        "--ranks 2 --spare-slots 1 --domain 0, 'domain: got 0, expected at least 1'",
        "--ranks 2 --spare-slots 1 --backend abacus, 'backend: got abacus, expected'"
    })
    void wrongOptionsAreNamed(String options, String message) throws IOException {
        Path loads = NpyBytes.write(folder, "<i4", "1, 4", 4, 90, 10, 0, 0);
        CliRun run = replicas(loads, options.split(" "));
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains(message), run.err());
    }

    @Test
    void wrongFilesAreNamed() throws IOException {
        Path negative = NpyBytes.write(folder, "<i4", "1, 2", 4, 3, -1);
        CliRun run = replicas(negative, "--ranks", "2", "--spare-slots", "1");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("case 0, source 0, expert 1: got -1 tokens"), run.err());
        Path flat = NpyBytes.write(folder, "<i4", "2,", 4, 3, 1);
        run = replicas(flat, "--ranks", "2", "--spare-slots", "1");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("expected [cases, experts] or [cases, sources, experts]"), run.err());
        run = CliRun.of("replicas", "--ranks", "2", "--spare-slots", "1");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("got neither --loads nor --history"), run.err());
    }

    /** The balance that the project promises on these loads, read from the folder of shared data where it is present. */
    @ParameterizedTest
    @CsvSource({"1, 0, 1.0002, 1.001", "2, 0, 1.0, 1.0001", "1, 0.01, 1.01, 1.0101"})
    void sharedLoadsAreBalanced(String slots, String tolerance, double mean, double worst) throws IOException {
        assumeTrue(Files.isRegularFile(EP64), "no shared loads");
        JsonNode cases = json(EP64, "--ranks", "64", "--spare-slots", slots, "--tolerance", tolerance)
                .get("cases");
        double sum = 0;
        double largest = 0;
        int replicas = 0;
        for (JsonNode result : cases) {
            double imbalance = result.get("maxLoad").asDouble() / 32768;
            sum += imbalance;
            largest = Math.max(largest, imbalance);
            replicas += result.get("replicas").size();
        }
        assertTrue(sum / cases.size() <= mean, "mean " + sum / cases.size());
        assertTrue(largest <= worst, "worst " + largest);
        assertTrue(tolerance.equals("0") || replicas <= 1222, "UltraEP takes 1,222 with two slots, got " + replicas);
    }
}
