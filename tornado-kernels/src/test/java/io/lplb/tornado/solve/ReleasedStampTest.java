// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the store which {@link PtxKernel#withReleasedStamp} changes is the stamp's, in every solver's kernel and in the one that certifies. */
class ReleasedStampTest {
    /** The second word of the input, behind an array's header of 16 bytes. */
    private static final Pattern STAMP_ADDRESS = Pattern.compile("add\\.u64\\s+(rud\\d+), (rud\\d+), 20;");

    /** Both kinds order the memory accesses of the threads that meet. */
    private static final Pattern BARRIER = Pattern.compile("barrier\\.sync|bar\\.warp\\.sync\\s+0xffffffff");

    static List<PtxLibrary.Line> kernels() {
        return PtxLibrary.read().lines().stream()
                .filter(line -> PtxLibrary.load(line).text().contains(PtxKernel.STORE))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void theLastStoreIsTheStamps(PtxLibrary.Line line) {
        String text = PtxLibrary.load(line).text();
        Matcher in = Pattern.compile("ld\\.param\\.u64\\s+(rud\\d+), \\[in\\];").matcher(text);
        Matcher address = STAMP_ADDRESS.matcher(text);
        assertTrue(in.find() && address.find(), "the address of the stamp");
        assertEquals(in.group(1), address.group(2), "in the input");
        Matcher load = Pattern.compile("ld\\.global\\.f32\\s+(rfi\\d+), \\[" + address.group(1) + "\\];")
                .matcher(text);
        assertTrue(load.find(), "the stamp is read");
        int last = text.lastIndexOf(PtxKernel.STORE);
        String store = text.substring(last, text.indexOf('\n', last));
        assertTrue(store.endsWith("], " + load.group(1) + ";"), "the last store, of " + load.group(1) + ": " + store);
        String tail = text.substring(text.lastIndexOf("BLOCK_", last), last);
        assertEquals(5, tail.split(Pattern.quote(PtxKernel.STORE), -1).length - 1, "the tail, by one thread");
        Matcher barrier = BARRIER.matcher(text).region(text.indexOf(PtxKernel.STORE), last);
        assertTrue(barrier.find(), "a barrier behind the shares");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void onlyThatStoreIsChanged(PtxLibrary.Line line) {
        PtxKernel kernel = PtxLibrary.load(line);
        String released = kernel.withReleasedStamp().text();
        int at = released.indexOf(PtxKernel.RELEASING_STORE);
        assertEquals(at, released.lastIndexOf(PtxKernel.RELEASING_STORE), "one store");
        assertFalse(released.substring(at + PtxKernel.RELEASING_STORE.length()).contains("st.global"), "the last one");
        assertEquals(kernel.text(), released.replace(PtxKernel.RELEASING_STORE, PtxKernel.STORE));
    }

    /** A report's status, which says of which launch it is, is stored by one thread, behind all else of the group and a barrier. */
    @Test
    void theLastStoreOfCertifyingIsTheStatus() {
        String text = PtxLibrary.load(BatchProgram.CERTIFY_PTX).text();
        int last = text.lastIndexOf(PtxKernel.STORE);
        int before = text.lastIndexOf(PtxKernel.STORE, last - 1);
        assertTrue(text.startsWith("st.global.f64", last), "a double: fractions are floats");
        assertTrue(text.startsWith("st.global.f64", before), "the rest of the report");
        Matcher barrier = BARRIER.matcher(text).region(before, last);
        assertTrue(barrier.find(), "a barrier behind the rest of the report");
        assertTrue(text.indexOf("setp.eq.s32", barrier.end()) < last, "one thread");
        assertTrue(text.lastIndexOf("st.global.f32") < before, "behind the fractions");
    }

    @Test
    void codeThatStoresNothingIsRefused() {
        PtxKernel kernel =
                PtxKernel.of(Map.of(PtxKernel.KERNEL, "K", PtxKernel.ENTRY, "k", PtxKernel.BYTECODE, "0"), "\tret;\n");
        assertThrows(IllegalStateException.class, kernel::withReleasedStamp);
    }
}
