// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ladder of the probe, with one rung missing at a time, on a made-up machine. */
class GpuProbeTest {
    private static final List<String> FLAGS = List.of(
            "-XX:+EnableJVMCI",
            "-Dtornado.recover.bailout=False",
            "-Djdk.graal.OptEarlyReadElimination=false",
            "-Dtornado.compiler.bytecodeInlining=true",
            "-Djdk.graal.TrivialInliningSize=20000",
            "-Djdk.graal.InlineDuringParsingMaxDepth=30",
            "-DInlineDuringParsingPlugin.NodeBudget=1000000");

    @TempDir
    Path root;

    private Path driver;
    private Path device;
    private Path library;

    @BeforeEach
    void machine() throws IOException {
        driver = touch("usr/lib64/libcuda.so.1");
        device = touch("dev/nvidia0");
        library = touch("sdk/lib/libtornado-ptx.so");
    }

    private Path touch(String name) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    private Availability probe(TornadoApi api, List<String> flags, Supplier<ChildJvm.Result> child) {
        String path = "/nowhere:" + library.getParent();
        return new GpuProbe(api, flags, path, Map.of("LD_LIBRARY_PATH", "/nowhere:"), root, child).probe();
    }

    private static void assumeEmulator() {
        assumeTrue(
                TornadoApi.find(GpuProbeTest.class.getClassLoader()) == TornadoApi.EMULATOR,
                "skipped: this JVM has TornadoVM in the emulator's place");
    }

    private static ChildJvm.Result untouched() {
        throw new AssertionError("the child JVM was started");
    }

    private static void assertMissing(String what, Availability found) {
        assertFalse(found.available());
        assertTrue(found.reason().contains(what), found.reason());
        assertFalse(found.remedy().isEmpty());
    }

    @Test
    void allRungsHold() {
        Availability found =
                probe(TornadoApi.TORNADOVM, FLAGS, () -> new ChildJvm.Result("noise\nlplb-probe passed: H100\n", ""));
        assertEquals(new Availability(true, "H100 through TornadoVM.", ""), found);
    }

    @Test
    void withoutTornadoVm() {
        assertMissing("no TornadoVM", probe(TornadoApi.NONE, FLAGS, GpuProbeTest::untouched));
        assertMissing("emulator", probe(TornadoApi.EMULATOR, FLAGS, GpuProbeTest::untouched));
        assertMissing("without its runtime", probe(TornadoApi.JAR_ONLY, FLAGS, GpuProbeTest::untouched));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void withoutAFlag(int missing) {
        List<String> flags = new ArrayList<>(FLAGS);
        String flag = flags.remove(missing);
        String name = flag.substring(0, flag.indexOf('=') < 0 ? flag.length() : flag.indexOf('='));
        assertMissing("missing " + name, probe(TornadoApi.TORNADOVM, flags, GpuProbeTest::untouched));
    }

    @Test
    void withAFlagThatIsOverriddenOrForbidden() {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.add("-Dtornado.recover.bailout=True");
        assertMissing("missing -Dtornado.recover", probe(TornadoApi.TORNADOVM, flags, GpuProbeTest::untouched));
        flags.set(flags.size() - 1, "-XX:-UseCompressedOops");
        assertMissing("not allowed", probe(TornadoApi.TORNADOVM, flags, GpuProbeTest::untouched));
    }

    @Test
    void withoutLibraryDriverOrDevice() throws IOException {
        Files.delete(device);
        assertMissing("/dev/nvidia0", probe(TornadoApi.TORNADOVM, FLAGS, GpuProbeTest::untouched));
        Files.delete(driver);
        assertMissing("libcuda.so.1", probe(TornadoApi.TORNADOVM, FLAGS, GpuProbeTest::untouched));
        Files.delete(library);
        assertMissing("libtornado-ptx.so", probe(TornadoApi.TORNADOVM, FLAGS, GpuProbeTest::untouched));
    }

    @Test
    void aChildThatFailsSaysWhy() {
        assertMissing(
                "(exit code 134); its last words: SIGSEGV.",
                probe(TornadoApi.TORNADOVM, FLAGS, () -> new ChildJvm.Result("SIGSEGV\n\n", "exit code 134")));
        assertMissing("nothing", probe(TornadoApi.TORNADOVM, FLAGS, () -> new ChildJvm.Result("\n", "")));
    }

    @Test
    void aChildJvmRunsAndReportsItsEnd() {
        ChildJvm.Result result = ChildJvm.run(
                List.of("-javaagent:none.jar", "-Xmx64m"), "nowhere", Duration.ofMinutes(1), "no.such.Main");
        assertTrue(result.printed().contains("no.such.Main"), result.printed());
        assertEquals("exit code 1", result.failure());
    }

    @Test
    void theProbesKernelPassesUnderTheEmulator() throws Exception {
        assumeEmulator();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ProbeMain.run(new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertEquals(
                "lplb-probe passed: LPLB emulator (CPU)",
                printed.toString(StandardCharsets.UTF_8).strip());
    }

    @Test
    void providersAreFoundAndTellTheirState() {
        assumeEmulator();
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        List<SolverProvider> found = Backends.providers();
        assertEquals(
                List.of("emulator", "gpu"),
                found.stream().map(SolverProvider::backend).sorted().toList());
        for (SolverProvider provider : found) {
            if (provider.backend().equals("emulator")) {
                assertTrue(provider.probe().available(), provider.probe().reason());
                assertEquals(Integer.MAX_VALUE, provider.worthwhileGroups("relaxation", problem));
            } else {
                assertMissing("emulator's classes", provider.probe());
                assertTrue(provider.worthwhileGroups("relaxation", problem) > 1);
                assertThrows(IllegalStateException.class, () -> provider.create("relaxation", problem, 1e-4, 1));
            }
        }
        String name = Solvers.names().get(0);
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> Backends.create(Backend.GPU, name, problem, 1e-4, 1));
        assertTrue(e.toString().contains("setup-tornado.sh"), e.toString());
    }

    @Test
    void theEmulatorSolvesByName() {
        assumeEmulator();
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}, {2, 0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {9, 1, 2}, new double[] {5, 4, 3});
        SplitBatch split = new SplitBatch(problem, 1);
        try (MinMaxSolver solver = Backends.createNamed("emulator", "interior-point", problem, 1e-4, 1)) {
            solver.solve(batch, split);
        }
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
        assertEquals(9, split.maxLoad(0), 1e-3);
        System.setProperty(Backends.REQUIRE_PROPERTY, "gpu");
        try {
            assertThrows(
                    IllegalStateException.class,
                    () -> Backends.createNamed("emulator", "interior-point", problem, 1e-4, 1));
            assertThrows(
                    IllegalStateException.class,
                    () -> Backends.create(Backend.AUTO, "interior-point", problem, 1e-4, 1 << 20));
        } finally {
            System.clearProperty(Backends.REQUIRE_PROPERTY);
        }
    }

    @Test
    void theEmulatorIsForTheClassPathOnly() {
        assumeEmulator();
        assertTrue(EmulatorSolverProvider.probe(TornadoApi.EMULATOR).available());
        assertMissing("not on the class path", EmulatorSolverProvider.probe(TornadoApi.NONE));
        assertMissing("in the place", EmulatorSolverProvider.probe(TornadoApi.TORNADOVM));
        assertMissing("in the place", EmulatorSolverProvider.probe(TornadoApi.JAR_ONLY));
        assertEquals(TornadoApi.NONE, TornadoApi.find(ClassLoader.getPlatformClassLoader()));
        assertEquals(TornadoApi.EMULATOR, TornadoApi.find(GpuProbeTest.class.getClassLoader()));
    }
}
