// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.SolverProvider.Availability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without a GPU: that each way to it says for itself why it is closed, and that none of them ends the process. */
class GpuSolverProviderTest {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});

    private final GpuSolverProvider provider = new GpuSolverProvider();

    @AfterEach
    void forgetLauncher() {
        System.clearProperty(DriverProvider.LAUNCHER_PROPERTY);
    }

    private String refusal() {
        return String.valueOf(
                assertThrows(IllegalStateException.class, () -> provider.create("interior-point", PAIR, 1e-4, 1))
                        .getMessage());
    }

    @Test
    void namesTheReasonsOfBothWays() {
        assumeFalse(provider.probe().available(), "this machine has a GPU");
        String both = refusal();
        assertTrue(both.startsWith("backend gpu: not available. "), both);
        System.setProperty(DriverProvider.LAUNCHER_PROPERTY, "driver");
        String driver = refusal();
        Availability foundByDriver = provider.probe();
        System.setProperty(DriverProvider.LAUNCHER_PROPERTY, "tornado");
        String tornado = refusal();
        Availability foundByTornado = provider.probe();
        assertTrue(driver.contains(foundByDriver.reason()) && both.contains(foundByDriver.reason()), driver);
        assertTrue(tornado.contains(foundByTornado.reason()) && both.contains(foundByTornado.reason()), tornado);
        assertFalse(driver.contains(foundByTornado.reason()), driver);
        assertFalse(foundByDriver.remedy().isEmpty() || foundByTornado.remedy().isEmpty());
    }

    @Test
    void refusesAnUnknownLauncher() {
        System.setProperty(DriverProvider.LAUNCHER_PROPERTY, "opencl");
        assertEquals(
                "lplb.gpuLauncher: got 'opencl', expected driver or tornado",
                assertThrows(IllegalArgumentException.class, provider::probe).getMessage());
    }

    @Test
    void aCallOfTornadoVmNeedsLargerBatchesToPay() {
        System.setProperty(DriverProvider.LAUNCHER_PROPERTY, "tornado");
        int tornado = provider.worthwhileGroups(InteriorPointSolver.NAME, PAIR);
        System.clearProperty(DriverProvider.LAUNCHER_PROPERTY);
        assertTrue(tornado > 1 && provider.worthwhileGroups(InteriorPointSolver.NAME, PAIR) <= tornado);
    }
}
