// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files for the timing program have the sizes and the meaning that it expects. */
class KernelCasesTest {
    private static final MinMaxProblem TRIANGLE = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}, {2, 0}});

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "loads of kind {0}")
    @ValueSource(ints = {0, 1, 2, 3})
    void filesAreComplete(int kind) throws IOException {
        KernelCases cases = new KernelCases(TRIANGLE);
        Path tables = folder.resolve("triangle.tables");
        Path loads = folder.resolve("triangle-5-0.loads");
        cases.writeTables(tables);
        cases.writeLoads(loads, 5, kind, 17);
        ByteBuffer head = ByteBuffer.wrap(Files.readAllBytes(tables)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(3, head.getInt(), "ranks");
        assertEquals(3, head.getInt(), "items");
        assertEquals(6, head.getInt(), "entries");
        int words = head.getInt();
        assertEquals(4 * (4 + words + 3 + 4 + 6), head.capacity(), "size of the tables");
        ByteBuffer body = ByteBuffer.wrap(Files.readAllBytes(loads)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(5, body.getInt(), "groups");
        assertEquals(4 + 5 * (4 * 6 + 8), body.capacity(), "size of the loads");
        for (int g = 0; g < 5; g++) {
            double sum = 0;
            for (int k = 0; k < 6; k++) {
                sum += body.getFloat();
            }
            assertEquals(3, sum, 1e-5, "group " + g + ": a mean load of 1 on 3 ranks");
        }
        for (int g = 0; g < 5; g++) {
            assertTrue(body.getDouble() > 1 - 1e-6, "group " + g + ": an optimum of at least the mean");
        }
    }
}
