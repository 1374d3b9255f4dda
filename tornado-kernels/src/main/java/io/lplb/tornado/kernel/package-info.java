// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Device code: static methods that TornadoVM compiles for a GPU and the emulator runs on the CPU. What they compute is
 * what the solvers of {@code io.lplb.solver} compute, in float and with several threads to a problem.
 */
@NullMarked
package io.lplb.tornado.kernel;

import org.jspecify.annotations.NullMarked;
