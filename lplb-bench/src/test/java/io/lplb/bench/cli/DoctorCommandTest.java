// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.solver.SolverProvider.Availability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @Test
    void tellsJavaMachineAndBackends() {
        CliRun run = CliRun.of("doctor");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().contains(Runtime.version().toString()), run.out());
        assertTrue(run.out().contains(Runtime.getRuntime().availableProcessors() + " cores"), run.out());
        assertTrue(run.out().matches("(?s).*\\Rmemory +\\d+\\.\\d GiB, \\d+\\.\\d GiB for the heap\\R.*"), run.out());
        assertTrue(run.out().matches("(?s).*\\R  cpu +available +Solvers: interior-point, .*"), run.out());
        assertTrue(run.out().matches("(?s).*\\R  gpu +not available +\\S.*"), run.out());
    }

    @Test
    void everyReasonAgainstTheGpuIsGiven(@TempDir Path root) throws IOException {
        assertEquals(
                "This machine has no NVIDIA device (/dev/nvidia0 or /dev/dxg), no NVIDIA driver (libcuda.so.1),"
                        + " no TornadoVM (TORNADOVM_HOME is not set).",
                GpuCheck.of(Map.of(), root).probe().reason());
        Files.createDirectories(root.resolve("dev"));
        Files.createFile(root.resolve("dev/nvidia0"));
        assertEquals(
                "This machine has no NVIDIA driver (libcuda.so.1),"
                        + " no TornadoVM (TORNADOVM_HOME is /nowhere, not a folder).",
                GpuCheck.of(Map.of("TORNADOVM_HOME", "/nowhere"), root).probe().reason());
        Path libraries = Files.createDirectories(root.resolve("usr/lib64"));
        Files.createFile(libraries.resolve("libcuda.so.1"));
        Availability found =
                GpuCheck.of(Map.of("TORNADOVM_HOME", root.toString()), root).probe();
        assertEquals("Device, driver and TornadoVM are there, but this build has no GPU kernels.", found.reason());
        assertFalse(found.available());
    }

    @Test
    void theDriverIsFoundOnTheLibraryPathToo(@TempDir Path root) throws IOException {
        Path folder = Files.createDirectories(root.resolve("driver"));
        Files.createFile(folder.resolve("libcuda.so.1"));
        String detail = GpuCheck.of(Map.of("LD_LIBRARY_PATH", ":/none:" + folder), root)
                .probe()
                .reason();
        assertFalse(detail.contains("libcuda"), detail);
    }
}
