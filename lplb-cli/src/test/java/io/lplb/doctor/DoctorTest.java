// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.doctor.Check.State;
import io.lplb.nccl.NcclExchange;
import io.lplb.problem.MinMaxBatch;
import io.lplb.solver.AbstractMinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.DriverReport;
import io.lplb.tornado.provider.ChildJvm;
import io.lplb.tornado.provider.GpuProbe;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The ladder on made-up machines, and what happens when a child crashes or hangs. */
class DoctorTest {
    private static final String SOLVED = "lplb-check passed: solved";
    private static final DriverReport H100 =
            new DriverReport(12_040, List.of(new DriverReport.Device(0, 90, 80L << 30, "NVIDIA H100")));

    /** Children that print the driver's answer and the solver's. */
    private static Children saying(ChildJvm.Result driver, ChildJvm.Result solve) {
        return (properties, mainClass, arguments) -> mainClass.equals(DriverCheckMain.class.getName()) ? driver : solve;
    }

    private static ChildJvm.Result printed(String text) {
        return new ChildJvm.Result(text, "");
    }

    private static List<Check> examine(ChildJvm.Result driver, ChildJvm.Result solve, int device) {
        return Doctor.examine(saying(driver, solve), GpuProbe.here(), Map.of(), device);
    }

    private static Check find(List<Check> checks, String id) {
        return checks.stream()
                .filter(check -> check.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void assertCheck(List<Check> checks, String id, State state, String reason) {
        Check check = find(checks, id);
        assertEquals(state, check.state(), check.toString());
        assertTrue(check.reason().contains(reason), check.toString());
        assertEquals(state == State.FAILED, !check.remedy().isEmpty(), check.toString());
    }

    private static int exitCode(List<Check> checks, String... required) {
        return new DoctorReport(Map.of(), checks, Set.of(required)).exitCode();
    }

    @Test
    void aMachineWithADriver() {
        List<Check> checks = examine(printed(H100.text()), printed(SOLVED), 0);
        assertCheck(checks, "driver", State.PASSED, "It serves CUDA 12.4.");
        assertCheck(checks, "devices", State.PASSED, "0: NVIDIA H100, compute capability 9.0, 80.0 GiB.");
        assertCheck(checks, "ptx", State.PASSED, "for sm_80, which the driver compiles for sm_90");
        assertCheck(checks, "gpu-driver-solve", State.PASSED, "solved");
        assertCheck(checks, "tornado-sdk", State.FAILED, "TORNADOVM_HOME is not set");
        assertCheck(checks, "tornado-flags", State.NOT_REACHED, "It needs tornado-sdk.");
        assertCheck(checks, "gpu-tornado-solve", State.NOT_REACHED, "It needs tornado-flags.");
        assertEquals(0, exitCode(checks, "gpu", "gpu-driver", "cpu"));
        assertEquals(1, exitCode(checks, "gpu-tornado"));
    }

    @Test
    void aMachineWithoutADriver() {
        List<Check> checks =
                examine(printed(DriverCheckMain.NO_LIBRARY + "No driver (tried a, b)."), printed(SOLVED), 0);
        assertCheck(checks, "libcuda", State.FAILED, "No driver (tried a, b).");
        assertCheck(checks, "driver", State.NOT_REACHED, "It needs libcuda.");
        assertCheck(checks, "gpu-driver-solve", State.NOT_REACHED, "It needs ptx.");
        assertEquals(0, exitCode(checks));
        assertEquals(1, exitCode(checks, "gpu"));
    }

    @Test
    void aDriverThatAnswersWithAnError() {
        List<Check> checks =
                examine(printed(DriverCheckMain.NO_ANSWER + "cuInit: CUDA_ERROR_NO_DEVICE (100)"), printed(SOLVED), 0);
        assertCheck(checks, "libcuda", State.PASSED, "");
        assertCheck(checks, "driver", State.FAILED, "cuInit: CUDA_ERROR_NO_DEVICE (100)");
    }

    @Test
    void aDriverWithoutDevicesOrWithoutTheOneAskedFor() {
        List<Check> none = examine(printed("cuda 12040\n"), printed(SOLVED), 0);
        assertCheck(none, "devices", State.FAILED, "no device");
        List<Check> other = examine(printed(H100.text()), printed(SOLVED), 3);
        assertCheck(other, "devices", State.FAILED, "lplb.gpuDevice is 3, the devices are 0: NVIDIA H100");
    }

    @Test
    void aDriverOrADeviceThatIsTooOldForThePtx() {
        DriverReport oldDriver = new DriverReport(11_020, H100.devices());
        assertCheck(
                examine(printed(oldDriver.text()), printed(SOLVED), 0),
                "ptx",
                State.FAILED,
                "The driver serves CUDA 11.2, the kernels need 11.4.");
        DriverReport oldDevice = new DriverReport(12_040, List.of(new DriverReport.Device(0, 70, 1, "V100")));
        assertCheck(examine(printed(oldDevice.text()), printed(SOLVED), 0), "ptx", State.FAILED, "7.0");
    }

    @Test
    void aChildThatDiesIsAFailedRungAndTheLadderGoesOn() {
        ChildJvm.Result crashed = new ChildJvm.Result("# SIGSEGV (0xb)\n#\n", "exit code 134");
        List<Check> checks = examine(crashed, crashed, 0);
        assertCheck(checks, "libcuda", State.FAILED, "(exit code 134); its last words: #.");
        assertCheck(checks, "emulator-solve", State.FAILED, "exit code 134");
        assertEquals(State.FAILED, find(checks, "tornado-sdk").state());
        assertEquals(1, exitCode(checks));
    }

    @Test
    void aSolveThatWasTriedAndFailedFailsTheCommand() {
        List<Check> checks = examine(printed(H100.text()), printed("lplb-check failed: wrong"), 0);
        assertCheck(checks, "gpu-driver-solve", State.FAILED, "wrong");
        assertEquals(1, exitCode(checks));
    }

    @Test
    void ncclIsOneMoreRungAndNoFailure() {
        Children found = (properties, mainClass, arguments) -> {
            if (mainClass.equals(NcclCheckMain.class.getName())) {
                return printed("lplb-nccl found: 2.27.3");
            }
            return printed(mainClass.equals(DriverCheckMain.class.getName()) ? H100.text() : SOLVED);
        };
        assertCheck(Doctor.examine(found, GpuProbe.here(), Map.of(), 0), "nccl", State.PASSED, "NCCL 2.27.3.");
        Children missing = (properties, mainClass, arguments) -> {
            if (mainClass.equals(NcclCheckMain.class.getName())) {
                ByteArrayOutputStream printed = new ByteArrayOutputStream();
                NcclCheckMain.run(new PrintStream(printed, true, StandardCharsets.UTF_8));
                return printed(printed.toString(StandardCharsets.UTF_8));
            }
            return printed(mainClass.equals(DriverCheckMain.class.getName()) ? H100.text() : SOLVED);
        };
        System.setProperty(NcclExchange.LIBRARY_PROPERTY, "/nowhere/libnccl.so.2");
        try {
            List<Check> checks = Doctor.examine(missing, GpuProbe.here(), Map.of(), 0);
            assertCheck(checks, "nccl", State.FAILED, "NCCL was not found (tried /nowhere/libnccl.so.2)");
            assertEquals(0, exitCode(checks));
        } finally {
            System.clearProperty(NcclExchange.LIBRARY_PROPERTY);
        }
        List<Check> lost = examine(printed(H100.text()), printed(SOLVED), 0);
        assertCheck(lost, "nccl", State.FAILED, "Loading NCCL: The child JVM failed");
        List<Check> none = examine(printed("cuda 12040\n"), printed(SOLVED), 0);
        assertCheck(none, "nccl", State.NOT_REACHED, "It needs devices.");
    }

    @Test
    void realChildrenThatCrashOrHangAreReported() {
        Children children = Children.jvms(Duration.ofSeconds(30));
        ChildJvm.Result crash = children.run(List.of(), CrashMain.class.getName());
        assertTrue(crash.failure().endsWith(", SIGSEGV"), crash.failure() + crash.printed());
        Children impatient = Children.jvms(Duration.ofMillis(1500));
        ChildJvm.Result hang = impatient.run(List.of("-Xmx64m"), HangMain.class.getName());
        assertEquals("no answer within 1.5 s", hang.failure());
        Availability found = SolveCheckMain.parse(hang, "Wait.");
        assertEquals("The child JVM failed (no answer within 1.5 s); its last words: nothing. Wait.", found.text());
    }

    @Test
    void aRealChildSolvesUnderTheEmulator() {
        Availability found = SolveCheckMain.parse(
                Children.jvms(Duration.ofMinutes(1)).run(List.of(), SolveCheckMain.class.getName(), "emulator"), "");
        assertTrue(found.available(), found.text());
    }

    @Test
    void theSolveCheckSeesWrongAnswers() {
        SolveCheck check = new SolveCheck();
        assertTrue(check.run("cpu").available());
        for (double factor : new double[] {1.1, Double.NaN}) {
            Availability wrong = check.run(
                    "cpu", (name, problem, tolerance, groups) -> new AbstractMinMaxSolver(name, problem, tolerance) {
                        @Override
                        protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
                            split.report(group, 1, 1, 1, SolveStatus.OPTIMAL);
                            Arrays.fill(split.share(), factor);
                        }
                    });
            assertFalse(wrong.available());
            assertTrue(wrong.reason().contains("its shares are no split"), wrong.reason());
        }
        Availability far = check.run("gpu", (name, problem, tolerance, groups) -> Solvers.create(name, problem, 0.5));
        assertTrue(!far.available() && far.reason().contains("from the oracle's"), far.reason());
    }

    @Test
    void theMainsSayWhatWentWrongInOneLine() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SolveCheckMain.run(new PrintStream(out, true, StandardCharsets.UTF_8), "tpu");
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith("lplb-check failed: backend: got tpu"), text);
        assertEquals(1, text.lines().count());
    }

    @Test
    void aCheckThatThrowsHasFailed() {
        Ladder ladder = new Ladder();
        ladder.add("a", "A", Set.of(), () -> {
            throw new NoClassDefFoundError("x\ny");
        });
        ladder.add("b", "B", Set.of("a", "z"), () -> new Availability(true, "", ""));
        assertCheck(ladder.checks(), "a", State.FAILED, "NoClassDefFoundError: x y");
        assertCheck(ladder.checks(), "b", State.NOT_REACHED, "It needs a, z.");
    }

    @Test
    void theHostsChecksCanFail() {
        assertFalse(HostChecks.java(21).available());
        assertFalse(HostChecks.vectors("8").available());
        assertEquals(
                "The JVM compiles to vectors of 512 bits.",
                HostChecks.vectors("64").reason());
        assertTrue(HostChecks.vectors(null).available());
        assertFalse(HostChecks.arguments(false).available());
    }

    @Test
    void theTextNamesWhatIsMissing() {
        StringWriter text = new StringWriter();
        Check cpu = new Check("cpu-solve", "Solve", State.PASSED, "Fine.", "");
        PrintWriter out = new PrintWriter(text);
        new DoctorReport(Map.of("java", "25"), List.of(cpu), Set.of("gpu")).print(out);
        out.flush();
        assertEquals(
                List.of(
                        "java        25",
                        "checks",
                        "  passed       cpu-solve          Solve: Fine.",
                        "works       cpu",
                        "missing     gpu is required and does not work"),
                text.toString().lines().toList());
    }
}
