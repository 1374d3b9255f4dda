// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.solver.InteriorPointSolver;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "lplb.gpuTests", matches = ".*", disabledReason = "needs a GPU and -Dlplb.gpuTests")
class DriverInteriorPointTest {

    @Nested
    class CertifiedByTheHost extends DriverContract {
        CertifiedByTheHost() {
            super(InteriorPointSolver.NAME, LaunchOptions::of);
        }
    }

    @Nested
    class CertifiedByTheDevice extends DriverContract {
        CertifiedByTheDevice() {
            super(InteriorPointSolver.NAME, (name, groups) -> new LaunchOptions(Transfer.MAPPED, true, true, 2, true));
        }
    }
}
