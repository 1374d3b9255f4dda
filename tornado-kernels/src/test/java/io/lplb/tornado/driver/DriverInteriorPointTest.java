// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.driver;

import io.lplb.solver.InteriorPointSolver;

class DriverInteriorPointTest extends DriverContract {
    DriverInteriorPointTest() {
        super(InteriorPointSolver.NAME);
    }
}
