// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyReaderTest {
    @ParameterizedTest
    @CsvSource({"|u1,1", "<u1,1", "|i1,1", "<i2,2", "<i4,4", "<i8,8"})
    void readsEveryTypeInCOrder(String descr, int size, @TempDir Path dir) throws IOException {
        Path file = NpyBytes.write(dir, descr, "2, 3, 2", size, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 127);
        RoutingTrace trace = NpyReader.open(file);
        assertEquals(2, trace.layers());
        assertEquals(3, trace.tokens());
        assertEquals(2, trace.topK());
        assertEquals(128, trace.experts());
        int[] out = new int[5];
        trace.copyIds(1, 1, 3, out);
        assertArrayEquals(new int[] {8, 9, 10, 127, 0}, out);
    }

    @Test
    void twoDimensionsAreOneLayer(@TempDir Path dir) throws IOException {
        RoutingTrace trace = NpyReader.open(NpyBytes.write(dir, "<i4", "3, 2", 4, 5, -1, 6, 7, -1, -1));
        assertEquals("RoutingTrace[layers=1, tokens=3, topK=2, experts=8]", trace.toString());
        int[] out = new int[6];
        trace.copyIds(0, 0, 3, out);
        assertArrayEquals(new int[] {5, -1, 6, 7, -1, -1}, out);
    }

    @Test
    void unsignedBytesReach255(@TempDir Path dir) throws IOException {
        assertEquals(
                256,
                NpyReader.open(NpyBytes.write(dir, "|u1", "1, 2", 1, 255, 3)).experts());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsEveryVersion(int version, @TempDir Path dir) throws IOException {
        byte[] bytes = NpyBytes.file(version, NpyBytes.header("<i8", "2, 1"), 8, 3, (1 << 20) - 1);
        assertEquals(1 << 20, NpyReader.open(NpyBytes.write(dir, bytes)).experts());
    }

    @Test
    void headerMayBeWrittenInOtherWays(@TempDir Path dir) throws IOException {
        String header = "{\"shape\":(2,1),\n 'fortran_order':False ,'descr' : '|u1'}";
        assertEquals(
                2,
                NpyReader.open(NpyBytes.write(dir, NpyBytes.file(1, header, 1, 0, 1)))
                        .tokens());
    }

    @Test
    void noTokenIsATrace(@TempDir Path dir) throws IOException {
        RoutingTrace trace = NpyReader.open(NpyBytes.write(dir, "<i4", "3, 0, 6", 4));
        assertEquals(3, trace.layers());
        assertEquals(0, trace.tokens());
        assertEquals(0, trace.experts());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'>i4'; 1, 1; got \">i4\", expected integers",
                "'<f4'; 1, 1; got \"<f4\"",
                "'|O'; 1, 1; got \"|O\"",
                "'<u8'; 1, 1; got \"<u8\"",
                "''; 1, 1; got \"\"",
                "'<i4'; '1,'; got 1 dimensions, expected [layers, tokens, k] or [tokens, k]",
                "'<i4'; '1, 1, 1, 1'; got 4 dimensions",
                "'<i4'; ''; got 0 dimensions",
                "'<i4'; '2, 1'; got 4 bytes after the header, expected 8",
                "'<i4'; '1, 0'; got 0 k, expected 1 to 4096",
                "'<i4'; '0, 1, 1'; got 0 layers, expected 1 to 65536",
                "'<i4'; '1099511627776, 1'; got 1099511627776 tokens, expected 0 to 2147483647",
                "'<i4'; '65536, 2147483647, 4096'; expected 2305843008139952128",
                "'<i4'; '-1, 1'; expected a length of 1 to 18 digits",
                "'<i4'; '9999999999999999999, 1'; expected a length of 1 to 18 digits",
            })
    void refusesOtherArrays(String descr, String shape, String message, @TempDir Path dir) throws IOException {
        Path file = NpyBytes.write(dir, descr, shape, 4, 7);
        String got = Refusal.of(() -> NpyReader.open(file));
        assertTrue(got.startsWith(file + ": ") && got.contains(message), got);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1, 1)}; got an array of records",
                "{'descr': '<i4', 'fortran_order': True, 'shape': (1, 1)}; got Fortran order, expected C order",
                "{'descr': '<i4', 'fortran_order': 0, 'shape': (1, 1)}; expected True or False",
                "{'descr': '<i4', 'shape': (1, 1)}; expected descr, fortran_order and shape",
                "{'descr': '<i4', 'descr': '<i4', 'shape': (1, 1)}; got the key 'descr' twice",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1), 'x': 1}; got the key 'x'",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (1 1)}; got \"1)}\", expected ','",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1); got its end, expected ','",
                "{'descr': '<i4; expected a quoted name",
                "[]; column 1: got \"[]\", expected '{'",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1)} 1; got text after the dictionary",
            })
    void refusesOtherHeaders(String header, String message, @TempDir Path dir) throws IOException {
        // JUnit's CSV takes a leading quote as its own, none of these begins with one.
        Path file = NpyBytes.write(dir, NpyBytes.file(1, header, 4, 7));
        String got = Refusal.of(() -> NpyReader.open(file));
        assertTrue(got.contains(message), got);
    }

    @Test
    void refusesFilesThatAreNotNpy(@TempDir Path dir) throws IOException {
        byte[] right = NpyBytes.file(1, NpyBytes.header("<i4", "1, 1"), 4, 7);
        byte[] magic = right.clone();
        magic[1] = 'X';
        assertRefused(dir, magic, "expected a .npy file");
        byte[] version = right.clone();
        version[6] = 4;
        assertRefused(dir, version, "version: got 4.0, expected 1.0, 2.0 or 3.0");
        assertRefused(dir, new byte[0], "got a file that ends within its header");
        assertRefused(dir, Arrays.copyOf(right, 9), "got a file that ends within its header");
        assertRefused(dir, Arrays.copyOf(right, 40), "got a file that ends within its header");
        assertRefused(dir, Arrays.copyOf(right, right.length - 1), "got 3 bytes after the header, expected 4");
        assertRefused(dir, NpyBytes.concat(right, right), "after the header, expected 4");
        byte[] huge = NpyBytes.file(2, NpyBytes.header("<i4", "1, 1"), 4, 7);
        Arrays.fill(huge, 8, 12, (byte) 0xff);
        assertRefused(dir, huge, "header: got 4294967295 bytes, expected at most 65536");
        assertThrows(FormatException.class, () -> NpyReader.open(dir));
        assertThrows(NoSuchFileException.class, () -> NpyReader.open(dir.resolve("none.npy")));
    }

    private static void assertRefused(Path dir, byte[] bytes, String message) throws IOException {
        Path file = NpyBytes.write(dir, bytes);
        String got = Refusal.of(() -> NpyReader.open(file));
        assertTrue(got.contains(message), got);
    }

    @Test
    void namesTheFirstIdOutOfRange(@TempDir Path dir) throws IOException {
        Path below = NpyBytes.write(dir, "<i8", "2, 2, 2", 8, 0, 0, 0, 0, 0, 0, 0, -2);
        String got = Refusal.of(() -> NpyReader.open(below));
        assertTrue(got.endsWith("layer 1, token 1, entry 1: got id -2, expected -1 to 1048575"), got);
        Path above = NpyBytes.write(dir, "<i8", "2, 1", 8, 3, 1L << 32);
        assertTrue(Refusal.of(() -> NpyReader.open(above)).contains("got id 4294967296"));
    }

    @Test
    void copyChecksItsArguments(@TempDir Path dir) throws IOException {
        RoutingTrace trace = NpyReader.open(NpyBytes.write(dir, "|u1", "1, 2, 2", 1, 1, 2, 3, 4));
        int[] out = new int[4];
        assertThrows(IndexOutOfBoundsException.class, () -> trace.copyIds(1, 0, 1, out));
        assertThrows(IndexOutOfBoundsException.class, () -> trace.copyIds(0, 0, 3, out));
        assertThrows(IndexOutOfBoundsException.class, () -> trace.copyIds(0, 2, 1, out));
        assertEquals(
                "out: got length 3, expected at least 4",
                assertThrows(IllegalArgumentException.class, () -> trace.copyIds(0, 0, 2, new int[3]))
                        .getMessage());
        assertArrayEquals(new int[4], out);
        trace.copyIds(0, 1, 1, out);
        assertArrayEquals(new int[4], out);
    }

    /** A damaged file gives a trace or a FormatException, nothing else. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void survivesDamagedFiles(long seed, @TempDir Path dir) throws IOException {
        Random random = new Random(seed);
        byte[] right = NpyBytes.file(1, NpyBytes.header("<i2", "2, 3, 2"), 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] bytes = Arrays.copyOf(right, random.nextInt(8) == 0 ? random.nextInt(right.length) : right.length);
            for (int k = random.nextInt(4); k >= 0 && bytes.length > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                RoutingTrace trace = NpyReader.open(NpyBytes.write(dir, bytes));
                trace.copyIds(0, 0, trace.tokens(), new int[trace.tokens() * trace.topK()]);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 100 && refused < 400, "refused " + refused + " of 400 with seed " + seed);
    }

    @Test
    void readsTheRecordedTrace() throws IOException {
        Path file = Path.of("../../shared/data/esft_intent.npy");
        assumeTrue(Files.exists(file), "no ../shared/data: the recorded trace is not read");
        RoutingTrace trace = NpyReader.open(file);
        assertEquals(26, trace.layers());
        assertEquals(6, trace.topK());
        assertEquals(64, trace.experts());
        int[] ids = new int[trace.tokens() * trace.topK()];
        trace.copyIds(25, 0, trace.tokens(), ids);
        for (int t = 0; t < trace.tokens(); t++) {
            long different = Arrays.stream(ids, 6 * t, 6 * t + 6).distinct().count();
            assertEquals(6, different, "experts of token " + t);
        }
    }
}
