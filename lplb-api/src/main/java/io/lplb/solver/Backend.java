// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

/** Where the solver runs. */
public enum Backend {
    /** Plain Java on the CPU; always there. */
    CPU,
    /** A GPU, or an exception that says why not and what to do; never silently the CPU. */
    GPU,
    /** The GPU where one is available and the batch is large enough to pay, otherwise the CPU; says once which. */
    AUTO
}
