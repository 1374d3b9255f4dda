// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.solver.RelaxationSolver;

/**
 * How groups reach the kernel and answers come back. Measured on an H100 (docs/measurements/driver.md).
 */
enum Transfer {
    /** The kernel reads and writes the host's pinned memory itself: least latency for few groups. */
    MAPPED,
    /** Copies before and after the kernel. */
    COPIED;

    /**
     * From this many groups on copies are faster for the relaxation: 121 against 165 us for 16,384 groups of a cube. The
     * interior point computes long enough to hide its own accesses: 285 against 217 us.
     */
    private static final int COPIED_GROUPS = 4096;

    static Transfer of(String solver, int groups) {
        return solver.equals(RelaxationSolver.NAME) && groups >= COPIED_GROUPS ? COPIED : MAPPED;
    }
}
