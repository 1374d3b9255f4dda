// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.tornado.kernel.batch.BatchSolvers;
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
        assertTrue(kernel.text().contains(".maxntid " + kernel.threads() + ", 1, 1"));
        requireHeader(kernel);
        assertEquals(6, kernel.parameters());
    }

    @ParameterizedTest
    @MethodSource("lines")
    void batchesHaveAKernelWhereLocalMemoryHoldsIt(PtxLibrary.Line line) throws ClassNotFoundException {
        PtxKernel solver = PtxLibrary.load(line);
        PtxKernel batch = PtxLibrary.batchKernel(solver).orElse(null);
        assertEquals(solver.shape().hasBatchKernel(solver.size()), batch != null, solver + EXPORT);
        if (batch != null) {
            assertEquals(
                    BatchSolvers.class.getName() + "." + solver.shape().batchMethod(), batch.header(PtxKernel.KERNEL));
            assertEquals(
                    batch.header(PtxKernel.BYTECODE),
                    BytecodeHash.of(BatchSolvers.class, solver.shape().batchMethod()),
                    batch + EXPORT);
            requireHeader(batch);
            assertEquals(14, batch.parameters());
        }
    }

    private static void requireHeader(PtxKernel kernel) {
        assertTrue(kernel.text().contains(".visible .entry " + kernel.entry() + "("));
        assertTrue(kernel.text().contains(".target sm_80"));
        assertTrue(kernel.text().contains(".version " + Nvcc.VERSION + "\n"));
        int bytes = Nvcc.sharedBytes(kernel.text());
        assertEquals(Integer.toString(bytes), kernel.header(PtxKernel.SHARED_BYTES));
        assertTrue(bytes <= 48 * 1024, "shared bytes: " + bytes);
        assertEquals(Nvcc.parameters(kernel.text()), kernel.parameters());
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
        assertEquals(22, launches().size(), "kernels: " + launches());
    }

    @ParameterizedTest
    @MethodSource("launches")
    void kernelsAroundTheSolversHaveNotChangedSince(ExportPipeline.Launch launch) throws ClassNotFoundException {
        PtxKernel kernel = PtxLibrary.load(launch.program().name(), launch.spec());
        String name = launch.spec().kernel();
        assertEquals(name, kernel.header(PtxKernel.KERNEL));
        assertEquals(
                kernel.header(PtxKernel.BYTECODE),
                BytecodeHash.of(
                        Class.forName(launch.spec().kernelClass()),
                        launch.spec().method()),
                name + EXPORT);
        assertEquals(launch.entry() + " for all sizes", kernel.toString());
        requireHeader(kernel);
        assertEquals(2 + launch.spec().arrays().size(), kernel.parameters());
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
    void aHeaderIsReadAsItIsWritten() {
        Map<String, String> header =
                Map.of("kernel", "k", "entry", "e", "shape", "s", "solver", "i", "bytecode", "b", "threads", "32");
        PtxKernel kernel = PtxKernel.of(header, ".version 7.0\n");
        assertEquals("e for s", kernel.toString());
        assertEquals(32, kernel.threads());
        assertThrows(IllegalStateException.class, kernel::parameters);
        assertThrows(IllegalStateException.class, () -> new PtxKernel(".version 7.0\n"));
        assertThrows(IllegalStateException.class, () -> PtxLibrary.Line.parse("too few words"));
    }
}
