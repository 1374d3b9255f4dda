// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.export.ExportPtx;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What is said of drivers that are missing, too old, without a device, or fine. */
class DriverProviderTest {
    private static final MinMaxProblem CUBE = ExportPtx.problem("cube");

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    private static StandIn standIn;
    private static StandIn old;

    @BeforeAll
    static void compileStandIns() throws Exception {
        standIn = StandIn.compile(folder);
        old = StandIn.compile(folder, "-DOLD");
    }

    @BeforeEach
    void useStandIn() {
        standIn.reset();
        use(standIn.file());
    }

    @AfterEach
    void forget() {
        System.clearProperty(CudaLibrary.PATH_PROPERTY);
    }

    private static void use(Path library) {
        System.setProperty(CudaLibrary.PATH_PROPERTY, library.toString());
    }

    private static void assertUnavailable(String part) {
        Availability found = DriverProvider.probe();
        assertFalse(found.available());
        assertTrue(found.reason().contains(part), found.reason());
        assertFalse(found.remedy().isEmpty());
    }

    @Test
    void aDriverThatIsFine() {
        Availability found = DriverProvider.probe();
        assertTrue(found.available());
        assertEquals("Stand-in through its driver, CUDA 12.4.", found.reason());
        try (MinMaxSolver solver = DriverProvider.create(InteriorPointSolver.NAME, CUBE, 1e-4, 1)) {
            assertEquals(CUBE, solver.problem());
        }
        assertEquals(0, standIn.live());
    }

    @Test
    void noLibrary() {
        use(folder.resolve("nothing.so"));
        assertUnavailable("No NVIDIA driver was found");
        IllegalStateException refused = assertThrows(
                IllegalStateException.class, () -> DriverProvider.create(InteriorPointSolver.NAME, CUBE, 1e-4, 1));
        assertTrue(StandIn.message(refused).startsWith("backend gpu: not available."), StandIn.message(refused));
    }

    @Test
    void aLibraryThatLacksAFunction() {
        use(old.file());
        assertUnavailable("The NVIDIA driver lacks cuGraphInstantiateWithFlags");
    }

    @Test
    void noDevice() {
        standIn.fail("cuInit", CudaException.NO_DEVICE);
        assertUnavailable("cuInit: CUDA_ERROR_NO_DEVICE (100)");
    }

    @Test
    void noDeviceOfThatIndex() {
        Availability found = DriverProvider.probe(7);
        assertFalse(found.available());
        assertTrue(found.reason().contains("CUDA_ERROR_INVALID_DEVICE"), found.reason());
    }

    @Test
    void aDeviceThatIsTooOld() {
        standIn.capability(75);
        assertUnavailable("Stand-in is older than the kernels' PTX (sm_75)");
    }

    @Test
    void devicesAreCounted() throws Exception {
        CudaDriver driver = standIn.driver();
        driver.initialise();
        assertEquals(2, driver.deviceCount());
    }
}
