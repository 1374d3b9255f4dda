// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Verifies that the store which {@link PtxKernel#withReleasedStamp} changes is the stamp's, in every kernel that writes one. */
class ReleasedStampTest {
    /** Barriers of a work-group, or of its only warp. */
    private static final Pattern BARRIER = Pattern.compile("bar\\.sync\\s+0|barrier\\.sync|bar\\.warp\\.sync\\s+-1");

    private static final Pattern STAMP = Pattern.compile("st\\.weak\\.global\\.f(\\d+) \\[%rd\\d+\\], (%fd?\\d+);");

    static Stream<PtxKernel> solvers() {
        return PtxLibrary.read().lines().stream().map(PtxLibrary::load);
    }

    static Stream<PtxKernel> all() {
        return Stream.concat(
                Stream.of(PtxLibrary.load(BatchProgram.CERTIFY_PTX)),
                solvers().flatMap(kernel -> Stream.concat(Stream.of(kernel), PtxLibrary.batchKernel(kernel).stream())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("solvers")
    void solversStoreTheLaunchOfTheirInput(PtxKernel kernel) {
        String text = kernel.text();
        Matcher stamp = STAMP.matcher(text);
        assertTrue(stamp.find(), "a store of the stamp");
        assertEquals("32", stamp.group(1), "a float");
        // The header of an array has 16 bytes, and the launch's number is the second word.
        assertTrue(
                Pattern.compile("ld(?:\\.global)?\\.f32\\s+" + stamp.group(2) + ", \\[%rd\\d+\\+20\\];")
                        .matcher(text)
                        .find(),
                "the launch's number is what is stored");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void oneStoreIsReleasedBehindABarrier(PtxKernel kernel) {
        String text = kernel.text();
        String released = kernel.withReleasedStamp().text();
        assertEquals(text, released.replace(PtxKernel.RELEASING_STORE, PtxKernel.STAMP_STORE));
        int at = released.indexOf(PtxKernel.RELEASING_STORE);
        assertEquals(at, released.lastIndexOf(PtxKernel.RELEASING_STORE), "one store");
        assertTrue(BARRIER.matcher(text.substring(0, at)).find(), "a barrier before it");
    }

    @Test
    void codeWithoutAStampIsRefused() {
        PtxKernel kernel =
                PtxKernel.of(Map.of(PtxKernel.KERNEL, "K", PtxKernel.ENTRY, "k", PtxKernel.BYTECODE, "0"), "\tret;\n");
        assertThrows(IllegalStateException.class, kernel::withReleasedStamp);
    }
}
