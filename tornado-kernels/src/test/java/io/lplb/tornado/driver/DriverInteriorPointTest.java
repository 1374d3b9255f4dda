// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import io.lplb.solver.InteriorPointSolver;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "lplb.gpuTests", matches = ".*", disabledReason = "needs a GPU and -Dlplb.gpuTests")
class DriverInteriorPointTest extends DriverContract {
    DriverInteriorPointTest() {
        super(InteriorPointSolver.NAME);
    }
}
