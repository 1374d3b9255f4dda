// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** The kernels as a {@link io.lplb.solver.SolverProvider}: on a GPU, and under the emulator. */
@NullMarked
package io.lplb.tornado.provider;

import org.jspecify.annotations.NullMarked;
