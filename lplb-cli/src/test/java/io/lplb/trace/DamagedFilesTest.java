// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every reader of files answers a damaged one with what it holds or a FormatException of one line, nothing else. */
class DamagedFilesTest {
    private static final byte[] NPY =
            NpyBytes.file(1, NpyBytes.header("<i2", "2, 3, 2"), 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    private static final byte[] COUNTS =
            "{\"x\":[1,{\"y\":null}],\"logical_count\":[[[1,2.0,3],[4,5,6]],[[0,0,1],[2,2,9007199254740]]]}"
                    .getBytes(StandardCharsets.UTF_8);
    private static final byte[] PROBLEM =
            "{\"id\":\"\u00e9\",\"ranks\":3,\"fixed\":[1,2,0.5],\"items\":[[5,[1,0]],[1,[2]]],\"speed\":[1,2,1]}"
                    .getBytes(StandardCharsets.UTF_8);

    private static final int DAMAGED = 400;
    private static final int SHORT = 24;

    @TempDir
    Path folder;

    /** A reader of bytes. */
    @FunctionalInterface
    private interface Reader {
        void read(byte[] bytes) throws IOException;
    }

    private void readNpy(byte[] bytes) throws IOException {
        RoutingTrace trace = NpyReader.open(Files.write(folder.resolve("t.npy"), bytes));
        for (int layer = 0; layer < trace.layers(); layer++) {
            trace.copyIds(layer, 0, trace.tokens(), new int[trace.tokens() * trace.topK()]);
        }
    }

    private void readCounts(byte[] bytes) throws IOException {
        assertTrue(!TraceSteps.of(Files.write(folder.resolve("t.json"), bytes)).isEmpty());
    }

    private static void readProblem(byte[] bytes) throws IOException {
        ProblemLine line = ProblemLineParser.parse(bytes, bytes.length);
        assertEquals(line.problem().ranks(), line.loads().fixed().length);
    }

    /** Returns how many were refused. */
    private static int refused(Reader reader, List<byte[]> damaged) {
        int refused = 0;
        for (byte[] bytes : damaged) {
            try {
                reader.read(bytes);
            } catch (FormatException e) {
                String message = String.valueOf(e.getMessage());
                assertEquals(1, message.lines().count(), message);
                assertTrue(message.length() < 1000, message);
                refused++;
            } catch (IOException | RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(bytes), e);
            }
        }
        return refused;
    }

    private static List<byte[]> allOf(byte[] file) {
        List<byte[]> damaged = new ArrayList<>(Damage.cuts(file));
        damaged.addAll(Damage.flips(file));
        return damaged;
    }

    @Test
    void aTraceCutAnywhereIsRefused() {
        assertEquals(NPY.length, refused(this::readNpy, Damage.cuts(NPY)));
        int refused = refused(this::readNpy, Damage.flips(NPY));
        assertTrue(refused > 4 * NPY.length, "refused " + refused);
    }

    @Test
    void countsCutAnywhereAreRefused() {
        assertEquals(COUNTS.length, refused(this::readCounts, Damage.cuts(COUNTS)));
        assertTrue(refused(this::readCounts, Damage.flips(COUNTS)) > 4 * COUNTS.length);
    }

    @Test
    void aProblemCutAnywhereIsRefused() {
        assertEquals(PROBLEM.length, refused(DamagedFilesTest::readProblem, Damage.cuts(PROBLEM)));
        assertTrue(refused(DamagedFilesTest::readProblem, Damage.flips(PROBLEM)) > 4 * PROBLEM.length);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {101, 102, 103, 104})
    void randomDamage(long seed) {
        assertSomeRefused(this::readNpy, Damage.random(NPY, seed, DAMAGED), seed);
        assertSomeRefused(this::readCounts, Damage.random(COUNTS, seed, DAMAGED), seed);
        assertSomeRefused(DamagedFilesTest::readProblem, Damage.random(PROBLEM, seed, DAMAGED), seed);
    }

    private static void assertSomeRefused(Reader reader, List<byte[]> damaged, long seed) {
        int refused = refused(reader, damaged);
        assertTrue(refused > DAMAGED / 5 && refused < DAMAGED, "refused " + refused + " with seed " + seed);
    }

    /** Other encodings than UTF-8, which JSON's readers guess from the first bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE", "UTF-16", "UTF-32"})
    void otherEncodings(String charset) {
        byte[] counts = new String(COUNTS, StandardCharsets.UTF_8).getBytes(Charset.forName(charset));
        refused(this::readCounts, allOf(Arrays.copyOf(counts, SHORT)));
        refused(this::readCounts, Damage.random(counts, 7, 100));
        byte[] problem = new String(PROBLEM, StandardCharsets.UTF_8).getBytes(Charset.forName(charset));
        refused(DamagedFilesTest::readProblem, allOf(Arrays.copyOf(problem, SHORT)));
        refused(DamagedFilesTest::readProblem, Damage.random(problem, 7, 100));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'|O', False, (2, 3)",
                "'<f4', False, (2, 3)",
                "'>i4', False, (2, 3)",
                "'<U8', False, (2, 3)",
                "'<i2', True, (2, 3)",
                "'<i2', False, (1099511627776, 2)",
                "'<i2', False, (1099511627776, 1099511627776)",
                "'<i2', False, (-1, 2)",
                "'<i2', False, (2, -3)",
                "'<i2', False, (2147483647, 4096)",
                "'<i8', False, (65536, 2147483647, 4096)",
                "'<i2', False, (0, 0)",
                "'<i2', False, ()",
                "'<i2', False, (6,)",
                "'<i2', False, (1, 1, 2, 3)",
                "'<i2', False, (999999999999999999999, 3)",
            })
    void arraysOfOtherKinds(String values) {
        String[] value = values.split(", ", 3);
        String header = "{'descr': " + value[0] + ", 'fortran_order': " + value[1] + ", 'shape': " + value[2] + "}";
        byte[] file = NpyBytes.file(1, header, 2, 0, 1, 2, 3, 4, 5);
        assertEquals(1, refused(this::readNpy, List.of(file)), header);
    }
}
