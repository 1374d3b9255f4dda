// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.cli.CliRun;
import io.lplb.cli.ReplayCommandTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quality only: it needs no other JVM and no time. Times through JMH are tested in results. */
class BenchCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--solvers simplex; solvers: got simplex, expected some of interior-point, relaxation, exact, ejml",
                "--topologies cube,dice; topologies: got dice, expected some of cube, hypercube, torus8x4, eplb64",
                "--loads gauss; workload: got gauss, expected one of normal",
                "--batches 0; batches: got 0, expected at least 1 group",
                "--batches x; Invalid value for option '--batches' (N): 'x' is not an int",
                "--filter (; filter: got '(', expected a regular expression",
                "--filter Nothing; filter: got 'Nothing', expected a match with one of the benchmarks",
                "--backends tpu; backends: got tpu, expected some of cpu, emulator, gpu, gpu-driver, gpu-tornado",
                "--json no/such/folder.json; no/such/folder.json: got no folder",
                "--page src; src: got a folder, expected a file",
                "--trace no-such.npy; no-such.npy: no such file",
                "--trace pom.xml; pom.xml: ",
                "--trace; Missing required parameter for option '--trace'",
                "--loads zipf,zipf; loads: got zipf, zipf, expected each once",
                "--limit 0; limit: got 0 s, expected at least 1",
                "--time 0; time: got 0 ms, expected at least 1",
                "x; Unmatched argument at index 1: 'x'",
            })
    void errorsAreOneLineAndExitCode2(String args, String message) {
        CliRun run = CliRun.of(("bench " + args).split(" ", -1));
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void aBackendThatIsNotAllowedIsRefused() {
        System.setProperty("lplb.requireBackend", "gpu");
        try {
            CliRun run = CliRun.of("bench", "--quality");
            assertEquals(2, run.exitCode());
            assertEquals("lplb: backends: got cpu, expected gpu as lplb.requireBackend says\n", run.err());
        } finally {
            System.clearProperty("lplb.requireBackend");
        }
    }

    @Test
    void qualityIsPrintedAndWritten() throws IOException {
        Path file = folder.resolve("first.json");
        CliRun run = CliRun.of(
                "bench", "--quality", "--quick", "--solvers", "relaxation,greedy-llep", "--json", file.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("quality cube normal\n", run.err());
        assertTrue(
                run.out().matches("(?s).*\nQuality over .*\n  plan .*\n  relaxation .*\n  greedy-llep .*\n"),
                run.out());
        JsonNode all = new ObjectMapper().readTree(file.toFile());
        assertEquals("first", all.get(0).get("name").asText());
        assertTrue(all.get(0).get("command").asText().startsWith("bin/lplb bench --quality --quick"), all.toString());
        assertFalse(all.get(0).get("machine").asText().isEmpty());
        assertEquals(4, all.size());
        assertEquals(List.of(file), list());
    }

    private List<Path> list() throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** A trace alone takes the place of named loads; its 32 experts are too few for two copies on each of 32 ranks. */
    @Test
    void aTraceIsJudgedAndAMachineThatItDoesNotFitRefused() throws IOException {
        String trace = ReplayCommandTest.trace(folder).toString();
        String[] args = {"bench", "--quality", "--quick", "--solvers", "greedy-llep", "--trace", trace};
        CliRun run = CliRun.of(args);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("quality cube trace:trace.npy\n", run.err());
        // Two layers, three batches of 128 tokens of the second 500.
        assertTrue(run.out().matches("(?s).*\n  plan +6 .*\n  greedy-llep +6 .*"), run.out());
        CliRun refused = CliRun.of("bench", "--quality", "--topologies", "torus8x4", "--trace", trace);
        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().startsWith("lplb: " + trace + " on torus8x4: replicaSlots: got 2"), refused.err());
        assertEquals(1, refused.err().lines().count(), refused.err());
    }

    @Test
    void jsonOnStandardOutputStandsAlone() throws IOException {
        CliRun run = CliRun.of("bench", "--quality", "--quick", "--solvers", "ejml", "--json", "-");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(3, new ObjectMapper().readTree(run.out()).size());
    }

    @Test
    void pageIsMadeFromTheFilesOfResults() throws IOException {
        Path results = Files.createDirectories(folder.resolve("lplb-bench/results"));
        CliRun.of(
                "bench",
                "--quality",
                "--quick",
                "--solvers",
                "ejml",
                "--json",
                results.resolve("a.json").toString());
        Path file = Files.createDirectories(folder.resolve("docs")).resolve("results.md");
        CliRun run = CliRun.of("bench", "--page", file.toString());
        assertEquals(0, run.exitCode(), run.err());
        String page = Files.readString(file);
        assertTrue(page.contains("\n## Measured: a\n"), page);
        assertTrue(page.contains("\n| ejml | 16 | 0 | 0 |"), page);
    }
}
