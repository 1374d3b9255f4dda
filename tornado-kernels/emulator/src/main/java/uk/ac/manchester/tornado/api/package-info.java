// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/** The part of TornadoVM's public API that the kernels and their task graphs use, on the CPU: a way to test kernels
 * without a GPU, never a way to be fast.
 *
 * <p>Names and signatures are those of TornadoVM 5.2.0, so that the same sources compile against either; everything
 * behind them is this project's own ({@code io.lplb.tornado.emulator}) and is not shipped with the kernels. */
@NullMarked
package uk.ac.manchester.tornado.api;

import org.jspecify.annotations.NullMarked;
