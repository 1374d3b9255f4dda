// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.kernel.solve.InteriorPointKernel;
import io.lplb.tornado.kernel.solve.RelaxationKernel;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ReturnInstruction;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PTX of this library is that of its kernels as they are now. */
class PtxResourcesTest {
    private static final String EXPORT = ": export the kernels again, with tornado-kernels/export-ptx.sh";
    private static final PtxLibrary LIBRARY = PtxLibrary.read();

    static Stream<PtxLibrary.Line> lines() {
        return LIBRARY.lines().stream();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void theKernelHasNotChangedSince(PtxLibrary.Line line) throws ClassNotFoundException {
        PtxKernel kernel = PtxLibrary.load(line);
        String name = kernel.header(PtxKernel.KERNEL);
        int dot = name.lastIndexOf('.');
        assertEquals(
                kernel.header(PtxKernel.BYTECODE),
                BytecodeHash.of(Class.forName(name.substring(0, dot)), name.substring(dot + 1)),
                name + EXPORT);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void theHeaderIsThatOfTheCode(PtxLibrary.Line line) {
        PtxKernel kernel = PtxLibrary.load(line);
        assertEquals(line.solver(), kernel.solver());
        assertEquals(line.size(), kernel.size());
        assertEquals(line.leastGroups(), kernel.leastGroups());
        assertTrue(kernel.text().contains(".visible .entry " + kernel.entry() + "("));
        assertTrue(kernel.text().contains(".target sm_80"));
        PtxCode code = new PtxCode(kernel.text(), kernel.entry());
        assertEquals(Integer.toString(code.sharedBytes()), kernel.header(PtxKernel.SHARED_BYTES));
        assertTrue(code.sharedBytes() > 0 && code.sharedBytes() <= 48 * 1024, "shared bytes: " + code.sharedBytes());
        assertEquals(code.parameters(), kernel.parameters());
    }

    @ParameterizedTest
    @MethodSource("lines")
    void theGoalCanBeReplaced(PtxLibrary.Line line) {
        PtxKernel kernel = PtxLibrary.load(line);
        String literal = PtxKernel.literal(0.25f);
        assertEquals("0F3E800000", literal);
        assertFalse(kernel.text().contains(literal + ","));
        String exported = PtxKernel.literal(ExportPtx.GOAL) + ",";
        int places = new PtxCode(kernel.text(), kernel.entry()).count(exported);
        assertTrue(places >= 1, "comparisons with the goal: " + places);
        PtxCode replaced = new PtxCode(kernel.withGoal(0.25f).text(), kernel.entry());
        assertEquals(places, replaced.count(literal + ","));
        assertEquals(0, replaced.count(exported));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cube", "hypercube", "torus8x4", "ring8"})
    void everySolverHasTheKernelOfItsChoice(String topology) {
        MinMaxProblem problem = ExportPtx.problem(topology);
        KernelSize size = new ProblemTables(problem).size();
        for (String solver : List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME)) {
            for (int groups : new int[] {1, 2, 32, 1000, 1024, 4095, 4096, 32768, 1 << 20}) {
                KernelShape expected = KernelShape.of(solver, problem, groups);
                PtxKernel got = LIBRARY.find(solver, size, groups).orElseThrow();
                assertEquals(
                        expected.kernelClass() + "." + expected.method(),
                        got.header(PtxKernel.KERNEL),
                        topology + ", " + groups + " groups" + EXPORT);
                assertEquals(expected.threads(), got.threads());
                assertEquals(expected.workGroups(groups), got.workGroups(groups));
            }
        }
    }

    static List<ExportPipeline.Launch> launches() {
        return ExportPipeline.launches();
    }

    @Test
    void allKernelsAroundTheSolversAreShipped() {
        assertEquals(15, launches().size(), "kernels: " + launches());
    }

    @ParameterizedTest
    @MethodSource("launches")
    void kernelsAroundTheSolversHaveNotChangedSince(ExportPipeline.Launch launch) throws ClassNotFoundException {
        PtxKernel kernel = PtxLibrary.load(launch.program(), launch.spec());
        String name = launch.spec().kernel();
        assertEquals(name, kernel.header(PtxKernel.KERNEL));
        assertEquals(
                kernel.header(PtxKernel.BYTECODE),
                BytecodeHash.of(
                        Class.forName(launch.spec().kernelClass()),
                        launch.spec().method()),
                name + EXPORT);
        assertEquals(launch.entry() + " for all sizes", kernel.toString());
        assertTrue(kernel.text().contains(".visible .entry " + kernel.entry() + "("));
        assertTrue(kernel.text().contains(".target sm_80"));
        assertEquals(2 + launch.spec().arrays().size(), kernel.parameters());
        PtxCode code = new PtxCode(kernel.text(), kernel.entry());
        assertEquals(Integer.toString(code.sharedBytes()), kernel.header(PtxKernel.SHARED_BYTES));
        assertTrue(code.sharedBytes() <= 48 * 1024, "shared bytes: " + code.sharedBytes());
    }

    @Test
    void fingerprintsTellKernelsApart() {
        assertNotEquals(
                BytecodeHash.of(InteriorPointKernel.class, "perWarp"),
                BytecodeHash.of(InteriorPointKernel.class, "perFourWarps"));
        assertNotEquals(
                BytecodeHash.of(InteriorPointKernel.class, "perWarp"),
                BytecodeHash.of(RelaxationKernel.class, "perWarp"));
        assertThrows(IllegalArgumentException.class, () -> BytecodeHash.of(RelaxationKernel.class, "none"));
    }

    /** Calls a helper of another package. */
    static final class SampleKernel {
        private SampleKernel() {}

        static int run(int ranks) {
            return SolverLayout.localBytes(ranks, 4, 8, 2, true, 32, 1, false);
        }
    }

    /** Class files with one more instruction before every return of {@link SolverLayout#localBytes}. */
    private static final class ChangedHelper extends ClassLoader {
        ChangedHelper() {
            super(PtxResourcesTest.class.getClassLoader());
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            InputStream original = super.getResourceAsStream(name);
            if (original == null || !name.equals(SolverLayout.class.getName().replace('.', '/') + ".class")) {
                return original;
            }
            CodeTransform longer = (builder, element) -> {
                if (element instanceof ReturnInstruction) {
                    builder.nop();
                }
                builder.with(element);
            };
            try (original) {
                ClassFile file = ClassFile.of();
                ClassModel model = file.parse(original.readAllBytes());
                return new ByteArrayInputStream(file.transformClass(
                        model,
                        ClassTransform.transformingMethodBodies(
                                method -> method.methodName().equalsString("localBytes"), longer)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void changedHelperOfAnotherPackageChangesTheFingerprint() {
        assertNotEquals(SampleKernel.class.getPackageName(), SolverLayout.class.getPackageName());
        String before = BytecodeHash.of(SampleKernel.class, "run");
        assertEquals(before, BytecodeHash.of(SampleKernel.class.getClassLoader(), SampleKernel.class.getName(), "run"));
        assertNotEquals(before, BytecodeHash.of(new ChangedHelper(), SampleKernel.class.getName(), "run"));
    }

    /** A switch, an array, a catch, a lambda: instructions that kernels hardly have. */
    static int sample(int a) {
        int[][] grid = new int[a][3];
        Object[] objects = new Object[a];
        try {
            objects[0] = (Runnable) () -> grid[0][1]++;
            switch (a) {
                case 1, 2 -> grid[0][0] = 1;
                case 100_000 -> grid[0][0] = 2;
                default -> grid[0][0] = objects[0] instanceof String ? 3 : 4;
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            return -1;
        }
        return grid[0][0];
    }

    /** Line numbers and names of variables are gone from the second, nothing else. */
    @Test
    void debugInformationDoesNotCount() throws Exception {
        byte[] bytes;
        try (InputStream in = Objects.requireNonNull(
                PtxResourcesTest.class.getResourceAsStream("PtxResourcesTest.class"), "this class")) {
            bytes = in.readAllBytes();
        }
        ClassModel with = ClassFile.of().parse(bytes);
        ClassFile plain = ClassFile.of(ClassFile.DebugElementsOption.DROP_DEBUG);
        ClassModel without = plain.parse(plain.transformClass(with, (builder, element) -> builder.with(element)));
        int compared = 0;
        for (int k = 0; k < with.methods().size(); k++) {
            MethodModel method = with.methods().get(k);
            if (method.code().isPresent()) {
                String text = InstructionText.of(method.code().orElseThrow());
                assertEquals(
                        text, InstructionText.of(without.methods().get(k).code().orElseThrow()));
                compared++;
            }
        }
        assertTrue(compared > 5, "methods compared: " + compared);
        assertEquals(-1, sample(0));
    }

    @Test
    void emittedCodeIsMadeFitToBeKept() {
        String emitted = """
                .version 7.6\s
                .target sm_86\s
                .address_size 64\s

                .visible .entry f_12345_5(.param .u64 a, .param .u64 b) {
                \t.shared .f32 x[10];
                \t.shared .s32 y[3];
                }
                """;
        PtxCode code = new PtxCode(emitted, "f");
        assertEquals("""
                .version 7.0
                .target sm_80
                .address_size 64

                .visible .entry f(.param .u64 a, .param .u64 b) {
                \t.shared .f32 x[10];
                \t.shared .s32 y[3];
                }
                """, code.text());
        assertEquals(52, code.sharedBytes());
        assertEquals(2, code.parameters());
        assertThrows(IllegalArgumentException.class, () -> new PtxCode("nothing", "f"));
    }

    @Test
    void solversGetCheaperInstructions() {
        PtxCode code = new PtxCode("""
                .visible .entry f(.param .u64 a) {
                \t.reg .f32 r<3>;
                BLOCK_0:
                \t.shared .f32 x[10];
                \t.shared .s32 y[3];
                \tst.shared.f32\tx[i0], r0;
                \tbarrier.sync\t0;
                @p0 ld.shared.s32\ti1, y[i0];
                \tld.shared.s32\ti1, y[i0];
                \tld.shared.s32\ti1, other[i0];
                \tmul.rn.f32\tr0, r1, r2;
                \tmad.rn.f32\tr0, r1, r2, r0;
                \tdiv.full.f32\tr0, r1, r2;
                }
                """, "f");
        String tuned = code.tuned(64).text();
        assertEquals("""
                .visible .entry f(.param .u64 a) {
                \t.reg .f32 r<3>;
                BLOCK_0:
                \t.shared .f32 x[10];
                \t.shared .s32 y[3];
                \t.reg .s32 x_base, x_at;
                \tmov.s32\tx_base, x;
                \tshfl.sync.idx.b32\tx_base, x_base, 0, 31, 0xffffffff;
                \t.reg .s32 y_base, y_at;
                \tmov.s32\ty_base, y;
                \tshfl.sync.idx.b32\ty_base, y_base, 0, 31, 0xffffffff;
                \tmad.lo.s32\tx_at, i0, 4, x_base;
                \tst.shared.f32\t[x_at], r0;
                \tbarrier.sync.aligned\t0;
                @p0 ld.shared.s32\ti1, y[i0];
                \tmad.lo.s32\ty_at, i0, 4, y_base;
                \tld.shared.s32\ti1, [y_at];
                \tld.shared.s32\ti1, other[i0];
                \tmul.f32\tr0, r1, r2;
                \tmad.rn.f32\tr0, r1, r2, r0;
                \tdiv.approx.f32\tr0, r1, r2;
                }
                """, tuned);
        assertEquals(
                1, code.tuned(32).count("\tbar.warp.sync\t0xffffffff;"), "a single warp needs no barrier of the group");
        PtxCode shuffling = new PtxCode(code.text().replace("mad.rn.f32", "shfl.sync.down.b32"), "f");
        assertEquals(1, shuffling.tuned(32).count("\tbarrier.sync.aligned\t0;"));
    }

    @Test
    void aHeaderIsReadAsItIsWritten() {
        Map<String, String> header = Map.of(
                "kernel",
                "k",
                "entry",
                "e",
                "shape",
                "s",
                "solver",
                "i",
                "goal",
                "0.5",
                "bytecode",
                "b",
                "threads",
                "32");
        PtxKernel kernel = PtxKernel.of(header, ".version 7.0\n");
        assertEquals("e for s", kernel.toString());
        assertEquals(32, kernel.threads());
        assertThrows(IllegalStateException.class, kernel::parameters);
        assertThrows(IllegalStateException.class, () -> new PtxKernel(".version 7.0\n"));
        assertThrows(IllegalStateException.class, () -> PtxLibrary.Line.parse("too few words"));
    }
}
