// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.provider.ChildJvm;
import io.lplb.trace.Damage;
import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that reads a file, with damaged ones: it works or says what is wrong in one line for each bad line of
 * input, with exit code 2, and never as an internal error. Large and endless ones get a JVM with a small heap.
 */
class DamagedInputTest {
    private static final int MANY = 30;
    private static final int FEW = 6;
    private static final long SEED = 31;
    private static final String HEAP = "-Xmx192m";

    @TempDir
    Path folder;

    private void assertHandled(int ofEach, byte[] file, String name, String... command) throws IOException {
        Path input = folder.resolve(name);
        List<byte[]> damaged = new ArrayList<>(sample(Damage.cuts(file), ofEach));
        damaged.addAll(sample(Damage.flips(file), ofEach));
        damaged.addAll(Damage.random(file, SEED, ofEach));
        int refused = 0;
        for (byte[] bytes : damaged) {
            Files.write(input, bytes);
            String[] args = Arrays.stream(command)
                    .map(word -> word.replace("FILE", input.toString()))
                    .toArray(String[]::new);
            CliRun run = CliRun.of(args);
            String what = name + ", seed " + SEED + ", " + HexFormat.of().formatHex(bytes) + ": " + run.err();
            assertTrue(run.exitCode() == 0 || run.exitCode() == 2, what);
            assertFalse(run.err().contains("internal error") || run.err().contains("\tat "), what);
            assertTrue(run.err().lines().allMatch(line -> line.startsWith("lplb: ")), what);
            refused += run.exitCode() == 2 ? 1 : 0;
        }
        assertTrue(refused >= ofEach, "refused " + refused + " of " + damaged.size());
    }

    /** About so many of a list, evenly. */
    private static List<byte[]> sample(List<byte[]> all, int ofEach) {
        List<byte[]> some = new ArrayList<>();
        int step = Math.max(1, all.size() / ofEach);
        for (int k = 0; k < all.size(); k += step) {
            some.add(all.get(k));
        }
        return some;
    }

    private byte[] trace() throws IOException {
        long[] ids = new long[24];
        Arrays.setAll(ids, k -> k % 16);
        return Files.readAllBytes(NpyBytes.write(folder, "|u1", "12, 2", 1, ids));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] counts() {
        return text("{\"logical_count\": [[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7],[8,7,6,5,4,3,2,1,8,7,6,5,4,3,2,1]]}");
    }

    /** Many are only read: the number of ranks is refused after that, before the warm-up. A few are replayed. */
    @Test
    void replayOfATrace() throws IOException {
        String[] read = {"replay", "--trace", "FILE", "--batch", "4", "--ranks", "7"};
        assertHandled(MANY, trace(), "a.npy", read);
        assertHandled(FEW, trace(), "a.npy", "replay", "--trace", "FILE", "--batch", "4", "--experts", "16");
    }

    @Test
    void replayOfCounts() throws IOException {
        assertHandled(MANY, counts(), "a.json", "replay", "--trace", "FILE", "--ranks", "7");
        assertHandled(FEW, counts(), "a.json", "replay", "--trace", "FILE");
    }

    @Test
    void replayWithAHistory() throws IOException {
        String good = Files.write(folder.resolve("good.npy"), trace()).toString();
        String[] read = {"replay", "--trace", good, "--batch", "4", "--history", "FILE", "--ranks", "7"};
        assertHandled(MANY, trace(), "b.npy", read);
    }

    @Test
    void place() throws IOException {
        String out = folder.resolve("placed.json").toString();
        String[] fromLoads = {"place", "--history", "FILE", "--ranks", "4", "--slots-per-rank", "5", "--json", out};
        assertHandled(MANY, counts(), "a.json", fromLoads);
        assertHandled(MANY, trace(), "a.npy", fromLoads);
        String good = Files.write(folder.resolve("good.json"), counts()).toString();
        fromLoads[2] = good;
        assertEquals(0, CliRun.of(fromLoads).exitCode());
        byte[] placed = Files.readAllBytes(folder.resolve("placed.json"));
        assertHandled(
                MANY,
                placed,
                "old.json",
                "place",
                "--history",
                good,
                "--ranks",
                "4",
                "--slots-per-rank",
                "5",
                "--from",
                "FILE",
                "--json",
                out);
    }

    @Test
    void solve() throws IOException {
        byte[] problems = text("""
                {"id":"a","ranks":3,"fixed":[1,2,0.5],"items":[[5,[1,0]],[1,[2]]]}
                {"id":"b","ranks":2,"fixed":[1,2],"items":[[5,[1,0]]],"speed":[1,2]}
                """);
        assertHandled(MANY, problems, "a.jsonl", "solve", "--input", "FILE");
    }

    @Test
    void topology() throws IOException {
        byte[] ring = text("""
                # a ring
                3
                0
                1
                2
                """);
        assertHandled(MANY, ring, "ring.txt", "topology", "show", "--file", "FILE");
        assertHandled(MANY, ring, "ring.txt", "replay", "--trace", "FILE", "--topology", "FILE");
    }

    @Test
    void reportOfResults() throws IOException {
        byte[] own = text("""
                [{"kind":"header","name":"a","machine":"b","date":"2026-11-25T00:00:00Z"},
                {"benchmark":"io.lplb.bench.jmh.SolveBenchmark.solve","mode":"avgt","params":{"solver":"relaxation",
                "backend":"cpu","topology":"cube","load":"normal","batch":"1"},"primaryMetric":{"score":1.5,
                "scoreError":0.1,"scoreUnit":"us/op","scorePercentiles":{"50.0":1.4,"99.0":2.0}}},
                {"kind":"quality","solver":"relaxation","backend":"cpu","topology":"cube","load":"normal","problems":8,
                "failed":0,"rejected":0,"gapMean":0.01,"gapMax":0.02,"imbalanceMean":1.01,"imbalanceMax":1.02},
                {"kind":"scaling","axis":"ranks","series":"relaxation","unit":"us","x":[8,16],"y":[1,4],"exponent":2}]
                """);
        String page = folder.resolve("page.html").toString();
        assertHandled(MANY, own, "results.json", "report", "FILE", "--html", page);
    }

    /** The first half of a trace places the experts of a group, the second is replayed; the processes never start. */
    @Test
    void aRankOfATrace() throws IOException {
        String[] command = {"rank", "--rank", "0", "--ranks", "2", "--topology", "eplb", "--replicas", "1"};
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--trace", "FILE", "--connect-timeout", "0", "--batch", "4"));
        words.addAll(List.of("--endpoints", "127.0.0.1:1,127.0.0.1:2"));
        assertHandled(FEW, trace(), "rank.npy", words.toArray(String[]::new));
    }

    private void assertOneLineInASmallHeap(String expected, String... args) {
        ChildJvm.Result result = ChildJvm.run(
                List.of(HEAP, "--enable-native-access=ALL-UNNAMED"),
                System.getProperty("java.class.path"),
                Duration.ofMinutes(2),
                "io.lplb.cli.Lplb",
                args);
        assertEquals("exit code 2", result.failure(), result.printed());
        List<String> lines = result.printed().lines().toList();
        assertEquals(1, lines.size(), result.printed());
        assertTrue(lines.get(0).startsWith("lplb: ") && lines.get(0).contains(expected), lines.get(0));
        assertFalse(lines.get(0).contains("out of memory"), lines.get(0));
    }

    /** A file of so many bytes, all zero, which takes no room on the disk. */
    private Path sparse(String name, long bytes, byte[] start) throws IOException {
        Path file = Files.write(folder.resolve(name), start);
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(bytes);
        }
        return file;
    }

    @Test
    void largeFilesStayOutOfTheHeap() throws IOException {
        long large = 3L << 30;
        String npy = sparse("large.npy", large, trace()).toString();
        assertOneLineInASmallHeap("bytes after the header, expected 24", "replay", "--trace", npy, "--batch", "1");
        String json = sparse("large.json", large, text("{\"logical_count\": ")).toString();
        assertOneLineInASmallHeap("not JSON", "replay", "--trace", json);
        String problems = sparse("large.jsonl", large, text("{")).toString();
        assertOneLineInASmallHeap("line 1: got more than 67108864 bytes", "solve", "--input", problems);
        String topology = sparse("large.txt", large, text("1 ")).toString();
        assertOneLineInASmallHeap("got more than 16777216 bytes", "topology", "show", "--file", topology);
        String results = sparse("results.json", large, text("[")).toString();
        assertOneLineInASmallHeap("expected results of at most 16777216", "report", results, "--html", "-");
        String layer = sparse("layer.json", large, text("[")).toString();
        assertOneLineInASmallHeap("layer.json: got 3221225472 bytes", "layer", "--measured", layer);
        assertOneLineInASmallHeap("bytes after the header", "cluster", "--ranks", "2", "--trace", npy);
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        Path deep = folder.resolve("deep.json");
        Files.write(deep, text("{\"x\":" + "[".repeat(2_000_000)));
        assertOneLineInASmallHeap("not JSON", "replay", "--trace", deep.toString());
        Path problem = folder.resolve("deep.jsonl");
        Files.write(problem, text("{\"optimum\":" + "{\"a\":".repeat(500_000)));
        assertOneLineInASmallHeap("line 1: not JSON", "solve", "--input", problem.toString());
        assertOneLineInASmallHeap("not JSON", "report", deep.toString(), "--html", "-");
    }
}
