// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ProfileException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostProfileTest {
    private static final String HEAD = "name: test\nsource: none\nunit: us\npoints:\n";

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(HEAD, Fault.TOO_FEW_POINTS),
                Arguments.of(HEAD + "10 5 5\n", Fault.TOO_FEW_POINTS),
                Arguments.of(HEAD + "10 5 5\n11 10 0\n", Fault.TOO_FEW_POINTS),
                Arguments.of(HEAD + "NaN 5 5\n20 50 5\n", Fault.NOT_A_NUMBER),
                Arguments.of(HEAD + "10 5 5\nInfinity 50 5\n", Fault.NOT_A_NUMBER),
                Arguments.of(HEAD + "-10 5 5\n20 50 5\n", Fault.NEGATIVE),
                Arguments.of(HEAD + "0 5 5\n20 50 5\n", Fault.NEGATIVE),
                Arguments.of(HEAD + "10 -5 5\n20 50 5\n", Fault.NEGATIVE),
                Arguments.of(HEAD + "100 5 5\n50 50 50\n", Fault.DECREASING),
                Arguments.of(HEAD + "100 500 500\n90 5000 5000\n80 7000 7000\n", Fault.DECREASING),
                Arguments.of(HEAD + "0.05 5 5\n0.3 500 50\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "54050 64 0\n5458720 40960 40960\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "1.2 4096 4096\n4.3 16384 16384\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "0.00005 5 5\n0.0003 500 50\n", Fault.WRONG_UNIT),
                Arguments.of("unit: US\npoints:\n10 5\n20 50\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "1e400 5 5\n20 50 5\n", Fault.NOT_A_NUMBER),
                Arguments.of(HEAD + "10 9223372036854775807 1\n20 5 5\n", Fault.MALFORMED),
                Arguments.of(HEAD + "10 99999999999999999999 1\n20 5 5\n", Fault.MALFORMED),
                Arguments.of("unit: us\nmultiprocessors: 99999999999\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("unit: us\nmultiprocessors: -1\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("unit: us\nmultiprocessors:\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("", Fault.WRONG_UNIT),
                Arguments.of("unit: us\n", Fault.TOO_FEW_POINTS),
                Arguments.of("unit: ms\npoints:\n10 5\n20 50\n", Fault.WRONG_UNIT),
                Arguments.of("unit: s\npoints:\n10 5\n20 50\n", Fault.WRONG_UNIT),
                Arguments.of("points:\n10 5\n20 50\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "10\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "10 five\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "ten 5\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "10 0 0\n20 50 1\n", Fault.MALFORMED),
                Arguments.of("unit: us\nwidth: 3\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("unit: us\ncolumns: -3\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("unit: us\ncolumns: 2147483647\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("unit: us\nmultiprocessors: 132 5\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("unit: us\nmultiprocessors: 1000000\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("name: a\u001b[31m\nunit: us\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of("source: " + "s".repeat(5000) + "\nunit: us\npoints:\n10 5\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "0x1p4 5\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "10d 5\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "4.9e-324 5\n20 50\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "1e308 5\n20 50\n", Fault.WRONG_UNIT),
                Arguments.of(HEAD + "10" + " 1".repeat(5000) + "\n20 50\n", Fault.MALFORMED),
                Arguments.of(HEAD + "10 5\n20 50\n".repeat(3000), Fault.MALFORMED),
                Arguments.of("{\"rows\": []}", Fault.MALFORMED));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void unusableProfilesAreNamed(String text, Fault fault) {
        ProfileException e = assertThrows(
                ProfileException.class,
                () -> CostProfile.parse("test.profile", text).fit());
        assertEquals(fault, e.fault(), e.getMessage());
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("test"), message);
        assertTrue(message.contains("got") && message.contains("expected"), message);
    }

    @Test
    void filesAreNamed(@TempDir Path folder) throws IOException {
        IOException e = assertThrows(IOException.class, () -> CostProfile.read(folder));
        assertEquals(folder + ": got a folder, a pipe or a device, expected a regular file", e.getMessage());
        Path binary = Files.write(folder.resolve("b"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        ProfileException fault = assertThrows(ProfileException.class, () -> CostProfile.read(binary));
        assertTrue(String.valueOf(fault.getMessage()).startsWith(binary + ", line 1: got "), fault.getMessage());
    }

    @Test
    void textIsReadBack() {
        CostProfile profile = ExpertCost.shippedProfile("deepseek-v3-h200");
        CostProfile again = CostProfile.parse("again", profile.toText());
        assertEquals(profile.toText(), again.toText());
        assertEquals(profile.fit().toString(), again.fit().toString());
        assertEquals(171, again.points());
        assertEquals(293.92, again.micros(0));
        assertEquals(8, again.counts(0).length);
    }

    @Test
    void commentsAndCommasAreAllowed() {
        CostProfile profile =
                CostProfile.parse("test", "# a comment\n\nunit: us\npoints:\n10, 5, 0\n# more\n 21 70 0\n40\t170,70");
        assertEquals(3, profile.points());
        assertEquals(70, profile.counts(2)[1]);
    }

    /** A staircase with noise is found again: its tile and the times of points that were not measured. */
    @ParameterizedTest
    @ValueSource(ints = {16, 64, 128, 256})
    void aStaircaseIsFound(int tile) {
        Random random = new Random(tile);
        long[][] counts = new long[200][8];
        double[] us = new double[counts.length];
        for (int p = 0; p < us.length; p++) {
            int scale = 1 << random.nextInt(13);
            for (int k = 0; k < 8; k++) {
                counts[p][k] = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(scale);
            }
            counts[p][0] = 1L + random.nextInt(scale);
            us[p] = staircase(counts[p], tile) * (1 + 0.01 * random.nextGaussian());
        }
        ExpertCost cost = CostProfile.of("test", "made up", counts, us).fit();
        assertEquals(tile, cost.tile());
        for (int p = 0; p < 100; p++) {
            long[] other = new long[8];
            for (int k = 0; k < 8; k++) {
                other[k] = random.nextInt(2_000);
            }
            assertEquals(1, cost.micros(other) / staircase(other, tile), 0.06);
        }
    }

    private static double staircase(long[] counts, int tile) {
        double us = 20;
        for (long c : counts) {
            us += c > 0 ? 5 + tile * 3.0 / 64 * Math.ceilDiv(c, tile) : 0;
        }
        return us;
    }

    @Test
    void numbersOfTimesAndCountsMustAgree() {
        assertThrows(ProfileException.class, () -> CostProfile.of("x", "y", new long[2][1], new double[3]));
    }
}
