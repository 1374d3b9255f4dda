// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.ptx.PtxLibrary;
import io.lplb.tornado.ptx.PtxNeeds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What doctor reads from the driver, and how it judges the PTX by it. */
class DriverReportTest {
    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    private static StandIn standIn;

    @BeforeAll
    static void compileStandIn() throws Exception {
        standIn = StandIn.compile(folder);
    }

    @BeforeEach
    void useStandIn() {
        standIn.reset();
        System.setProperty(CudaLibrary.PATH_PROPERTY, standIn.file().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(CudaLibrary.PATH_PROPERTY);
    }

    @Test
    void readsVersionAndDevicesAndGoesThroughText() {
        DriverReport report = DriverReport.read();
        long memory = 80L << 30;
        assertEquals(
                new DriverReport(
                        12_040,
                        List.of(
                                new DriverReport.Device(0, 90, memory, "Stand-in"),
                                new DriverReport.Device(1, 90, memory, "Other stand-in"))),
                report);
        assertEquals(report, DriverReport.parse("noise\n" + report.text()));
        assertEquals("12.4", DriverReport.versionText(report.cuda()));
    }

    @Test
    void saysWhatTheDriverAnswers() {
        standIn.fail("cuDeviceGetCount", CudaException.NO_DEVICE);
        assertEquals(
                "cuDeviceGetCount: CUDA_ERROR_NO_DEVICE (100)",
                StandIn.message(assertThrows(IllegalStateException.class, DriverReport::read)));
        System.setProperty(CudaLibrary.PATH_PROPERTY, "/nowhere/libcuda.so.1");
        assertEquals(
                "No NVIDIA driver was found (tried /nowhere/libcuda.so.1).",
                StandIn.message(assertThrows(IllegalStateException.class, DriverReport::read)));
        assertThrows(IllegalArgumentException.class, () -> DriverReport.parse("device 0 90 1 x"));
    }

    @Test
    void theLibrarysPtxRunsFromTheNamedDriverAndDeviceOn() {
        PtxNeeds needs = PtxNeeds.ofLibrary();
        assertEquals(PtxLibrary.read().lines().size(), needs.kernels());
        assertEquals(DriverProvider.LEAST_CAPABILITY, needs.target());
        assertEquals(PtxNeeds.FUNCTIONS_CUDA, needs.cuda());
        assertEquals("", needs.missing(11_040, 80));
        assertEquals("", needs.missing(13_000, 120));
        assertEquals("The driver serves CUDA 11.3, the kernels need 11.4.", needs.missing(11_030, 90));
        assertEquals("The device has compute capability 7.5, the kernels need 8.0.", needs.missing(12_040, 75));
    }

    /** PTX ISA manual, release notes. */
    @ParameterizedTest
    @CsvSource({"70,11040", "74,11040", "76,11060", "78,11080", "80,12000", "85,12050", "86,12070", "90,13000"})
    void newerPtxNeedsNewerDrivers(int ptx, int cuda) {
        assertEquals(cuda, new PtxNeeds(1, ptx, 80).cuda());
    }

    @Test
    void anUnknownPtxVersionIsRefused() {
        assertThrows(IllegalStateException.class, () -> new PtxNeeds(1, 99, 80).cuda());
    }
}
