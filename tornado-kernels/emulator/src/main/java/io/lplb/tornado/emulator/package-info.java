// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * What runs TornadoVM kernels on the CPU for tests: a clean-room emulator of the part of TornadoVM's API that the
 * project uses. It is a way to test kernels without a GPU, never a way to be fast.
 */
@NullMarked
package io.lplb.tornado.emulator;

import org.jspecify.annotations.NullMarked;
