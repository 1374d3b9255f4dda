// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of the README and the documents, as it stands there, in a folder with small files of the names they use. */
class DocumentedCommandsTest {
    /** Builds everything and runs all tests: this one, too. */
    private static final String BUILD = "mvn verify";

    private static final long SEED = 5;

    /** Commands of a second or two: the fast compiler and the simple collector take a third less time. */
    private static final Map<String, String> SHORT_RUNS =
            Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path root;

    static Set<String> commands() throws IOException {
        Set<String> commands = Documents.commands();
        commands.remove(BUILD);
        return commands;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void works(String command) throws Exception {
        assertTrue(
                command.contains("bin/lplb "),
                "a command that no test can run needs a comment with the reason: " + command);
        StartScript script = new StartScript(root);
        writeInputs();
        StartScript.Outcome outcome = script.run(root, SHORT_RUNS, List.of("/bin/bash", "-c", command));
        assertEquals(0, outcome.exitCode(), outcome.toString());
        List<String> written = List.of(command.replaceAll(".*--(output|svg|json|html) (\\S+).*", "$2"));
        if (!written.get(0).equals(command)) {
            String text = Files.readString(root.resolve(written.get(0)), StandardCharsets.ISO_8859_1);
            assertTrue(!text.isEmpty(), written + " is empty");
            assertEquals(written.get(0).endsWith(".html"), text.startsWith("<!DOCTYPE html>"), written + " is no page");
        } else {
            assertTrue(!outcome.out().isEmpty(), "nothing was printed");
        }
    }

    @Test
    void noCommandStandsInABlockWithoutALanguage() throws IOException {
        assertEquals(List.of(), Documents.unmarked());
        assertTrue(Documents.commands().contains(BUILD));
    }

    private void writeInputs() throws IOException {
        Files.writeString(
                Files.createDirectories(root.resolve("lplb-bench/results")).resolve("cpu.json"),
                "[{\"benchmark\": \"a.B.c\", \"primaryMetric\": {\"score\": 1, \"scoreUnit\": \"ns/op\"}}]");
        Files.write(root.resolve("routing.npy"), npy(1024, 6, 64));
        Files.write(root.resolve("loads.npy"), npy(6, 64, 1000));
        Files.writeString(root.resolve("counts.json"), counts(4, 64));
        Files.writeString(root.resolve("placement.json"), placement(4, 64, 8));
        Files.writeString(root.resolve("topology.txt"), "1 3\n2 4\n3 5\n4 0\n5 1\n0 2\n");
        Files.writeString(
                root.resolve("problems.jsonl"),
                "{\"id\":\"a\",\"ranks\":3,\"fixed\":[5,1,0],\"items\":[[4,[0,1]],[6,[1,2]]]}\n");
    }

    /** A NumPy file, version 1.0: int32 ids, [tokens, k], seeded. */
    private static byte[] npy(int tokens, int k, int experts) {
        String header = "{'descr': '<i4', 'fortran_order': False, 'shape': (" + tokens + ", " + k + "), }";
        int length = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer file = ByteBuffer.allocate(10 + length + 4 * tokens * k).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        file.putShort((short) length);
        file.put((header + " ".repeat(length - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        Random random = new Random(SEED);
        for (int i = 0; i < tokens * k; i++) {
            file.putInt((int) (experts * Math.pow(random.nextDouble(), 1.3)));
        }
        return file.array();
    }

    /** A file of {@code lplb place}: every rank has its own experts and the first two of the next rank. */
    private static String placement(int layers, int experts, int ranks) {
        int own = experts / ranks;
        String slots = IntStream.range(0, ranks * (own + 2))
                .map(slot -> (slot / (own + 2) * own + slot % (own + 2)) % experts)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(","));
        String layer = "{\"phy2log\": [" + slots + "]}";
        return "{\"layers\": [" + String.join(",", Collections.nCopies(layers, layer)) + "]}";
    }

    private static String counts(int layers, int experts) {
        Random random = new Random(SEED);
        StringBuilder json = new StringBuilder("{\"logical_count\": [");
        for (int layer = 0; layer < layers; layer++) {
            json.append(layer == 0 ? "[" : ", [");
            for (int e = 0; e < experts; e++) {
                json.append(e == 0 ? "" : ", ").append(random.nextInt(1000));
            }
            json.append(']');
        }
        return json.append("]}").toString();
    }
}
