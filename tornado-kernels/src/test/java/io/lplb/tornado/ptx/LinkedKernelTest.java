// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.KernelSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three kernels in one: what can be seen of the PTX without a GPU. */
class LinkedKernelTest {
    /** Shared memory that every GPU has for a work-group. */
    private static final int SHARED_BYTES = 48 * 1024;

    private static final PtxKernel PACKING = PtxLibrary.load(BatchProgram.PACK_PTX);
    private static final PtxKernel CERTIFYING = PtxLibrary.load(BatchProgram.CERTIFY_PTX);

    static List<PtxLibrary.Line> kernels() {
        return PtxLibrary.read().lines().stream()
                .filter(line -> LinkedKernel.isPossible(PtxLibrary.load(line)))
                .toList();
    }

    private static LinkedKernel linked(PtxLibrary.Line line) {
        return new LinkedKernel(PACKING, PtxLibrary.load(line), CERTIFYING.withReleasedStamp());
    }

    private static int[] sizes(PtxLibrary.Line line) {
        KernelSize size = line.size();
        int[] sizes = new int[BatchLayout.SIZES];
        sizes[BatchLayout.RANKS] = size.ranks();
        sizes[BatchLayout.ITEMS] = size.items();
        sizes[BatchLayout.ENTRIES] = size.entries();
        sizes[BatchLayout.SOLVER_RANKS] = size.ranks();
        sizes[BatchLayout.SOLVER_ITEMS] = size.items();
        sizes[BatchLayout.SOLVER_ENTRIES] = size.entries();
        sizes[BatchLayout.SOLVER_THREADS] = PtxLibrary.load(line).threads();
        return sizes;
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void isOneKernelWithThePartsOfThree(PtxLibrary.Line line) {
        PtxKernel solver = PtxLibrary.load(line);
        for (String text : List.of(linked(line).text(), linked(line).text(sizes(line)))) {
            assertEquals(List.of(LinkedKernel.ENTRY), all("\\.entry (\\w+)\\(", text));
            List<String> parameters = all("\\.param [^,)]*?(\\w+)(?=[,)])", text);
            assertEquals(
                    PACKING.parameters() + solver.parameters() + CERTIFYING.parameters(),
                    Set.copyOf(parameters).size(),
                    "parameters of three kernels, each with its own name");
            assertTrue(
                    parameters.containsAll(all("ld\\.param\\.\\w+\\t\\w+, \\[(\\w+)\\]", text)), "no others are read");
            assertEquals(1, all("(\\tret;)", text).size(), "one end");
            assertEquals(List.of("END_0", "END_1", "END_2"), all("(?m)^(END_\\d):", text));
            assertEquals(all("(\\{)", text).size(), all("(\\})", text).size());
            assertEquals(all("(st\\.release)", text).size(), 1, "the stamp");
            assertTrue(text.lastIndexOf(PtxKernel.STORE) < text.indexOf(PtxKernel.RELEASING_STORE), "the last store");
            int own = Integer.parseInt(solver.header(PtxKernel.SHARED_BYTES));
            int pool = Integer.parseInt(
                    all("\\.shared \\.align 16 \\.b8 pool\\[(\\d+)\\]", text).getFirst());
            assertEquals(1, all("(\\.shared \\.)", text).size(), "all arrays are in the pool");
            assertTrue(own <= pool && pool <= SHARED_BYTES, own + " <= " + pool);
        }
    }

    /** Each array lies in the pool behind the one before, as long as the size of the problem makes it, on a multiple of its elements. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void arraysDoNotOverlap(PtxLibrary.Line line) {
        KernelSize size = line.size();
        String[] parts = linked(line).text().split("(?m)^END_\\d:", -1);
        for (int part : new int[] {0, 2}) {
            PtxKernel kernel = part == 0 ? PACKING : CERTIFYING;
            List<MatchResult> arrays = Pattern.compile("\\.shared \\.s(\\d+) (\\w+)\\[(\\d+)\\];")
                    .matcher(kernel.text())
                    .results()
                    .toList();
            int free = 0;
            for (MatchResult array : arrays) {
                int bytes = Integer.parseInt(array.group(1)) / Byte.SIZE;
                String at = all("add\\.s32\\t" + array.group(2) + "_base, pool_base, (\\d+);", parts[part])
                        .getFirst();
                int offset = Integer.parseInt(at);
                assertTrue(offset >= free && offset % bytes == 0, array.group() + " at " + at);
                free = offset + bytes * needed(Integer.parseInt(array.group(3)), size);
            }
            assertFalse(arrays.isEmpty());
        }
    }

    private static int needed(int declared, KernelSize size) {
        return switch (declared) {
            case 32 -> 32;
            case 64 -> size.ranks();
            case 256 -> size.items();
            case 320 -> size.ranks() + size.items();
            case 704 -> size.entries();
            case 1730 -> size.items() + 2 * size.entries() + size.ranks() + 2;
            default -> throw new AssertionError("an array of " + declared);
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kernels")
    void forOneProblemSizesAreConstants(PtxLibrary.Line line) {
        String any = linked(line).text();
        String one = linked(line).text(sizes(line));
        for (String register : Set.copyOf(all("ld\\.param\\.u64\\t(\\w+), \\[part[02]_sizes\\]", any))) {
            String address = "add\\.u64\\t(\\w+), " + register + ", \\d+;\\n\\tld\\.global\\.s32";
            assertTrue(!all(address, any).isEmpty() && all(address, one).isEmpty(), "reads of sizes");
        }
        assertTrue(one.contains(", " + line.size().entries() + ";"));
    }

    @Test
    void workGroupsOfSeveralProblemsAreRefused() {
        PtxLibrary.Line octet = PtxLibrary.read().lines().stream()
                .filter(line -> line.file().contains("perOctet"))
                .findFirst()
                .orElseThrow();
        assertThrows(IllegalArgumentException.class, () -> linked(octet));
    }

    /** Where NVIDIA's assembler is at hand, it takes them all. */
    @Test
    void ptxasTakesThem(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(isPtxasThere(), "needs ptxas");
        for (PtxLibrary.Line line : kernels()) {
            Path file = folder.resolve("linked.ptx");
            Files.writeString(file, linked(line).text(sizes(line)));
            Process ptxas = new ProcessBuilder(
                            "ptxas",
                            "--gpu-name",
                            "sm_80",
                            "-o",
                            folder.resolve("out").toString(),
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(ptxas.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, ptxas.waitFor(), line + ": " + said.lines().limit(3).collect(Collectors.joining("\n")));
        }
    }

    private static boolean isPtxasThere() throws InterruptedException {
        try {
            return new ProcessBuilder("ptxas", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
