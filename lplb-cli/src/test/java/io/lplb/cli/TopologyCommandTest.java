// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologySvg;
import io.lplb.topology.TopologyText;
import io.lplb.trace.CountTraceWriter;
import io.lplb.workload.WorkloadTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyCommandTest {
    @Test
    void listNamesEveryKind() {
        CliRun run = CliRun.of("topology", "list");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(Topologies.list().size(), run.out().lines().count());
        for (Topologies.Named kind : Topologies.list()) {
            assertTrue(run.out().contains(kind.name() + " ") && run.out().contains(kind.description()), run.out());
        }
    }

    @Test
    void adviceNamesTheSlotsThatFailuresTake() {
        CliRun run = CliRun.of("topology", "advise", "--ranks", "32", "--experts", "250");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("any 1 dead ranks or nodes: 500 slots in all, 16 per rank"), run.out());
        assertTrue(run.out().contains("any 2 dead ranks or nodes: 750 slots in all, 24 per rank"), run.out());
    }

    @Test
    void showDrawsText() {
        CliRun run = CliRun.of("topology", "show", "torus8x4");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(TopologyText.of(Topologies.torus(8, 4)), run.out());
    }

    @Test
    void showWritesSvg(@TempDir Path dir) throws IOException {
        Path svg = dir.resolve("cube.svg");
        CliRun run = CliRun.of("topology", "show", "cube", "--svg", svg.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.out());
        assertEquals(TopologySvg.of(Topologies.cube()), Files.readString(svg));
        assertEquals(
                2,
                CliRun.of("topology", "show", "cube", "--svg", dir.toString()).exitCode());
    }

    @Test
    void showReadsACustomTopology(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("mine.txt"), "# a ring\n1\n2\n0\n");
        CliRun run = CliRun.of("topology", "show", "--file", file.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().startsWith("mine: 3 ranks"), run.out());
        Path wrong = Files.writeString(dir.resolve("wrong.txt"), "1\n1\n0\n");
        CliRun refused = CliRun.of("topology", "show", "--file", wrong.toString());
        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().startsWith("lplb: " + wrong + ":2"), refused.err());
        assertEquals(1, refused.err().lines().count(), refused.err());
    }

    @Test
    void adviseGivesATopologyAndItsReason() {
        CliRun run = CliRun.of("topology", "advise", "--ranks", "32", "--ranks-per-node", "8", "--slots", "2");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.out().startsWith("torus4x8: groups 1, ranks a group 32, replica sets 2, experts a set 1\n"),
                run.out());
        assertEquals(3, run.out().lines().count(), run.out());
        assertTrue(CliRun.of("topology", "advise", "--ranks", "8").out().startsWith("cube: "));
    }

    /** W1's hot experts do not change, so a history helps; in groups of 4 ranks the rings keep what a group has. */
    @Test
    void adviceByMeasuredLoads(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("w1.lplb");
        WorkloadTrace.Sizes sizes = new WorkloadTrace.Sizes(2, 32, 8, 6, 512, 4);
        try (WorkloadTrace made = new WorkloadTrace("W1", sizes, 7);
                var out = Files.newOutputStream(file)) {
            CountTraceWriter.write(made, out, () -> {});
        }
        String[] args = {"topology", "advise", "--ranks", "8", "--ranks-per-node", "4", "--slots", "2", "--trace"};
        CliRun run = CliRun.of(Stream.concat(Stream.of(args), Stream.of(file.toString(), "--json"))
                .toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertEquals(3, json.get("measuredSteps").intValue());
        double last = 1;
        List<String> names = new ArrayList<>();
        for (JsonNode row : json.get("alternatives")) {
            names.add(row.get("name").textValue());
            assertTrue(row.get("meanImbalance").doubleValue() >= last, run.out());
            last = row.get("meanImbalance").doubleValue();
            assertTrue(row.get("worstImbalance").doubleValue() >= last, run.out());
        }
        assertTrue(names.containsAll(List.of("cube", "torus4x2", "ring8", "general placement")), names.toString());
        CliRun text = CliRun.of(
                Stream.concat(Stream.of(args), Stream.of(file.toString())).toArray(String[]::new));
        assertTrue(text.out().startsWith(json.get("topology").textValue() + ": "), text.out());
        assertTrue(text.out().contains("placed by 3 steps, measured on 3 steps"), text.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "topology; got no command, expected one of ",
                "topology draw; Unmatched argument at index 1: 'draw'",
                "topology list x; Unmatched argument at index 2: 'x'",
                "topology show; got neither a name nor --file",
                "topology show cube --file x; got both a name and --file",
                "topology show moebius; topology: got \"moebius\", expected cube",
                "topology show ring1; ring: got 1 ranks",
                "topology show ring65536; ring: got 65536 ranks, expected 2..4096",
                "topology show --file none.txt; none.txt: no such file",
                "topology show --file .; .: got a folder, expected a file",
                "topology advise; Missing required option: '--ranks=N'",
                "topology advise --ranks 0; ranks: got 0, expected at least 2",
                "topology advise --ranks 8 --slots 0; replicaSlots: got 0, expected at least 1",
                "topology advise --ranks 8 --json; got --json without --trace, expected both",
                "topology advise --ranks 8 --trace none.pt; none.pt: no such file",
                "topology advise --ranks x; Invalid value for option '--ranks': 'x' is not an int",
            })
    void errorsAreOneLineAndExitCode2(String args, String message) {
        CliRun run = CliRun.of(args.split(" ", -1));
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }
}
