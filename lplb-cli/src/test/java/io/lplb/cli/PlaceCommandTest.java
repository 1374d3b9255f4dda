// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.placement.ExactSplit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.trace.NpyBytes;
import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    private static long[][] counts(long seed, int layers, int experts) {
        Random random = new Random(seed);
        long[][] counts = new long[layers][experts];
        for (long[] layer : counts) {
            Arrays.setAll(layer, e -> Math.round(1000 * Math.exp(random.nextGaussian())));
        }
        return counts;
    }

    private Path history(String name, long[][] counts) throws IOException {
        String rows = Arrays.stream(counts).map(Arrays::toString).collect(Collectors.joining(","));
        return Files.writeString(dir.resolve(name), "{\"logical_count\": [" + rows + "]}");
    }

    private CliRun run(Path history, String... options) {
        String[] command = {
            "place",
            "--history",
            history.toString(),
            "--json",
            dir.resolve("out.json").toString()
        };
        String[] args = Arrays.copyOf(command, command.length + options.length);
        System.arraycopy(options, 0, args, command.length, options.length);
        return CliRun.of(args);
    }

    private JsonNode place(Path history, String... options) throws IOException {
        CliRun run = run(history, options);
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().contains("max/mean of the history"), run.out());
        return JSON.readTree(dir.resolve("out.json").toFile()).get("layers");
    }

    private static ExpertPlacement placement(JsonNode layer, int ranks) throws IOException {
        return ExpertPlacement.of(
                ranks,
                ranks,
                JSON.treeToValue(layer.get("phy2log"), int[].class),
                JSON.treeToValue(layer.get("log2phy"), int[][].class));
    }

    @Test
    void everyLayerIsPlaced() throws IOException {
        long[][] counts = counts(1, 3, 160);
        JsonNode layers = place(history("h.json", counts), "--ranks=24", "--slots-per-rank=8");
        assertEquals(3, layers.size());
        for (int layer = 0; layer < 3; layer++) {
            JsonNode one = layers.get(layer);
            ExpertPlacement placement = placement(one, 24);
            assertEquals(160, placement.experts());
            assertEquals(8, placement.slotsPerRank());
            double[] load = Arrays.stream(counts[layer]).asDoubleStream().toArray();
            double imbalance = one.get("imbalance").doubleValue();
            double bound = one.get("bound").doubleValue();
            assertEquals(ExactSplit.of(placement).imbalance(load), imbalance, 1e-12);
            assertTrue(bound >= 1 && bound <= imbalance + 1e-9);
            assertEquals(0, one.get("moves").size());
            assertEquals(5, one.size());
        }
    }

    /** One percent of noise: nothing moves. Other loads: what moves makes the new placement out of the old one. */
    @Test
    void oldPlacementsAreChangedWithFewMoves() throws IOException {
        long[][] counts = counts(2, 2, 256);
        String[] sizes = {"--ranks=32", "--slots-per-rank=10", "--from=" + dir.resolve("old.json")};
        JsonNode first = place(history("h.json", counts), sizes[0], sizes[1]);
        Files.move(dir.resolve("out.json"), dir.resolve("old.json"));
        Random random = new Random(3);
        for (long[] layer : counts) {
            Arrays.setAll(layer, e -> Math.round(layer[e] * (1 + 0.01 * random.nextGaussian())));
        }
        JsonNode same = place(history("noisy.json", counts), sizes);
        assertEquals(0, same.get(0).get("moves").size());
        assertEquals(first.get(1).get("phy2log"), same.get(1).get("phy2log"));

        Path other = history("other.json", counts(4, 2, 256));
        JsonNode few = place(other, sizes[0], sizes[1], sizes[2], "--moves=5");
        JsonNode changed = place(other, sizes);
        for (int layer = 0; layer < 2; layer++) {
            assertTrue(networkCopies(few.get(layer)) <= 5);
            assertTrue(changed.get(layer).get("imbalance").doubleValue() < 1.01);
            int[] before = JSON.treeToValue(first.get(layer).get("phy2log"), int[].class);
            int[] slots = before.clone();
            for (JsonNode move : changed.get(layer).get("moves")) {
                int fromSlot = move.get("fromSlot").intValue();
                int toSlot = move.get("toSlot").intValue();
                assertEquals(fromSlot / 10, move.get("fromRank").intValue());
                assertEquals(toSlot / 10, move.get("toRank").intValue());
                assertEquals(before[fromSlot], move.get("expert").intValue());
                slots[toSlot] = move.get("expert").intValue();
            }
            assertArrayEquals(JSON.treeToValue(changed.get(layer).get("phy2log"), int[].class), slots);
        }
    }

    private static int networkCopies(JsonNode layer) {
        int copies = 0;
        for (JsonNode move : layer.get("moves")) {
            copies += move.get("fromRank").intValue() == move.get("toRank").intValue() ? 0 : 1;
        }
        return copies;
    }

    @ParameterizedTest
    @CsvSource({"|u1, 1", "<i4, 4", "<f4, 4", "<f8, 8"})
    void loadsAreReadFromNpy(String type, int bytes) throws IOException {
        long[][] counts = new long[2][24];
        Random random = new Random(6);
        ByteBuffer data = ByteBuffer.allocate(48 * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] layer : counts) {
            for (int e = 0; e < 24; e++) {
                layer[e] = random.nextInt(200);
                switch (type) {
                    case "|u1" -> data.put((byte) layer[e]);
                    case "<i4" -> data.putInt((int) layer[e]);
                    case "<f4" -> data.putFloat((float) layer[e]);
                    default -> data.putDouble((double) layer[e]);
                }
            }
        }
        JsonNode fromNpy = place(npy("loads.npy", type, "2, 24", data.array()), "--ranks=4", "--slots-per-rank=8");
        assertEquals(place(history("h.json", counts), "--ranks=4", "--slots-per-rank=8"), fromNpy);
    }

    private Path npy(String name, String type, String shape, byte[] data) throws IOException {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
        ByteBuffer file =
                ByteBuffer.allocate(10 + header.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        file.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
        return Files.write(dir.resolve(name), file.array());
    }

    @Test
    void routedIdsAreCounted() throws IOException {
        long[] ids = new long[60];
        Arrays.setAll(ids, k -> k % 7 == 0 ? 3 : k % 12);
        long[][] counts = new long[1][12];
        Arrays.stream(ids).forEach(e -> counts[0][(int) e]++);
        JsonNode fromIds = place(NpyBytes.write(dir, "|u1", "1, 30, 2", 1, ids), "--ranks=4", "--redundant=4");
        assertEquals(place(history("h.json", counts), "--ranks=4", "--redundant=4"), fromIds);
    }

    /** Ids of uint8 with 255 for none; the same as counts of steps. */
    @Test
    void paddingAndContentOfArraysAreOptions() throws IOException {
        long[] ids = new long[60];
        Arrays.setAll(ids, k -> k % 5 == 0 ? 255 : k % 12);
        long[][] counts = new long[1][16];
        Arrays.stream(ids).filter(e -> e != 255).forEach(e -> counts[0][(int) e]++);
        JsonNode expected = place(history("h.json", counts), "--ranks=4", "--redundant=4");
        Path file = NpyBytes.write(dir, "|u1", "1, 30, 2", 1, ids);
        String[] sizes = {"--ranks=4", "--redundant=4", "--experts=16", "--padding=255"};
        assertEquals(expected, place(file, sizes));
        assertEquals(expected, place(file, "--ranks=4", "--redundant=4", "--experts=16", "--padding=255", "--npy=ids"));

        byte[] steps = new byte[2 * 16];
        for (int e = 0; e < 16; e++) {
            steps[e] = (byte) (counts[0][e] / 2);
            steps[16 + e] = (byte) (counts[0][e] - counts[0][e] / 2);
        }
        Path ofSteps = npy("steps.npy", "|u1", "2, 1, 16", steps);
        assertEquals(expected, place(ofSteps, "--ranks=4", "--redundant=4", "--npy=counts"));
        Path ofSources = npy("sources.npy", "|u1", "1, 2, 16", steps);
        assertEquals(expected, place(ofSources, "--ranks=4", "--redundant=4", "--npy=sources"));

        assertRefused(
                "npy: got loads, expected ids, counts or sources", file, "--ranks=4", "--redundant=4", "--npy=loads");
        assertRefused(
                "expected 12", npy("l.npy", "|u1", "16", new byte[16]), "--ranks=4", "--redundant=4", "--experts=12");
        assertRefused("experts: got 0, expected at least 1", file, "--ranks=4", "--redundant=4", "--experts=0");
    }

    /** The fields are a contract with engines in other languages. */
    @Test
    void jsonHasTheFieldsOfTheContract() throws IOException {
        Path history = history("h.json", counts(8, 2, 16));
        place(history, "--ranks=4", "--slots-per-rank=5");
        Path old = Files.move(dir.resolve("out.json"), dir.resolve("old.json"));
        place(history("next.json", counts(9, 2, 16)), "--ranks=4", "--slots-per-rank=5", "--from=" + old);
        JsonNode file = JSON.readTree(dir.resolve("out.json").toFile());
        assertEquals(List.of("layers"), fields(file));
        int moves = 0;
        for (JsonNode layer : file.get("layers")) {
            assertEquals(List.of("phy2log", "log2phy", "imbalance", "bound", "moves"), fields(layer));
            assertEquals(20, layer.get("phy2log").size());
            assertEquals(16, layer.get("log2phy").size());
            for (int e = 0; e < 16; e++) {
                for (JsonNode slot : layer.get("log2phy").get(e)) {
                    assertEquals(e, layer.get("phy2log").get(slot.intValue()).intValue());
                }
            }
            for (JsonNode move : layer.get("moves")) {
                assertEquals(List.of("expert", "fromRank", "fromSlot", "toRank", "toSlot"), fields(move));
                moves++;
            }
        }
        assertTrue(moves > 0);
    }

    private static List<String> fields(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void progressIsShownOnRequest() throws IOException {
        CliRun run = run(history("h.json", counts(5, 3, 8)), "--ranks=2", "--slots-per-rank=5", "--progress");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("place"), run.err());
        assertTrue(run.err().contains("3/3"), run.err());
        assertTrue(run.out().startsWith("8 experts on 2 ranks, 5 slots per rank, 3 layers\nsurvives: any "), run.out());
    }

    @Test
    void helpNamesEveryHistoryAndTheJson() {
        String help = CliRun.of("place", "--help").out();
        for (String part : List.of(
                "logical_count",
                ".npy",
                ".pt",
                "CSV",
                "TensorRT-LLM",
                "UltraEP",
                ".lplb",
                "phy2log",
                "log2phy",
                "imbalance",
                "bound",
                "moves",
                "fromSlot",
                "--padding",
                "--npy",
                "--experts")) {
            assertTrue(help.contains(part), part + " in " + help);
        }
    }

    @Test
    void failuresAreSurvived() throws IOException {
        Path history = history("h.json", counts(5, 1, 12));
        JsonNode layer = place(
                        history, "--ranks=6", "--nodes=3", "--slots-per-rank=5", "--survive=1", "--survive-nodes=1")
                .get(0);
        assertTrue(placement(layer, 6).coverage(2).nodes() >= 1);
        assertEquals(
                "lplb: slotsPerRank: got 3, 18 slots, expected at least 24 slots, 4 per rank, for 12 experts on 2 ranks"
                        + " each",
                run(history, "--ranks=6", "--slots-per-rank=3", "--survive=1")
                        .err()
                        .strip());
    }

    @Test
    void groupsStayOnNodes() throws IOException {
        JsonNode layer = place(
                        history("h.json", counts(5, 1, 16)),
                        "--ranks=4",
                        "--nodes=2",
                        "--groups=4",
                        "--slots-per-rank=5")
                .get(0);
        ExpertPlacement placement = placement(layer, 4);
        for (int group = 0; group < 4; group++) {
            int first = group * 4;
            long nodes = IntStream.range(first, first + 4)
                    .flatMap(e -> Arrays.stream(placement.ranksOf(e)))
                    .map(rank -> rank / 2)
                    .distinct()
                    .count();
            assertEquals(1, nodes);
        }
    }

    @Test
    void standardOutputHasTheJsonAlone() throws IOException {
        CliRun run = CliRun.of(
                "place",
                "--history=" + history("h.json", counts(5, 1, 8)),
                "--ranks=2",
                "--slots-per-rank=5",
                "--json=-",
                "--progress");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(
                10, JSON.readTree(run.out()).get("layers").get(0).get("phy2log").size());
    }

    @Test
    void refused() throws IOException {
        Path history = history("h.json", counts(5, 2, 8));
        assertRefused("got neither --slots-per-rank nor --redundant, expected one of them", history, "--ranks=2");
        assertRefused(
                "got both --slots-per-rank and --redundant, expected one of them",
                history,
                "--ranks=2",
                "--slots-per-rank=5",
                "--redundant=2");
        assertRefused(
                "got --moves without --from, expected both", history, "--ranks=2", "--slots-per-rank=5", "--moves=3");
        Path text = Files.writeString(dir.resolve("x.txt"), "some text");
        assertRefused("got a file of no known format", text, "--ranks=2", "--slots-per-rank=5");
        Path place = Files.copy(history, dir.resolve("out.json"));
        assertRefused("got an input as the place to write to", place, "--ranks=2", "--slots-per-rank=5");
        Files.delete(place);
        Path nan = npy("nan.npy", "<f4", "1, 2", new byte[] {0, 0, (byte) 0xc0, 0x7f, 0, 0, 0, 0});
        assertRefused("[0, 0]: got NaN, expected a finite number, at least 0", nan, "--ranks=2", "--redundant=0");
        assertRefused("type: got \"<c8\"", npy("c.npy", "<c8", "1, 1", new byte[8]), "--ranks=2", "--redundant=0");
    }

    @Test
    void oldPlacementsRefused() throws IOException {
        Path history = history("h.json", counts(5, 2, 8));
        assertOldRefused(
                history, "{\"layers\":[{\"phy2log\":[0,1,2,3,4,5,6,7]}]}", "old.json: got 1 layers, expected 2 as");
        assertOldRefused(
                history,
                "{\"layers\":[{\"phy2log\":[0,1,2,3,4,5,6,9]}]}",
                "layers[0]: phy2log[7]: got expert 9, expected 0..7");
        assertOldRefused(
                history,
                "{\"layers\":[{\"phy2log\":[0,1,2,3,4,5,6,7.5]}]}",
                "layers[0].phy2log[7]: got 7.5, expected a whole number");
        assertOldRefused(
                history,
                "{\"layers\":[{\"phy2log\":[0,1,2,3,4,5,6,7],\"log2phy\":[[0]]}]}",
                "layers[0].log2phy: got 1 experts, expected 8");
        assertOldRefused(history, "{}", "layers: got none, expected at least one");
        assertOldRefused(
                history,
                "{\"layers\":[{\"phy2log\":[0,1,2,3,4,5,6,7,0,1]},{\"phy2log\":[0,1,2,3,4,5,6,7,0,1]}]}",
                "placement: got 8 experts, 2 ranks, 5 slots per rank, expected 8, 2, 4");
    }

    private void assertOldRefused(Path history, String text, String message) throws IOException {
        Path old = Files.writeString(dir.resolve("old.json"), text);
        assertRefused(message, history, "--ranks=2", "--slots-per-rank=4", "--from=" + old);
    }

    private void assertRefused(String message, Path history, String... options) {
        CliRun run = run(history, options);
        assertEquals(2, run.exitCode(), run.out());
        assertTrue(run.err().contains(message), run.err());
    }

    /** Samples of every kind of recording; their sums are placed like the same sums in JSON. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sglang_stat_sum.pt",
                "sglang_per_token.pt",
                "sglang_per_pass.pt",
                "layers.json",
                "rows.csv",
                "tensorrt_llm",
                "ultraep",
                "ultraep/epg0_gr0_r0_1.chunk000000.npz",
            })
    void everyKindOfHistory(String name) throws IOException {
        Path sample = Path.of("src", "test", "resources", "traces").resolve(name);
        long[][] sum;
        try (Trace trace = Traces.open(sample, TraceOptions.DEFAULT)) {
            sum = Traces.sum(trace);
        }
        String[] options = {"--ranks=4", "--slots-per-rank=3"};
        JsonNode placed = place(sample, options);
        assertEquals(2, placed.size());
        assertEquals(place(history("sum.json", sum), options), placed);
    }
}
